import type { Runbook } from '../shared/runbook/runbook.ts';
import { accuracyAtCoverage, expectedCalibrationError, type Metrics, type Scored, summarise } from './score.ts';

export type Runs = Readonly<Record<'trm' | 'rules' | 'lookup' | 'tfidf' | 'chain', readonly Scored[] | undefined>>;

/** Prints the comparison as tables, or as one JSON object. */
export function printReport(runbook: Runbook, path: string, runs: Runs, json: boolean): void {
  if (json) {
    console.log(JSON.stringify(asJson(runs)));
    return;
  }
  const known = new Set(runbook.entries.flatMap((entry) => entry.names ?? []));
  const isKnown = ({ row }: Scored) => known.has(row.alert.alertname);
  printTable(`${path}: all alerts`, runs, () => true);
  printTable('alert names that occur in the runbook', runs, isKnown);
  printTable('alert names that do not', runs, (scored) => !isKnown(scored));
  if (runs.trm === undefined) {
    console.log('\ntrm: no model is installed (models/trm.json)');
    return;
  }
  printModel(runs.trm, runs);
  printConfusions(runs.trm);
}

function asJson(runs: Runs): Record<string, unknown> {
  const metrics = Object.entries(runs).map(([name, scored]) => [name, scored === undefined ? null : summarise(scored)]);
  const { trm } = runs;
  const extra = trm === undefined ? null : { ...summarise(trm), ece: expectedCalibrationError(trm), ...latency(trm) };
  return { ...Object.fromEntries(metrics), trm: extra };
}

const COLUMNS: readonly [string, keyof Metrics][] = [
  ['accuracy', 'accuracy'],
  ['needs function', 'accuracyNeedsFunction'],
  ['accepted acc.', 'acceptedAccuracy'],
  ['coverage', 'coverage'],
  ['wrong mutating', 'wrongMutating'],
  ['params exact', 'parametersExact'],
];

function printTable(title: string, runs: Runs, keep: (scored: Scored) => boolean): void {
  const size = runs.rules?.filter(keep).length ?? 0;
  console.log(`\n${title} (${size})`);
  console.log(['', ...COLUMNS.map(([heading]) => heading)].map((cell, index) => pad(cell, index)).join(''));
  for (const [name, scored] of Object.entries(runs)) {
    const cells = scored === undefined ? ['not available'] : cellsOf(summarise(scored.filter(keep)));
    console.log([name, ...cells].map((cell, index) => pad(cell, index)).join(''));
  }
}

function cellsOf(metrics: Metrics): string[] {
  return COLUMNS.map(([, key]) => percent(metrics[key]));
}

function printModel(trm: readonly Scored[], runs: Runs): void {
  const { coverage } = summarise(trm);
  const { p50Ms, p99Ms, meanIterations } = latency(trm);
  console.log(
    `\ntrm: calibration error ${expectedCalibrationError(trm).toFixed(3)}, ${meanIterations.toFixed(1)} iterations on average, p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms`,
  );
  const compared = Object.entries(runs).filter(([name, scored]) => scored !== undefined && name !== 'chain');
  const at = compared.map(([name, scored]) => `${name} ${percent(accuracyAtCoverage(scored ?? [], coverage))}`);
  console.log(`accepted accuracy at trm's coverage of ${percent(coverage)}: ${at.join(', ')}`);
}

function latency(scored: readonly Scored[]): { p50Ms: number; p99Ms: number; meanIterations: number } {
  const sorted = scored.map(({ prediction }) => prediction.ms ?? 0).sort((left, right) => left - right);
  const at = (quantile: number) => sorted[Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))] ?? 0;
  const iterations = scored.reduce((sum, { prediction }) => sum + (prediction.iterations ?? 0), 0);
  return { p50Ms: at(0.5), p99Ms: at(0.99), meanIterations: iterations / scored.length };
}

/** Wrong choices by (expected, chosen), the most frequent first. */
function printConfusions(scored: readonly Scored[]): void {
  const counts = new Map<string, number>();
  for (const { row, prediction, functionRight } of scored) {
    if (functionRight) continue;
    const key = `${row.expected.lambda_function ?? 'none'} → ${prediction.lambda_function ?? 'none'}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  console.log('\nconfusions (expected → chosen)');
  for (const [key, count] of [...counts].sort((left, right) => right[1] - left[1]).slice(0, 15)) {
    console.log(`  ${String(count).padStart(3)}  ${key}`);
  }
}

function percent(value: number): string {
  return Number.isNaN(value) ? '-' : `${(100 * value).toFixed(1)} %`;
}

function pad(cell: string, index: number): string {
  return index === 0 ? cell.padEnd(8) : cell.padStart(16);
}
