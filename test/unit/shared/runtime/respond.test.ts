import { describe, expect, it, vi } from 'vitest';
import type { CloudEvent } from '../../../../shared/cloudevents/attributes.ts';
import { ERRORS, type ErrorCode } from '../../../../shared/error-codes.ts';
import { AsreError } from '../../../../shared/errors.ts';
import { done, type Outcome } from '../../../../shared/runtime/function.ts';
import { failureOf } from '../../../../shared/runtime/handling/handler.ts';
import { refuse, respond } from '../../../../shared/runtime/response/respond.ts';

const event: CloudEvent = { attributes: { type: 't', id: '1' }, data: { a: 1 } };
const replied = { statusCode: 200, headers: { 'ce-type': 't' }, body: '{"a":1}' };
const published = { statusCode: 202, body: '' };
const later = { statusCode: 503, body: '' };
const empty = { statusCode: 204, body: '' };
const replying: Outcome = { outcome: 'reply', draft: {} as never };
const rejected = failureOf(new AsreError('ASRE_ALERT_INVALID', 'x'));
const failed = failureOf(new AsreError('ASRE_INTERNAL', 'x'));
const broker = { prefersReply: true, fromBroker: true };
const letter = { prefersReply: false, fromBroker: true };
const person = { prefersReply: false, fromBroker: false };

describe('respond', () => {
  it.each([
    ['reply to a broker', replying, event, broker, 'http://sink/', replied],
    ['reply to a broker, without a sink', replying, event, broker, '', replied],
    ['reply to a dead letter', replying, event, letter, 'http://sink/', published],
    ['reply to a dead letter, without a sink', replying, event, letter, '', later],
    ['reply to a person', replying, event, person, 'http://sink/', published],
    ['reply to a person, without a sink', replying, event, person, '', replied],
    ['reject to a broker', rejected, event, broker, '', replied],
    ['reject to a dead letter', rejected, event, letter, 'http://sink/', published],
    ['done', done('resolved'), undefined, broker, '', empty],
    ['retry', failed, undefined, broker, 'http://sink/', later],
  ])('%s', async (_, outcome, answer, incoming, url, expected) => {
    const publish = url === '' ? vi.fn().mockRejectedValue(new AsreError('ASRE_SINK_MISSING', 'x')) : vi.fn();
    const { http } = await respond(outcome, answer, incoming, { url, publish });
    expect(http).toMatchObject(expected);
    expect(publish).toHaveBeenCalledTimes(
      expected === published || (expected === later && answer !== undefined) ? 1 : 0,
    );
  });

  it('is a retry where the sink does not accept', async () => {
    const publish = vi.fn().mockRejectedValue(new AsreError('ASRE_SINK_FAILED', 'x'));
    const response = await respond(replying, event, person, { url: 'http://sink/', publish });
    expect(response).toMatchObject({ outcome: 'retry', http: later, error: { code: 'ASRE_SINK_FAILED' } });
  });
});

describe('refuse', () => {
  const refused = Object.entries(ERRORS).filter(([, { disposition }]) => disposition === 'refuse');

  it.each(refused.map(([code]) => code as ErrorCode))(
    '%s: its status, the code and the fix, short enough for every broker',
    (code) => {
      const refusal = refuse(new AsreError(code, 'x'.repeat(2_000)));
      expect(refusal.statusCode).toBe((ERRORS[code] as { statusCode?: number }).statusCode);
      expect(refusal.body.length).toBeLessThan(512);
      expect(refuse(new AsreError(code, 'what is wrong')).body).toBe(`${code}: what is wrong. ${ERRORS[code].fix}\n`);
    },
  );

  it('says nothing of a failure of the function: brokers store what it says', () => {
    expect(refuse(new AsreError('ASRE_INTERNAL', 'x'))).toMatchObject({ statusCode: 503, body: '' });
  });
});

describe('errors', () => {
  it.each(Object.entries(ERRORS))('%s has a status where it is answered by one', (_, entry) => {
    const { disposition, statusCode } = entry as { disposition: string; statusCode?: number };
    expect(statusCode !== undefined).toBe(disposition === 'refuse' || disposition === 'retry');
    expect(disposition === 'retry' ? statusCode : 503).toBe(503);
  });
});
