import { describe, expect, it } from 'vitest';
import { limited } from '../../../../shared/traces/otlp.ts';

describe('complaints', () => {
  it('are told once a minute, with how many there were', () => {
    const told: string[] = [];
    let nowMs = 0;
    const complain = limited(
      (why) => told.push(why),
      () => nowMs,
    );
    for (const atMs of [0, 1, 59_999, 60_000, 60_001, 200_000]) {
      nowMs = atMs;
      complain(`at ${atMs}`);
    }
    expect(told).toEqual([
      'at 0',
      'at 60000 (and 2 more since the last line)',
      'at 200000 (and 1 more since the last line)',
    ]);
  });
});
