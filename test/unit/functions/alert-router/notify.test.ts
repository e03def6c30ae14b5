import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { askedNews, ineffectiveNews, type News, verifiedNews } from '../../../../functions/alert-router/chat/news.ts';
import { SHIPPED } from '../../../../functions/alert-router/chat/shipped.ts';
import { CLAIM_MS, GATHER_MS, placeOf, takeTurn, type Waiting } from '../../../../functions/alert-router/chat/turn.ts';
import { type Notify, openNotify } from '../../../../functions/alert-router/notify.ts';
import { readConfig } from '../../../../shared/config.ts';
import { approvalRequested, remediationIneffective, remediationVerified } from '../../../../shared/events/index.ts';
import type { Known } from '../../../../shared/ledger/ledger.ts';
import { type PreparedResponse, type Received, startReceiver } from '../../../support/receiver.ts';
import { REDIS_PROGRAMS, startRedis } from '../../../support/redis.ts';
import { temporaryFile } from '../../../support/terminal.ts';

const TOLD = { outcome: 'done', reason: 'told' };
const LEFT_OUT = { outcome: 'done', reason: 'left out' };
const WAITS = { code: 'ASRE_NOTIFICATION_WAITS' };
const START_MS = Date.parse('2026-11-23T02:31:00Z');
const MINUTE_MS = 60_000;

interface Settings {
  readonly answer?: (received: Received) => PreparedResponse;
  readonly most?: number;
  readonly receiver?: string;
  /** Of a template. */
  readonly file?: string;
  readonly ledger?: string;
  /** Replicas that share the ledger. */
  readonly replicas?: number;
}

/** alert-router's way to a receiver, with a clock that the test moves. */
async function chat({
  answer,
  most = 20,
  receiver = 'any',
  file = '',
  ledger = 'memory:',
  replicas = 1,
}: Settings = {}) {
  const { url, received } = await startReceiver(answer ?? (() => ({ status: 200, body: 'ok' })));
  let nowMs = START_MS;
  const env = {
    ...{ APPROVAL_WEBHOOK_URL: `${url}/services/T0/B0/secret`, APPROVAL_WEBHOOK_PER_MINUTE: String(most) },
    ...{ APPROVAL_WEBHOOK_RECEIVER: receiver, APPROVAL_WEBHOOK_TEMPLATE_FILE: file, LEDGER_URL: ledger },
  };
  const open = () => openNotify(readConfig(env), { error: () => undefined }, () => new Date(nowMs));
  const all = await Promise.all(Array.from({ length: replicas }, open));
  onTestFinished(async () => {
    for (const each of all) await each.close();
  });
  return {
    ...{ all, received, notify: all[0] as Notify },
    wait: (ms: number) => {
      nowMs += ms;
    },
    /** What each message said, by the names of its targets. */
    told: () => received.map(({ body }) => (body as { news: { target: string }[] }).news.map(({ target }) => target)),
    leftOut: () => received.map(({ body }) => (body as { left_out?: string }).left_out),
  };
}

function selectionOf(name: string, namespace = 'shop') {
  const { selection } = approvalRequested.example;
  return { ...selection, parameters: { ...selection.parameters, name, namespace } };
}
function asked(name: string, namespace?: string): News {
  const token = 'v1.keyident.content.mac';
  return askedNews({ ...approvalRequested.example, token, selection: selectionOf(name, namespace) }, readConfig({}));
}
function worked(name: string, namespace?: string): News {
  return verifiedNews({ ...remediationVerified.example, selection: selectionOf(name, namespace) });
}

