import { describe, expect, it } from 'vitest';
import { isTimeGiven, readTime } from '../../../../shared/alert/time.ts';

describe('readTime', () => {
  it.each<[string, unknown, string]>([
    ['RFC 3339 as it stands', '2026-11-23T02:31:00.123456789Z', '2026-11-23T02:31:00.123456789Z'],
    ['RFC 3339 with an offset as it stands', '2026-11-23T02:31:00+02:00', '2026-11-23T02:31:00+02:00'],
    ['an offset without a colon', '2026-11-23T02:31:00+0200', '2026-11-23T00:31:00Z'],
    ['an offset of hours', '2026-11-23T02:31:00-05', '2026-11-23T07:31:00Z'],
    ['no zone', '2026-11-23T02:31:00', '2026-11-23T02:31:00Z'],
    ['no zone and a blank', '2026-11-23 02:31:00.5', '2026-11-23T02:31:00.500Z'],
    ['no seconds', '2026-11-23T02:31', '2026-11-23T02:31:00Z'],
    ['Go', '2026-11-23 02:31:00 +0000 UTC', '2026-11-23T02:31:00Z'],
    ['Go with a fraction', '2026-11-23 02:31:00.25 +0200 CEST', '2026-11-23T00:31:00.250Z'],
    ['Go with its monotonic clock', '2026-11-23 02:31:00 +0000 UTC m=+0.012', '2026-11-23T02:31:00Z'],
    ['Go without a name of the zone', '2026-11-23 02:31:00 +0100 +0100', '2026-11-23T01:31:00Z'],
    ['RFC 1123', 'Mon, 23 Nov 2026 02:31:00 GMT', '2026-11-23T02:31:00Z'],
    ['RFC 1123 with an offset', 'Mon, 23 Nov 2026 02:31:00 +0200', '2026-11-23T00:31:00Z'],
    ['date(1)', 'Mon Nov 23 02:31:00 UTC 2026', '2026-11-23T02:31:00Z'],
    ['seconds', 1795401060, '2026-11-23T02:31:00Z'],
    ['seconds with a fraction', 1795401060.5, '2026-11-23T02:31:00.500Z'],
    ['milliseconds', 1795401060000, '2026-11-23T02:31:00Z'],
    ['microseconds', 1795401060000000, '2026-11-23T02:31:00Z'],
    ['nanoseconds', 1795401060000000000, '2026-11-23T02:31:00Z'],
    ['seconds as text', '1795401060', '2026-11-23T02:31:00Z'],
    ['milliseconds as text', ' 1795401060123 ', '2026-11-23T02:31:00.123Z'],
  ])('%s', (_, value, expected) => {
    expect(readTime(value)).toBe(expected);
  });

  it.each<unknown>([
    ...[
      'noon',
      '',
      '2026',
      '2026-11-23',
      '23.11.2026 02:31',
      '2026-13-40T02:31:00Z',
      '2026-11-23T25:61:00',
      '12',
      '-1',
    ],
    ...[0, -1, 12, Number.NaN, Number.POSITIVE_INFINITY, 1e300, null, undefined, {}, [], true],
    ...['Mon, 23 Nov 2026 02:31:00 CEST', '1'.repeat(100_000), `2026-11-23T02:31:00.${'0'.repeat(100_000)}`],
  ])('tells no time from %j', (value) => {
    expect(readTime(value)).toBeUndefined();
  });
});

it.each([
  ['2026-11-23T02:31:00Z', true],
  ['noon', true],
  ['0001-01-01T00:00:00Z', false],
  ['0001-01-01 00:00:00 +0000 UTC', false],
  ['', false],
  [null, false],
  [undefined, false],
])('a time is given: %j %j', (value, expected) => {
  expect(isTimeGiven(value)).toBe(expected);
});
