import { expect, it } from 'vitest';
import { retryAfterMs } from '../../../../shared/http/exchange.ts';

const NOW = new Date('2026-11-23T02:31:00Z');

it.each([
  ['7', 7_000],
  ['0.5', 500],
  ['99999999', 99_999_999_000],
  ['Mon, 23 Nov 2026 02:31:30 GMT', 30_000],
  ['Mon, 23 Nov 2026 02:30:00 GMT', undefined],
  ['0', undefined],
  ['soon', undefined],
  ['-3', undefined],
  ['', undefined],
])('retryAfterMs reads Retry-After "%s" as %s', (text, ms) => {
  const exchange = { kind: 'response', status: 429, headers: { 'retry-after': text }, body: Buffer.alloc(0) } as const;
  expect(retryAfterMs(exchange, NOW)).toBe(ms);
});

it.each([{ kind: 'timeout' } as const, { kind: 'response', status: 429, headers: {}, body: Buffer.alloc(0) } as const])(
  'retryAfterMs of $kind without the header is undefined',
  (exchange) => {
    expect(retryAfterMs(exchange, NOW)).toBeUndefined();
  },
);
