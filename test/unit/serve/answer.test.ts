import { describe, expect, it, vi } from 'vitest';
import { AsreError, ERRORS, type ErrorCode } from '../../../shared/errors.ts';
import type { CloudEvent } from '../../../shared/events/envelope.ts';
import { deliverAnswer, refuse } from '../../../shared/serve/http.ts';
import { done, type Outcome, outcomeOf } from '../../../shared/serve/outcome.ts';

const event: CloudEvent = { attributes: { type: 't', id: '1' }, data: { a: 1 } };
const replied = { statusCode: 200, headers: { 'ce-type': 't' }, body: '{"a":1}' };
const published = { statusCode: 202, body: '' };
const later = { statusCode: 503, body: '' };
const answered: Outcome = { outcome: 'reply', draft: {} as never };
const rejected = outcomeOf(new AsreError('ASRE_ALERT_INVALID', 'x'));
const failed = outcomeOf(new AsreError('ASRE_INTERNAL', 'x'));
const broker = { prefersReply: true, fromBroker: true };
const letter = { prefersReply: false, fromBroker: true };
const person = { prefersReply: false, fromBroker: false };

describe('deliverAnswer', () => {
  it.each([
    ['reply to a broker', answered, event, broker, 'http://sink/', replied],
    ['reply to a broker, without a sink', answered, event, broker, '', replied],
    ['reply to a dead letter', answered, event, letter, 'http://sink/', published],
    ['reply to a dead letter, without a sink', answered, event, letter, '', later],
    ['reply to a person', answered, event, person, 'http://sink/', published],
    ['reply to a person, without a sink', answered, event, person, '', replied],
    ['reject to a broker', rejected, event, broker, '', replied],
    ['reject to a dead letter', rejected, event, letter, 'http://sink/', published],
    ['done', done('resolved'), undefined, broker, '', undefined],
    ['retry', failed, undefined, broker, 'http://sink/', later],
  ])('%s', async (_, outcome, answer, incoming, url, expected) => {
    const publish = url === '' ? vi.fn().mockRejectedValue(new AsreError('ASRE_SINK_MISSING', 'x')) : vi.fn();
    const { http } = await deliverAnswer(outcome, answer, incoming, { url, publish });
    if (expected === undefined) expect(http).toBeUndefined();
    else expect(http).toMatchObject(expected);
    expect(publish).toHaveBeenCalledTimes(
      expected === published || (expected === later && answer !== undefined) ? 1 : 0,
    );
  });

  it('is a retry where the sink does not accept', async () => {
    const publish = vi.fn().mockRejectedValue(new AsreError('ASRE_SINK_FAILED', 'x'));
    const delivery = await deliverAnswer(answered, event, person, { url: 'http://sink/', publish });
    expect(delivery).toMatchObject({ outcome: 'retry', http: later, error: { code: 'ASRE_SINK_FAILED' } });
  });
});

describe('refuse', () => {
  const refused = Object.entries(ERRORS).filter(([, { disposition }]) => disposition === 'refuse');

  it.each(refused.map(([code]) => code as ErrorCode))(
    '%s: its status, the code and the fix, short enough for every broker',
    (code) => {
      const answer = refuse(new AsreError(code, 'x'.repeat(2_000)));
      expect(answer?.statusCode).toBe((ERRORS[code] as { statusCode?: number }).statusCode);
      expect(answer?.body.length).toBeLessThan(512);
      expect(refuse(new AsreError(code, 'what is wrong'))?.body).toBe(`${code}: what is wrong. ${ERRORS[code].fix}\n`);
    },
  );

  it('says nothing with 503: brokers store what it says', () => {
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
