import type { Interval, Share } from '../shared/interval.ts';
import type { Catalogue } from '../shared/runbook/runbook.ts';
import { createRandom } from '../training/data/random.ts';
import { CHANGES, type Change, changeOf } from './changes.ts';
import { bootstrap, countShare } from './interval.ts';
import type { Run } from './runs.ts';
import { expectedCalibrationError, type Scored } from './score.ts';
import type { Variant } from './variants.ts';

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly meanIterations: number;
}

/** The calibration error with the interval of a bootstrap, because it is not a share. */
export function calibration(scored: readonly Scored[]): Interval & { readonly value: number; readonly of: number } {
  const interval = bootstrap(scored, expectedCalibrationError, createRandom(1).next);
  return { value: expectedCalibrationError(scored), ...interval, of: scored.length };
}

/** Decisions that differ from those on the plain alerts: all of them, then by kind. */
export function countChanges(catalogue: Catalogue, run: Run, variant: Variant): ['any' | Change, Share][] {
  const kinds = run[variant].map(({ prediction }, index) => {
    const before = run.plain[index]?.prediction;
    return before && changeOf(catalogue, before, prediction);
  });
  const any = countShare(kinds, (kind) => kind !== undefined);
  return [
    ['any', any],
    ...CHANGES.map((change): [Change, Share] => [change, countShare(kinds, (is) => is === change)]),
  ];
}

export function latency(scored: readonly Scored[]): Latency {
  const asked = scored.filter(({ prediction }) => prediction.ms !== undefined); // not decided before
  const sorted = asked.map(({ prediction }) => prediction.ms ?? 0).sort((left, right) => left - right);
  const at = (quantile: number) => sorted[Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))] ?? 0;
  const iterations = asked.reduce((sum, { prediction }) => sum + (prediction.iterations ?? 0), 0);
  return { p50Ms: at(0.5), p99Ms: at(0.99), meanIterations: iterations / asked.length };
}

/** Wrong choices by (expected, chosen), the most frequent first. */
export function confusions(scored: readonly Scored[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { row, prediction, functionRight } of scored) {
    if (functionRight) continue;
    const key = `${row.expected.lambda_function ?? 'none'} → ${prediction.lambda_function ?? 'none'}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].sort((left, right) => right[1] - left[1]);
}
