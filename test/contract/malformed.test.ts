import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode } from '../../shared/error-codes.ts';
import { crashing, selection, TYPES } from '../support/alerts.ts';
import { binary, structured, without } from '../support/events.ts';
import { FUNCTIONS, type FunctionName, PLAIN, type RunningFunction, startFunction } from '../support/function.ts';
import { type Sent, send } from '../support/http.ts';
import { event, NOT_AN_OBJECT, REFUSED, REJECTED, type Subject, TOLERATED } from './malformed.ts';

const BODY_LIMIT_BYTES = 65_536;
// With a dead letter sink set, a longer error body makes some brokers lose the event (eventing 0.47).
const ERROR_BODY_LIMIT = 512;

/** What a function takes, with an alert in its place. */
const TAKES: Readonly<Record<FunctionName, { type: string; answer: string; holding: (alert: unknown) => unknown }>> = {
  'alert-router': { type: TYPES.fired, answer: TYPES.trm, holding: (alert) => alert },
  'trm-reason': { type: TYPES.trm, answer: TYPES.gemma, holding: (alert) => ({ alert, attempts: [] }) },
  'gemma-fallback': { type: TYPES.gemma, answer: TYPES.rules, holding: (alert) => ({ alert, attempts: [] }) },
  'rule-fallback': { type: TYPES.rules, answer: TYPES.selected, holding: (alert) => ({ alert, attempts: [] }) },
  'emit-trigger': { type: TYPES.selected, answer: TYPES.trigger, holding: (alert) => ({ ...selection, alert }) },
};

const running = new Map<FunctionName, RunningFunction>();

beforeAll(async () => {
  const settings = { ...PLAIN, BODY_LIMIT_BYTES: String(BODY_LIMIT_BYTES) };
  const started = await Promise.all(FUNCTIONS.map((name) => startFunction(name, settings)));
  for (const each of started) running.set(each.name, each);
});

afterAll(async () => {
  await Promise.all([...running.values()].map((each) => each.stop()));
});

describe.each(FUNCTIONS)('%s', (name) => {
  const { type, answer, holding } = TAKES[name];
  const subject: Subject = { type, holding, data: holding(crashing) };
  const post = (sent: Sent) => send(running.get(name)?.url ?? '', sent);

  async function expectRefused(sent: Sent, code: ErrorCode): Promise<void> {
    const { status, headers, text } = await post(sent);
    expect({ status, text }).toMatchObject({ status: 400, text: expect.stringContaining(`${code}: `) });
    expect(text).toContain(ERRORS[code].fix);
    expect(Buffer.byteLength(text)).toBeLessThan(ERROR_BODY_LIMIT);
    expect(headers['ce-type']).toBeUndefined();
  }

  it.each(REFUSED)('refuses %s', async (_, write, code) => {
    await expectRefused(write(subject), code);
  });

  it('refuses what is not a CloudEvent at all', async () => {
    const code = name === 'alert-router' ? 'ASRE_WEBHOOK_INVALID' : 'ASRE_NOT_AN_EVENT';
    await expectRefused({ headers: { 'content-type': 'application/json' }, body: '{"hello": "world"}' }, code);
  });

  it.each(['', 'hello=world'])('refuses the bare body %j', async (body) => {
    const code = name === 'alert-router' ? 'ASRE_EVENT_JSON' : 'ASRE_NOT_AN_EVENT';
    await expectRefused({ headers: { 'content-type': 'application/x-www-form-urlencoded' }, body }, code);
  });

  it.each(REJECTED)('rejects %s', async (_, write, code) => {
    const { status, headers, text } = await post(write(subject));
    expect({ status, type: headers['ce-type'] }).toEqual({ status: 200, type: TYPES.rejected });
    expect(JSON.parse(text)).toMatchObject({ code, event_id: 'a-1' });
  });

  it.each(NOT_AN_OBJECT)('rejects the data %s', async (body) => {
    const { status, headers } = await post({ ...event(subject), body });
    expect({ status, type: headers['ce-type'] }).toEqual({ status: 200, type: TYPES.rejected });
  });

  it.each(TOLERATED)('takes %s', async (_, write) => {
    const { status, headers, text } = await post(write(subject));
    expect({ status, type: headers['ce-type'] }).toEqual({ status: 200, type: answer });
    expect(JSON.parse(text).polluted).toBeUndefined();
  });

  it.each([
    ['no time', (of: Subject) => without(event(of), 'ce-time')],
    ['a time that is none', ({ type, data }: Subject) => binary({ type, time: 'noon' }, data)],
  ])('makes up no episode for an event with %s', async (_, write) => {
    const undated = { ...subject, data: holding({ ...crashing, startsAt: undefined }) };
    const first = await post(write(undated));
    const again = await post(write(undated));
    expect(again.headers['ce-id']).toBe(first.headers['ce-id']);
    expect(first.headers['ce-correlationid']).toMatch(/\.0$/);
  });

  it.each([false, true])('asks to send a body over the limit again later (chunked: %j)', async (chunked) => {
    const sent = { ...event(subject), body: Buffer.alloc(BODY_LIMIT_BYTES + 1, 'x'), chunked };
    const { status, headers } = await post(sent);
    expect({ status, type: headers['ce-type'] }).toEqual({ status: 503, type: undefined });
  });

  it('says 405 to GET and names what it allows', async () => {
    expect(await post({ method: 'GET' })).toMatchObject({ status: 405, headers: { allow: 'POST, OPTIONS' } });
  });

  it('takes events at / only', async () => {
    expect(await post({ ...event(subject), path: '/elsewhere' })).toMatchObject({ status: 404 });
  });

  it.each([300, 5_000, 25_000])('does not try to answer data nested %i deep', async (levels) => {
    const deep = `{"x": ${'['.repeat(levels)}${']'.repeat(levels)},`;
    const sent = event(subject);
    const binaryAnswer = await post({ ...sent, body: String(sent.body).replace('{', deep) });
    expect(binaryAnswer).toMatchObject({ status: 200, headers: { 'ce-type': TYPES.rejected } });
    const whole = structured({ ...subject, holding: undefined });
    expect(await post({ ...whole, body: String(whole.body).replace('{', deep) })).toMatchObject({ status: 400 });
  });

  it('is alive after all of it, and has logged no payload', async () => {
    const each = running.get(name);
    expect(await post({ method: 'GET', path: '/health/liveness' })).toMatchObject({ status: 200 });
    expect(await post({ method: 'GET', path: '/health/readiness' })).toMatchObject({ status: 200 });
    expect(await post(event(subject))).toMatchObject({ status: 200, headers: { 'ce-type': answer } });
    expect(each?.log().filter(({ level }) => level === 'fatal')).toEqual([]);
    expect(each?.output()).not.toMatch(/checkout-7c9f8d5b6-x2x7k|hello=world/);
  });
});
