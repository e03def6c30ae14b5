/** Durations as Prometheus writes them. */

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds: `15m` → 900000, `1h30m` → 5400000; 0 where it is not a duration. Who takes fewer units checks that first. */
export function durationMs(text: string): number {
  if (!/^(\d{1,9}(ms|[smhdw]))+$/.test(text)) return 0;
  const parts = text.matchAll(/(\d{1,9})(ms|[smhdw])/g);
  return [...parts].reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNIT_MS[unit] ?? 0), 0);
}