describe('people are told', () => {
  it('by the webhook, at once, and once however often the event comes', async () => {
    const { notify, received, wait, told } = await chat();
    expect(await notify.tell('1', asked('a'))).toEqual(TOLD);
    expect(await notify.tell('1', asked('a'))).toEqual(TOLD);
    wait(GATHER_MS);
    expect(await notify.tell('1', asked('a'))).toEqual(TOLD);
    expect(told()).toEqual([['shop/a']]);
    expect(received[0]).toMatchObject({
      path: '/services/T0/B0/secret',
      headers: { 'content-type': 'application/json' },
    });
  });

  it('of what follows in the same incident by one message, when any of it is delivered again', async () => {
    const { notify, wait, told } = await chat();
    await notify.tell('1', asked('a'));
    for (const [id, name] of [
      ['2', 'b'],
      ['3', 'c'],
      ['4', 'd'],
    ] as const) {
      await expect(notify.tell(id, worked(name))).rejects.toMatchObject(WAITS);
    }
    await expect(notify.tell('2', worked('b'))).rejects.toMatchObject(WAITS);
    wait(GATHER_MS);
    expect(await notify.tell('3', worked('c'))).toEqual(TOLD);
    expect(told()).toEqual([['shop/a'], ['shop/b', 'shop/c', 'shop/d']]);
    expect(await notify.tell('2', worked('b'))).toEqual(TOLD);
    expect(await notify.tell('4', worked('d'))).toEqual(TOLD);
    expect(told()).toHaveLength(2);
  });

  it('of another incident at once', async () => {
    const { notify, told } = await chat();
    await notify.tell('1', asked('a'));
    expect(await notify.tell('2', asked('a', 'mail'))).toEqual(TOLD);
    expect(told()).toEqual([['shop/a'], ['mail/a']]);
  });

  it('of a question no more when it has expired meanwhile', async () => {
    const { notify, wait, told } = await chat();
    await notify.tell('1', worked('a'));
    await expect(notify.tell('2', asked('b'))).rejects.toMatchObject(WAITS);
    wait(16 * MINUTE_MS);
    expect(await notify.tell('3', worked('c'))).toEqual(TOLD);
    expect(await notify.tell('2', asked('b'))).toEqual({ outcome: 'done', reason: 'expired' });
    expect(told()).toEqual([['shop/a'], ['shop/c']]);
  });

  it('no more often than a minute may have; outcomes beyond are summed up by the next message, and questions wait', async () => {
    const { notify, wait, told, leftOut } = await chat({ most: 2 });
    await notify.tell('1', asked('a', 'one'));
    await notify.tell('2', asked('b', 'two'));
    expect(await notify.tell('3', worked('c', 'three'))).toEqual(LEFT_OUT);
    expect(await notify.tell('4', worked('d', 'four'))).toEqual(LEFT_OUT);
    expect(
      await notify.tell(
        '5',
        ineffectiveNews({ ...remediationIneffective.example, selection: selectionOf('e', 'five') }),
      ),
    ).toEqual(LEFT_OUT);
    await expect(notify.tell('6', asked('f', 'six'))).rejects.toMatchObject(WAITS);
    wait(MINUTE_MS);
    expect(await notify.tell('3', worked('c', 'three'))).toEqual(LEFT_OUT); // delivered again: counted once, and not told
    expect(await notify.tell('6', asked('f', 'six'))).toEqual(TOLD);
    expect(await notify.tell('7', asked('g', 'seven'))).toEqual(TOLD);
    expect(told()).toEqual([['one/a'], ['two/b'], ['six/f'], ['seven/g']]);
    const summed =
      'Not told since, for there were too many: 2 that worked, 1 that did not work. `agent-sre history` has all.';
    expect(leftOut()).toEqual([undefined, undefined, summed, undefined]);
  });

  it.each([
    ['back', -60 * MINUTE_MS],
    ['forward', 60 * MINUTE_MS],
  ])('once and without a wait where the clock is set %s by an hour', async (_, ms) => {
    const quiet: PreparedResponse = { status: 429, headers: { 'retry-after': '30' } };
    let answers: PreparedResponse = { status: 200 };
    const { notify, wait, told, received } = await chat({ most: 1, answer: () => answers });
    await notify.tell('1', worked('a'));
    wait(ms);
    expect(await notify.tell('1', worked('a'))).toEqual(TOLD);
    expect(await notify.tell('2', worked('b'))).toEqual(TOLD);
    expect(told()).toEqual([['shop/a'], ['shop/b']]);
    wait(MINUTE_MS);
    answers = quiet;
    await expect(notify.tell('3', worked('c'))).rejects.toMatchObject({ code: 'ASRE_NOTIFICATION_FAILED' });
    answers = { status: 200 };
    wait(ms);
    expect(await notify.tell('3', worked('c'))).toEqual(TOLD);
    expect(received).toHaveLength(4);
  });

  it('by another delivery where a replica ended while it told, and the clock was set back since', () => {
    const place = placeOf('receiver', 'incident');
    const news: Waiting = { id: '1', kind: 'verified', sealed: '' };
    const turnAt = (claimedMs: number) => {
      const claim = { ids: ['1'], untilMs: claimedMs + CLAIM_MS, leftOut: {} };
      const known = new Map([[place.incident, { waiting: [news], claim }]]) as unknown as Known;
      return takeTurn(place, news, known, { nowMs: START_MS, most: 20, fitting: () => 1 }).answer.kind;
    };
    const turns = [START_MS - CLAIM_MS, START_MS - 1, START_MS + 1, START_MS + 60 * MINUTE_MS].map(turnAt);
    expect(turns).toEqual(['tell', 'wait', 'wait', 'tell']);
  });

  it.each([
    ['429 and seconds', { status: 429, headers: { 'retry-after': '30' } }, 30_000],
    ['429 and a date', { status: 429, headers: { 'retry-after': 'Mon, 23 Nov 2026 02:31:30 GMT' } }, 30_000],
    ['503 and seconds', { status: 503, headers: { 'retry-after': '2.5' } }, 2_500],
  ])('later where the receiver wants to be left alone: %s', async (_, response, quietMs) => {
    let answers: PreparedResponse = response;
    const { notify, wait, received } = await chat({ answer: () => answers });
    await expect(notify.tell('1', asked('a'))).rejects.toMatchObject({ code: 'ASRE_NOTIFICATION_FAILED' });
    answers = { status: 204 };
    wait(quietMs - 1);
    await expect(notify.tell('1', asked('a'))).rejects.toMatchObject(WAITS);
    await expect(notify.tell('2', asked('b', 'mail'))).rejects.toMatchObject(WAITS);
    expect(received).toHaveLength(1);
    wait(1);
    expect(await notify.tell('1', asked('a'))).toEqual(TOLD);
  });

  it.each([429, 500, 403, 302])(
    'by another delivery where the webhook answers %i, and what was left out is not forgotten',
    async (status) => {
      let isAway = false;
      const { notify, wait, leftOut } = await chat({ most: 1, answer: () => ({ status: isAway ? status : 200 }) });
      await notify.tell('1', asked('a', 'one'));
      await notify.tell('2', worked('b', 'two'));
      isAway = true;
      wait(MINUTE_MS);
      await expect(notify.tell('3', asked('c', 'three'))).rejects.toMatchObject({
        code: 'ASRE_NOTIFICATION_FAILED',
        message: `APPROVAL_WEBHOOK_URL did not accept: status ${status}`,
      });
      isAway = false;
      wait(MINUTE_MS);
      expect(await notify.tell('3', asked('c', 'three'))).toEqual(TOLD);
      expect(leftOut().at(-1)).toContain('1 that worked');
    },
  );

  it('by nothing that is logged', async () => {
    const dead = { APPROVAL_WEBHOOK_URL: 'http://127.0.0.1:9/secret' };
    const notify = await openNotify(readConfig(dead), { error: () => undefined }, () => new Date(START_MS));
    await expect(notify.tell('1', asked('a'))).rejects.toMatchObject({
      message: 'APPROVAL_WEBHOOK_URL did not accept: ECONNREFUSED',
    });
    await notify.close();
  });

  it('not at all where no webhook is set', async () => {
    const notify = await openNotify(readConfig({}), { error: () => undefined });
    expect(await notify.tell('1', asked('a'))).toEqual({ outcome: 'done', reason: 'no webhook' });
  });
});

