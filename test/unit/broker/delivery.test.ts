import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  backoffMs,
  type DeliverySpec,
  errorAttributes,
  judgeDeadLetterExchange,
  judgeExchange,
  MAX_ERROR_DATA,
  nextTry,
  parseDuration,
} from '../../../broker/delivery.ts';
import type { Exchange } from '../../../shared/http/exchange.ts';

const SPEC: DeliverySpec = { retry: 2, backoff: undefined, timeoutMs: undefined, format: 'binary' };
const EVENT_HEADERS = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/s', 'ce-type': 't' };

function response(status: number, body = '', headers: Record<string, string> = {}): Exchange {
  return { kind: 'response', status, headers, body: Buffer.from(body) };
}

describe('durations', () => {
  test.each([
    ['PT0.2S', 200],
    ['PT1M30S', 90_000],
    ['PT1H', 3_600_000],
    ['P1DT1S', 86_401_000],
    ['PT0S', 0],
    ['P', undefined],
    ['PT', undefined],
    ['P1DT', undefined],
    ['1s', undefined],
    ['PT-1S', undefined],
    ['', undefined],
  ])('%s is %s ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });
});

describe('retries', () => {
  test.each([
    ['linear', [0, 300, 600, 900]],
    ['exponential', [300, 600, 1200, 2400]],
  ] as const)('%s backoff of 0.3 s', (policy, expected) => {
    expect([0, 1, 2, 3].map((retry) => backoffMs({ policy, delayMs: 300 }, retry))).toEqual(expected);
  });

  test('the tries are one more than the retries', () => {
    const failed = judgeExchange(response(500), 255);
    expect([1, 2, 3].map((tried) => nextTry(SPEC, tried, failed))).toEqual([0, 0, undefined]);
  });

  test('what is not retryable is not tried again', () => {
    expect(nextTry(SPEC, 1, judgeExchange(response(400), 255))).toBeUndefined();
  });
});

describe('answers', () => {
  test.each([
    ['an empty 204', response(204), 'done'],
    ['a reply', response(200, '{}', EVENT_HEADERS), 'reply'],
    ['text in a 200', response(200, 'text'), 'failed'],
    ['a time-out', { kind: 'timeout' } as const, 'failed'],
    ['nobody there', { kind: 'unreachable', message: 'refused' } as const, 'failed'],
    ['a redirect', response(302), 'failed'],
  ])('%s: %s', (_, answer, expected) => {
    expect(judgeExchange(answer, 255).kind).toBe(expected);
  });

  test('a reply of the last hop is refused for good', () => {
    const result = judgeExchange(response(200, '', EVENT_HEADERS), 1);
    expect(result).toMatchObject({ kind: 'failed', retryable: false, error: { at: 'broker', code: 400 } });
  });

  test('a dead letter sink may answer whatever it likes, as long as it is a 2xx', () => {
    expect(judgeDeadLetterExchange(response(200, 'noted')).kind).toBe('done');
    expect(judgeDeadLetterExchange(response(500)).kind).toBe('failed');
  });

  test('no answer of whatever kind makes it throw', () => {
    const headers = fc.dictionary(fc.constantFrom(...Object.keys(EVENT_HEADERS), 'content-type'), fc.string());
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), headers, fc.string(), (status, names, body) => {
        judgeExchange(response(status, body, names), 255);
      }),
    );
  });
});

describe('error attributes', () => {
  test('the body is base64 and cut to what an attribute may hold', () => {
    const error = { at: 'subscriber', code: 503, body: Buffer.alloc(5_000, 'x') } as const;
    const attributes = errorAttributes(error, 'http://s/');
    expect(attributes).toMatchObject({ knativeerrordest: 'http://s/', knativeerrorcode: '503' });
    expect(attributes.knativeerrordata).toHaveLength(MAX_ERROR_DATA);
  });

  test('without an error there are none', () => {
    expect(errorAttributes(undefined, 'http://s/')).toEqual({});
  });
});
