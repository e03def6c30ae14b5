/** How often something happened, by the time from which a slot counts: a record whose size no limit changes. Times in ms. */
export type Tally = readonly (readonly [fromMs: number, count: number])[];

const SLOTS = 60;

/** How often in a stretch of this length that ends now. */
export function counted(tally: Tally, perMs: number, nowMs: number): number {
  return recent(tally, perMs, nowMs).reduce((sum, [, count]) => sum + count, 0);
}

/** The tally with one more, now. */
export function tallied(tally: Tally, perMs: number, nowMs: number): Tally {
  const fromMs = nowMs - (nowMs % slotMs(perMs));
  const [last, rest] = [tally.at(-1), tally.slice(0, -1)];
  return last !== undefined && last[0] >= fromMs ? [...rest, [last[0], last[1] + 1]] : [...tally, [fromMs, 1]];
}

/** The tally with what happened at one time counted as of now instead. */
export function movedToNow(tally: Tally, fromMs: number, perMs: number, nowMs: number): Tally {
  const slot = tally.findLastIndex(([startMs]) => startMs <= fromMs);
  const without = tally.map(([startMs, count], index) => [startMs, index === slot ? count - 1 : count] as const);
  return tallied(
    without.filter(([, count]) => count > 0),
    perMs,
    nowMs,
  );
}

/** The slots that count in a stretch of this length that ends now: one that begins before it counts whole. */
export function recent(tally: Tally, perMs: number, nowMs: number): Tally {
  return tally.filter(([fromMs]) => fromMs + slotMs(perMs) > nowMs - perMs);
}

function slotMs(perMs: number): number {
  return Math.max(1, Math.floor(perMs / SLOTS));
}
