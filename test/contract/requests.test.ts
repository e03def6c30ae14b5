import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLAIN, type RunningFunction, startFunction } from '../support/function.ts';
import { type HttpResponse, send } from '../support/http.ts';
import { type Sink, startSink } from '../support/sink.ts';
import { type System, startSystem } from '../support/system.ts';
import { BODY_LIMIT_BYTES, REQUESTS } from './requests.ts';

const SETTINGS = { ...PLAIN, BODY_LIMIT_BYTES: String(BODY_LIMIT_BYTES), ALLOWED_ORIGINS: 'https://console.example' };
/** The longest that one body may keep everybody else waiting. */
const BLOCKED_LIMIT_MS = 1_000;

let sink: Sink;
let alone: RunningFunction;
let system: System;

beforeAll(async () => {
  sink = await startSink();
  alone = await startFunction('alert-router', { ...SETTINGS, K_SINK: sink.url });
  system = await startSystem({ url: sink.url, types: [] }, SETTINGS);
}, 90_000);

afterAll(async () => {
  await Promise.all([alone.stop(), system.stop()]);
  await sink.stop();
});

function summaryOf({ status, headers, text }: HttpResponse) {
  return { status, becomes: headers['ce-type'] ?? /^ASRE_[A-Z_]+/.exec(text)?.[0] };
}

describe.each(Object.entries(REQUESTS))('%s', (_, cases) => {
  const rows = cases.map(([name, sent, status, becomes]) => ({ name, sent, status, becomes }));

  it.each(rows)('$name: $status', async ({ sent, status, becomes }) => {
    const answers = [await send(alone.url, sent), await send(system.url, sent)];
    expect(answers.map(summaryOf)).toEqual([
      { status, becomes },
      { status, becomes },
    ]);
    expect(answers[1]?.text).toBe(answers[0]?.text);
    for (const { headers } of answers) {
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
  });
});

const all = Object.values(REQUESTS)
  .flat()
  .map(([name, sent]) => ({ name, sent }));

describe('the answer', () => {
  it.each([
    ['to a body over the limit names the setting to raise', 'a webhook over the limit', 'BODY_LIMIT_BYTES'],
    ['to /webhook says where to post', '/webhook', 'to /.'],
    ['to a specversion names the one that is read', 'specversion 0.3, by hand', '1.0'],
  ])('%s', async (_, name, words) => {
    const sent = all.find((row) => row.name === name)?.sent ?? {};
    expect((await send(alone.url, sent)).text).toContain(words);
  });
});

describe('what a Broker is sent', () => {
  const events = Object.values(REQUESTS)
    .flat()
    .filter(([, { headers = {}, target }]) => target === undefined && 'ce-type' in headers && !('origin' in headers));

  it('is refused at once, or has an outcome: nothing is left over', async () => {
    sink.reset();
    const answers = await Promise.all(
      events.map(([, sent]) => send(system.url, { ...sent, path: '/default/default' })),
    );
    expect([...new Set(answers.map(({ status }) => status))].sort()).toEqual([202, 400, 413, 415]);
    await expect
      .poll(async () => (await send(system.url, { method: 'GET' })).text, { timeout: 20_000 })
      .toContain(': 0 events under way, 0 undelivered');
  });
});

describe('one body', () => {
  it.each(all.filter(({ name }) => /000|64 MiB/.test(name)))('keeps nobody waiting: $name', async ({ sent }) => {
    let answered = false;
    const answer = send(alone.url, sent).then(() => {
      answered = true;
    });
    let longest = 0;
    while (!answered) {
      const started = performance.now();
      await send(alone.url, { method: 'GET', path: '/health/liveness' });
      longest = Math.max(longest, performance.now() - started);
    }
    await answer;
    expect(longest).toBeLessThan(BLOCKED_LIMIT_MS);
  });
});
