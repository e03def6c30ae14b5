/** What senders bring, at alert-router alone and at the one port of npm start: the status, and what is decided. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TYPES } from '../support/alerts.ts';
import { binary } from '../support/events.ts';
import { PLAIN, type RunningFunction, startFunction } from '../support/function.ts';
import { readEvent, type SeenEvent, send } from '../support/http.ts';
import { type Sink, startSink } from '../support/sink.ts';
import { type System, startSystem } from '../support/system.ts';
import { run } from '../support/terminal.ts';
import { decisionOf, type Expected, readWebhookCases } from '../support/webhooks.ts';

/** The shipped runbook, without a model: the static tier and the rules decide. */
const SETTINGS = { MODELS_DIR: PLAIN.MODELS_DIR };
/** What is decided; whether a selection may happen now is the ledger's question. */
const DECISIONS = [TYPES.selected, TYPES.unresolved, TYPES.rejected, TYPES.resolved];
const cases = readWebhookCases();
/** Episodes on which something was decided. */
const decided = new Set<string>();
const episodes = new Map<string, string | undefined>();
const coded = cases.filter(({ kind, expected }) => kind === 'events' && expected.status === undefined);

let sink: Sink;
let people: Sink;
let alone: RunningFunction;
let system: System;

beforeAll(async () => {
  [sink, people] = await Promise.all([startSink(), startSink()]);
  alone = await startFunction('alert-router', { ...SETTINGS, K_SINK: sink.url });
  system = await startSystem({ url: people.url, types: DECISIONS }, SETTINGS);
}, 90_000);

afterAll(async () => {
  await Promise.all([alone.stop(), system.stop()]);
  await Promise.all([sink.stop(), people.stop()]);
});

function sorted(decisions: readonly string[]): string[] {
  return [...decisions].sort();
}

/** What alert-router replies to a fired alert: a decision of the static tier, or the question to the next one. */
async function replyTo({ attributes, data }: SeenEvent): Promise<string> {
  if (attributes.type !== TYPES.fired) return decisionOf({ attributes, data });
  const { headers, text } = await alone.send(binary({ type: TYPES.fired, time: attributes.time ?? '' }, data));
  return decisionOf(readEvent(headers, text));
}

function decisionsAlone({ decisions }: Expected): string[] {
  return sorted(decisions.map((decision) => (decision.endsWith('(rules)') ? TYPES.trm : decision)));
}

describe.each(cases)('$name', ({ name, kind, request, expected }) => {
  const { status = 202, answer = '' } = expected;

  it('at alert-router alone', async () => {
    sink.reset();
    const { status: found, text } = await send(alone.url, request);
    expect([found, text]).toEqual([status, expect.stringContaining(answer)]);
    const events = sink.accepted();
    expect(sorted(await Promise.all(events.map(replyTo)))).toEqual(decisionsAlone(expected));
    const [event] = events;
    if (expected.fingerprint !== undefined) expect(event?.attributes.subject).toBe(expected.fingerprint);
    if (expected.startsAt !== undefined) expect(startOf(event)).toBe(expected.startsAt);
  });

  it('at npm start', async () => {
    people.reset();
    const { status: found, text } = await send(system.url, request);
    expect([found, text]).toEqual([status, expect.stringContaining(answer)]);
    await people.received(expected.decisions.length);
    expect(sorted(people.accepted().map(decisionOf))).toEqual(sorted(expected.decisions));
    for (const { attributes } of people.accepted()) {
      if (attributes.type !== TYPES.resolved) decided.add(`${attributes.correlationid}`);
    }
    episodes.set(name, people.accepted()[0]?.attributes.correlationid);
    const { sameEpisodeAs: same, otherEpisodeThan: other } = expected;
    if (same !== undefined) expect(episodes.get(name)).toBe(episodes.get(`${kind}/${same}`));
    if (other !== undefined) expect(episodes.get(name)).not.toBe(episodes.get(`${kind}/${other}`));
  });
});

describe('at npm start', () => {
  it('agent-sre history lists every episode on which something was decided, and no other, while it runs', async () => {
    const { out } = await run(['history', '--json', '--data', system.data]);
    const listed = out.split('\n').map((line) => (JSON.parse(line) as { episode: string }).episode);
    expect([...new Set(listed)].sort()).toEqual([...decided].sort());
  });

  it('the metrics of all functions stand at the one port', async () => {
    const { headers, text } = await send(system.url, { method: 'GET', path: '/metrics' });
    expect(headers['content-type']).toContain('version=0.0.4');
    expect(text.match(/^# TYPE agent_sre_decisions_total /gm)).toHaveLength(1);
    expect(text).toMatch(/^agent_sre_decisions_total{method="static",.*function="alert-router"} [1-9]/m);
    expect(text).toMatch(/^agent_sre_decisions_total{method="rules",.*function="rule-fallback"} [1-9]/m);
    expect(text.split('\n').filter((line) => !/^(# (HELP|TYPE) )?agent_sre_|^$/.test(line))).toEqual([]);
  });

  it.each(coded)('a broker decodes an event too: $name', async ({ request, expected }) => {
    people.reset();
    expect((await send(system.url, { ...request, path: '/default/default' })).status).toBe(202);
    await people.received(expected.decisions.length);
    expect(people.accepted().map(decisionOf)).toEqual(expected.decisions);
  });

  it('a broker passes specversion 0.3 on, and the event is rejected, not left over', async () => {
    people.reset();
    const old = cases.find(({ name }) => name === 'events/specversion-0.3')?.request ?? {};
    expect((await send(system.url, { ...old, path: '/default/default' })).status).toBe(202);
    await people.received(1);
    expect(people.accepted().map(decisionOf)).toEqual(['rejected ASRE_SPECVERSION_UNSUPPORTED']);
  });
});

function startOf(event: SeenEvent | undefined): string | undefined {
  const alert = event?.data as { startsAt?: string; startsAtGuessed?: boolean } | undefined;
  return alert?.startsAtGuessed ? 'guessed' : alert?.startsAt;
}