interface Told {
  readonly text: string;
  readonly content: string;
  readonly blocks: readonly { readonly text?: { readonly text: string } }[];
  readonly allowed_mentions: { readonly parse: readonly string[] };
}

/** What each service takes, by its documentation. */
const SERVICES: Readonly<Record<string, (body: Told) => boolean>> = {
  slack: ({ text, blocks }) =>
    text.length <= 40_000 && blocks.length <= 50 && blocks.every((block) => (block.text?.text.length ?? 1) <= 3_000),
  mattermost: ({ text }) => text.length > 0 && text.length <= 16_383,
  discord: ({ content, allowed_mentions }) =>
    content.length > 0 && content.length <= 2_000 && allowed_mentions.parse.length === 0,
};

describe.each(Object.keys(SERVICES))('%s', (receiver) => {
  it('is told of a large incident by messages that it takes', async () => {
    const takes = SERVICES[receiver];
    const refused: unknown[] = [];
    const answer = ({ body }: Received) => {
      if (takes?.(body as Told)) return { status: receiver === 'discord' ? 204 : 200 };
      refused.push(body);
      return { status: 400 };
    };
    const { notify, wait, received } = await chat({ receiver, answer, most: 600 });
    const news = Array.from(
      { length: 120 },
      (_, index) => [String(index), asked(`${'&<_'.repeat(80)}-${index}-`)] as const,
    );
    let waiting = [...news];
    for (let deliveries = 0; waiting.length > 0 && deliveries < 200; deliveries++) {
      const left: typeof waiting = [];
      for (const one of waiting) {
        const outcome = await notify.tell(...one).catch((error: { code: string }) => error);
        if ('code' in outcome) left.push(one);
      }
      waiting = left;
      wait(GATHER_MS);
      if (deliveries * GATHER_MS > 14 * MINUTE_MS) break; // the questions expire
    }
    expect(refused).toEqual([]);
    expect(received.length).toBeGreaterThan(1);
    const said = received.map(({ body }) => JSON.stringify(body)).join('\n');
    const missing = news.filter(([id]) => !said.includes(`-${id}-`)).map(([id]) => id);
    expect(missing).toEqual(waiting.map(([id]) => id));
    if (receiver !== 'discord') expect(waiting).toEqual([]);
  });
});

