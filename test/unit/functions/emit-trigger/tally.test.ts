import { describe, expect, it } from 'vitest';
import { counted, movedToNow, recent, type Tally, tallied } from '../../../../functions/emit-trigger/tally.ts';

/** A limit for ten minutes: slots of ten seconds. */
const PER_MS = 600_000;
const SLOT_MS = 10_000;
const NOW_MS = 1_000_005_000;
const SLOT_NOW_MS = 1_000_000_000;

describe('what counts in a stretch of time', () => {
  it.each<[string, Tally, number]>([
    ['nothing', [], 0],
    ['what happened now', [[SLOT_NOW_MS, 2]], 2],
    [
      'all slots together',
      [
        [SLOT_NOW_MS - SLOT_MS, 3],
        [SLOT_NOW_MS, 2],
      ],
      5,
    ],
    ['a slot of which one millisecond lies in it, whole', [[NOW_MS - PER_MS - SLOT_MS + 1, 4]], 4],
    ['not a slot that ends when it begins', [[NOW_MS - PER_MS - SLOT_MS, 4]], 0],
    [
      'only the later of two',
      [
        [NOW_MS - 2 * PER_MS, 4],
        [SLOT_NOW_MS, 1],
      ],
      1,
    ],
    ['what a clock that was ahead has written', [[NOW_MS + PER_MS, 6]], 6],
  ])('is %s', (_, tally, expected) => {
    expect(counted(tally, PER_MS, NOW_MS)).toBe(expected);
    expect(recent(tally, PER_MS, NOW_MS).reduce((sum, [, count]) => sum + count, 0)).toBe(expected);
  });

  it('has slots of at least a millisecond', () => {
    expect(counted(tallied([], 10, 100), 10, 110)).toBe(1);
    expect(counted(tallied([], 10, 100), 10, 111)).toBe(0);
  });
});

describe('one more', () => {
  it.each<[string, Tally, Tally]>([
    ['is the first of its slot', [], [[SLOT_NOW_MS, 1]]],
    ['counts in the slot of now', [[SLOT_NOW_MS, 2]], [[SLOT_NOW_MS, 3]]],
    [
      'begins a slot after an earlier one',
      [[SLOT_NOW_MS - SLOT_MS, 2]],
      [
        [SLOT_NOW_MS - SLOT_MS, 2],
        [SLOT_NOW_MS, 1],
      ],
    ],
    [
      'leaves the slots before as they are',
      [
        [SLOT_NOW_MS - SLOT_MS, 2],
        [SLOT_NOW_MS, 1],
      ],
      [
        [SLOT_NOW_MS - SLOT_MS, 2],
        [SLOT_NOW_MS, 2],
      ],
    ],
    [
      'counts in the last slot where the clock was set back',
      [[SLOT_NOW_MS + SLOT_MS, 1]],
      [[SLOT_NOW_MS + SLOT_MS, 2]],
    ],
  ])('%s', (_, tally, expected) => {
    expect(tallied(tally, PER_MS, NOW_MS)).toEqual(expected);
  });
});

describe('what is moved to now', () => {
  const before = SLOT_NOW_MS - SLOT_MS;
  const long = SLOT_NOW_MS - 5 * SLOT_MS;
  it.each<[string, Tally, number, Tally]>([
    ['leaves its slot, which goes when it is empty', [[before, 1]], before + 3_000, [[SLOT_NOW_MS, 1]]],
    [
      'leaves the others of its slot',
      [[before, 3]],
      before,
      [
        [before, 2],
        [SLOT_NOW_MS, 1],
      ],
    ],
    [
      'leaves the last slot that began before it',
      [
        [long, 2],
        [before, 2],
      ],
      before - 1,
      [
        [long, 1],
        [before, 2],
        [SLOT_NOW_MS, 1],
      ],
    ],
    [
      'is counted anew where its slot is forgotten',
      [[before, 2]],
      long,
      [
        [before, 2],
        [SLOT_NOW_MS, 1],
      ],
    ],
    ['stays where it is within a slot', [[SLOT_NOW_MS, 2]], SLOT_NOW_MS + 1, [[SLOT_NOW_MS, 2]]],
  ])('%s', (_, tally, fromMs, expected) => {
    expect(movedToNow(tally, fromMs, PER_MS, NOW_MS)).toEqual(expected);
  });
});
