import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { crashing, selection, TYPES } from '../support/alerts.ts';
import { binary, DEAD_LETTER, FROM_BROKER, sentByHand } from '../support/events.ts';
import { type FunctionName, PLAIN, type RunningFunction, startFunction } from '../support/function.ts';
import { type Sink, startSink } from '../support/sink.ts';

const folder = mkdtempSync(join(tmpdir(), 'asre-publish-'));
const token = join(folder, 'token');
const overrides = { extensions: { cluster: 'hom€ lab', tenant: 'a' } };
let sink: Sink;
let rules: RunningFunction;
let unbound: RunningFunction;

/** Events that no reply is asked for: they are published. */
const request = binary({ type: TYPES.rules, id: 'r-1' }, { alert: crashing }, {});

beforeAll(async () => {
  sink = await startSink();
  writeFileSync(token, 'first\n');
  const settings = { K_CE_OVERRIDES: JSON.stringify(overrides), OIDC_TOKEN_FILE: token, PUBLISH_RETRIES: '2' };
  [rules, unbound] = await Promise.all([
    startFunction('rule-fallback', { ...PLAIN, K_SINK: sink.url, PUBLISH_TIMEOUT_MS: '500', ...settings }),
    startFunction('rule-fallback', { ...PLAIN, K_SINK: '', K_CE_OVERRIDES: '' }),
  ]);
});

beforeEach(() => sink.reset());

afterAll(async () => {
  await Promise.all([rules.stop(), unbound.stop()]);
  await sink.stop();
  rmSync(folder, { recursive: true });
});

describe('an event that no reply is asked for', () => {
  it('is answered by publication to K_SINK, and with 202', async () => {
    expect(await rules.send(request)).toMatchObject({ status: 202, text: '' });
    expect(sink.accepted()).toHaveLength(1);
    expect(sink.requests[0]?.headers['content-type']).toBe('application/json');
    expect(sink.accepted()[0]).toMatchObject({
      attributes: { type: TYPES.selected, causationid: 'r-1', cluster: 'hom%E2%82%AC%20lab', tenant: 'a' },
      data: { lambda_function: 'pod-restart' },
    });
  });

  it('is not published where a reply is asked for', async () => {
    expect(await rules.send(binary({ type: TYPES.rules }, { alert: crashing }))).toMatchObject({ status: 200 });
    expect(sink.requests).toEqual([]);
  });

  it('is published with the token of the file, read again each time', async () => {
    await rules.send(request);
    writeFileSync(token, 'second\n');
    await rules.send(request);
    expect(sink.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer second']);
  });

  it('that cannot be used is published as event.rejected', async () => {
    expect(await rules.send(binary({ type: 'com.example.other' }, {}, {}))).toMatchObject({ status: 202 });
    expect(sink.accepted()[0]).toMatchObject({
      attributes: { type: TYPES.rejected, subject: 'a-1' },
      data: { code: 'ASRE_EVENT_TYPE_UNEXPECTED' },
    });
  });

  it.each([408, 429, 500, 503])('is tried again after %i, with the same id', async (status) => {
    sink.reset({ status: (_, before) => (before < 2 ? status : 202) });
    expect(await rules.send(request)).toMatchObject({ status: 202 });
    expect(new Set(sink.requests.map(({ event }) => event.attributes.id)).size).toBe(1);
    expect(sink.requests).toHaveLength(3);
  });

  it.each([
    ['the retries are used up', 503, 3],
    ['the sink says that it never will', 400, 1],
    ['the sink says that it is not allowed', 403, 1],
    ['the sink redirects', 302, 1],
  ])('gets 503 where %s (%i)', async (_, status, tries) => {
    sink.reset({ status: () => status });
    expect(await rules.send(request)).toMatchObject({ status: 503, text: '' });
    expect(sink.requests).toHaveLength(tries);
  });

  it('gets 503 where the sink does not answer in time', async () => {
    sink.reset({ delayMs: 1_500 });
    expect(await rules.send(request)).toMatchObject({ status: 503, text: '' });
    const line = { level: 'error', code: 'ASRE_SINK_FAILED', why: expect.stringContaining('timed out') };
    await expect.poll(() => rules.log().at(-1)).toMatchObject(line);
  });
});

describe('without K_SINK', () => {
  it('a person who asks for no reply gets the event as the response', async () => {
    const answer = await unbound.send(sentByHand(TYPES.rules, { alert: crashing }));
    expect(answer).toMatchObject({ status: 200, headers: { 'ce-type': TYPES.selected } });
  });

  it.each([
    ['a Kn-Namespace header', { 'kn-namespace': 'default' }],
    ['knative attributes', { 'ce-knativeerrorcode': '503' }],
    ['both', DEAD_LETTER],
  ])('a dead letter with %s gets 503: a reply would be thrown away', async (_, headers) => {
    const letter = binary({ type: TYPES.gemma }, { alert: crashing }, headers);
    expect(await unbound.send(letter)).toMatchObject({ status: 503, text: '' });
  });

  it('a delivery that asks for a reply gets it', async () => {
    const delivered = binary(
      { type: TYPES.rules },
      { alert: crashing },
      { ...FROM_BROKER, 'ce-knativearrivaltime': 'x' },
    );
    expect(await unbound.send(delivered)).toMatchObject({ status: 200, headers: { 'ce-type': TYPES.selected } });
  });
});

/** The dead letter sink of each Trigger is the next tier (triggers/): it takes the request of the tier before it. */
const DEAD_LETTERS: readonly [FunctionName, string, unknown, string, object][] = [
  ['trm-reason', TYPES.fired, crashing, TYPES.gemma, { attempts: [{ method: 'trm' }] }],
  [
    ...(['gemma-fallback', TYPES.trm, { alert: crashing, attempts: [] }, TYPES.rules] as const),
    {
      attempts: [
        { method: 'trm', reason: 'undelivered' },
        { method: 'gemma', outcome: 'abstained' },
      ],
    },
  ],
  [
    ...(['rule-fallback', TYPES.gemma, { alert: crashing, attempts: [] }, TYPES.selected] as const),
    { lambda_function: 'pod-restart', attempts: [{ method: 'gemma', reason: 'undelivered' }, { method: 'rules' }] },
  ],
  ['alert-router', TYPES.rules, { alert: crashing, attempts: [] }, TYPES.unresolved, { reason: 'undeliverable' }],
  ['alert-router', TYPES.selected, selection, TYPES.unresolved, { reason: 'undeliverable' }],
];

describe('as the dead letter sink', () => {
  const takers = new Map<FunctionName, RunningFunction>();

  beforeAll(async () => {
    const names = [...new Set(DEAD_LETTERS.map(([name]) => name))];
    const start = async (name: FunctionName) =>
      takers.set(name, await startFunction(name, { ...PLAIN, K_SINK: sink.url }));
    await Promise.all(names.map(start));
  });
  afterAll(() => Promise.all([...takers.values()].map((taker) => taker.stop())));

  it.each(DEAD_LETTERS)('%s publishes what follows of %s', async (name, type, data, answer, holds) => {
    const letter = binary({ type, hop: '3' }, data, DEAD_LETTER);
    expect(await takers.get(name)?.send(letter)).toMatchObject({ status: 202, text: '' });
    const [event] = sink.accepted();
    expect(event).toMatchObject({ attributes: { type: answer, hop: '4' }, data: holds });
    expect(Object.keys(event?.attributes ?? {}).filter((attribute) => attribute.startsWith('knative'))).toEqual([]);
  });
});