it('a forum of Discord gets a thread for each incident, and another one where somebody removed it', async () => {
  const file = temporaryFile('chat.yaml', stringify({ ...SHIPPED.discord, threads: true }));
  const paths: string[] = [];
  const names: unknown[] = [];
  let isGone = false;
  const answer = ({ path, body }: Received) => {
    paths.push(path.replace('/services/T0/B0/secret', ''));
    names.push((body as { thread_name?: string }).thread_name);
    if (path.includes('thread_id') && isGone) return { status: 404 };
    return { status: 200, body: JSON.stringify({ id: '9', channel_id: `7${paths.length}` }) };
  };
  const { notify, wait } = await chat({ file, answer });
  const tell = (id: string, namespace: string) => notify.tell(id, worked('a', namespace)).catch(() => undefined);
  await tell('1', 'shop');
  await tell('2', 'mail');
  wait(GATHER_MS);
  await tell('3', 'shop');
  wait(GATHER_MS);
  isGone = true;
  await tell('4', 'shop');
  isGone = false;
  await tell('4', 'shop');
  expect(paths).toEqual(['?wait=true', '?wait=true', '?thread_id=71', '?thread_id=71', '?wait=true']);
  expect(names).toEqual(['shop', 'mail', undefined, undefined, 'shop']);
});

describe.skipIf(REDIS_PROGRAMS.length === 0)('replicas on one Redis', () => {
  it('share the minute, and tell each of the news once', async () => {
    const redis = await startRedis(REDIS_PROGRAMS[0] ?? '');
    onTestFinished(() => redis.stop());
    const { all, received } = await chat({ ledger: redis.url, replicas: 3, most: 5 });
    const deliveries = Array.from({ length: 8 }, (_, index) =>
      all.map((replica) => replica.tell(String(index), worked('a', `team-${index}`)).catch((error: unknown) => error)),
    );
    const outcomes = (await Promise.all(deliveries.flat())) as { reason?: string; code?: string }[];
    expect(received).toHaveLength(5);
    expect(outcomes.some(({ reason }) => reason === 'left out')).toBe(true);
    expect(outcomes.filter(({ reason, code }) => reason === undefined && code !== WAITS.code)).toEqual([]);
  });
});
