import { describe, expect, it } from 'vitest';
import { isRecent } from '../../../../shared/ledger/recent.ts';

describe('what a record says was done', () => {
  const NOW = 1_000_000;

  it.each<[string, number, boolean]>([
    ['now', NOW, true],
    ['a moment before the limit', NOW - 2_999, true],
    ['as long ago as the limit', NOW - 3_000, false],
    ['ahead, by the clock of another replica', NOW + 2_999, true],
    ['ahead by the limit: the clock was set back since', NOW + 3_000, false],
  ])('%s', (_, atMs, expected) => {
    expect(isRecent(atMs, NOW, 3_000)).toBe(expected);
  });
});
