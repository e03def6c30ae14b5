import { type Share, wilson } from '../shared/interval.ts';
import type { Runbook } from '../shared/runbook/runbook.ts';
import { formatTable } from '../shared/text/table.ts';
import { calibration, confusions, countChanges, latency } from './figures.ts';
import { shareValue } from './interval.ts';
import type { Outcome, Run } from './runs.ts';
import { accuracyAtCoverage, type Metrics, type Scored, summarise } from './score.ts';
import { byVariant, VARIANTS } from './variants.ts';

/** The figures that are shares, with their headings. */
export const FIGURES: readonly [string, keyof Metrics][] = [
  ['function right', 'functionRight'],
  ['needing one', 'needingRight'],
  ['accepted right', 'acceptedRight'],
  ['coverage', 'coverage'],
  ['wrong mutating', 'wrongMutating'],
  ['parameters exact', 'parametersExact'],
];
const WIDTH = 160;

/** Prints every figure with its 95 % interval and sample. */
export function printReport(runbook: Runbook, path: string, outcome: Outcome): void {
  const known = new Set(runbook.entries.flatMap(({ names = [] }) => names));
  const isKnown = ({ row }: Scored) => known.has(row.alert.alertname);
  const { trm, chain } = outcome;
  console.log(`${path}: per cent (95 % interval) of how many`);
  printPredictors('plain, all alerts', outcome, () => true);
  printPredictors('plain, names that occur in the runbook', outcome, isKnown);
  printPredictors('plain, names that do not', outcome, (scored) => !isKnown(scored));
  for (const [name, run] of Object.entries({ trm, chain })) {
    if (run !== undefined) printVariants(runbook, name, run);
  }
  if (trm === undefined) console.log('\ntrm: no model is installed (models/trm.json)');
  else printModel(trm.plain, outcome);
}

/** The same figures by predictor and variant; a share of nothing has the value null. */
export function reportAsJson(runbook: Runbook, outcome: Outcome): Record<string, unknown> {
  const asJson = (run: Run) =>
    byVariant((variant) => ({
      ...sharesAsJson(Object.entries(summarise(run[variant]))),
      calibrationError: calibration(run[variant]),
      changed: sharesAsJson(countChanges(runbook.catalogue, run, variant)),
    }));
  const runs = Object.entries(outcome).map(([name, run]) => [name, run === undefined ? null : asJson(run)]);
  const { trm } = outcome;
  return { ...Object.fromEntries(runs), latency: trm === undefined ? null : latency(trm.plain) };
}

function sharesAsJson(shares: readonly (readonly [string, Share])[]): Record<string, unknown> {
  return Object.fromEntries(
    shares.map(([key, share]) => [key, { value: shareValue(share), ...wilson(share), ...share }]),
  );
}

function printPredictors(title: string, outcome: Outcome, keep: (scored: Scored) => boolean): void {
  const rows = Object.entries(outcome).map(([name, run]) => {
    const metrics = run && summarise(run.plain.filter(keep));
    return [name, ...(metrics === undefined ? ['not available'] : FIGURES.map(([, key]) => shareCell(metrics[key])))];
  });
  printTable([title, ...FIGURES.map(([heading]) => heading)], rows);
}

function printVariants(runbook: Runbook, name: string, run: Run): void {
  const metrics = VARIANTS.map((variant) => summarise(run[variant]));
  const shares = FIGURES.map(([heading, key]) => [heading, ...metrics.map((each) => shareCell(each[key]))]);
  const errors = VARIANTS.map((variant) => calibrationCell(calibration(run[variant])));
  const changes = VARIANTS.map((variant) => countChanges(runbook.catalogue, run, variant));
  const changed = changes[0]?.map(([kind], index) => [
    kind === 'any' ? 'changed against plain' : `  ${kind}`,
    ...changes.map((each) => shareCell(each[index]?.[1] ?? { count: 0, of: 0 })),
  ]);
  printTable([`${name} by variant`, ...VARIANTS], [...shares, ['calibration error', ...errors], ...(changed ?? [])]);
}

function printModel(trm: readonly Scored[], outcome: Outcome): void {
  const coverage = shareValue(summarise(trm).coverage);
  const { p50Ms, p99Ms, meanIterations } = latency(trm);
  const speed = `p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms`;
  console.log(`\ntrm: ${meanIterations.toFixed(1)} iterations on average, ${speed}`);
  const at = Object.entries(outcome).flatMap(([name, run]) =>
    run === undefined || name === 'chain' ? [] : [`${name} ${percent(accuracyAtCoverage(run.plain, coverage))}`],
  );
  console.log(`right of each one's surest ${percent(coverage)}: ${at.join(', ')}`);
  const rows = confusions(trm).map(([pair, count]) => [String(count), pair]);
  printTable(['', 'trm, plain: expected → chosen'], rows.slice(0, 15));
}

function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(`\n${formatTable(headings, rows, WIDTH)}`);
}

function shareCell(share: Share): string {
  const { low, high } = wilson(share);
  return share.of === 0 ? '-' : `${tenth(shareValue(share))} (${tenth(low)}-${tenth(high)}) ${share.of}`;
}

function calibrationCell({ value, low, high, of }: ReturnType<typeof calibration>): string {
  return `${value.toFixed(3)} (${low.toFixed(3)}-${high.toFixed(3)}) ${of}`;
}

function tenth(value: number): string {
  return (100 * value).toFixed(1);
}

function percent(value: number): string {
  return Number.isNaN(value) ? '-' : `${tenth(value)} %`;
}
