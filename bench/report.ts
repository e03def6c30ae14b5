/** The results as tables for people and as JSON for programs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import type { ChainResult } from './chain.ts';
import type { FunctionResult } from './functions.ts';
import type { GemmaResult } from './gemma.ts';
import type { LedgerResult } from './ledger.ts';
import type { ModelResult } from './model.ts';
import type { StartResult } from './starts.ts';

export interface Results {
  /** Missing where no weights are installed. */
  readonly model?: ModelResult;
  /** Missing where GEMMA_MODEL_DIR is not set. */
  readonly gemma?: GemmaResult;
  readonly starts: readonly StartResult[];
  readonly chain: readonly ChainResult[];
  readonly functions: readonly FunctionResult[];
  readonly ledger: readonly LedgerResult[];
}

export function tables({ model, gemma, starts, chain, functions, ledger }: Results): string {
  const ms = (value: number) => value.toFixed(1);
  const paths = chain.map(({ path, idle, steady, full }) => [
    path,
    ...[String(full.alerts_per_second), ms(full.p50_ms), ms(full.p99_ms)],
    ...[String(steady.alerts_per_second), ms(steady.p50_ms), ms(steady.p99_ms)],
    ...[ms(idle.p50_ms), ms(idle.p99_ms)],
  ]);
  const heads = [
    'path',
    'full: alerts/s',
    'p50 ms',
    'p99 ms',
    'steady: alerts/s',
    'p50 ms',
    'p99 ms',
    'one by one: p50 ms',
    'p99 ms',
  ];
  const used = chain.flatMap(({ path, cpu_ms_per_alert }) =>
    Object.entries(cpu_ms_per_alert).map(([name, cpu]) => [path, name, cpu.toFixed(2)]),
  );
  const events = functions.map((each) => [
    ...[
      each.function,
      each.input,
      String(each.cpu_us_per_event),
      String(each.echo_cpu_us_per_event),
      each.ratio.toFixed(2),
      String(each.traced_cpu_us_per_event),
    ],
  ]);
  const stores = ledger.map(({ store, per_second, p50_ms, p99_ms }) => [
    ...[store, String(per_second), p50_ms.toFixed(2), p99_ms.toFixed(2)],
  ]);
  const started = starts.map((each) => [
    ...[each.function, ms(each.cpu_ms), each.ratio.toFixed(2), each.resident_mib.toFixed(0)],
  ]);
  return [
    ...(model === undefined ? ['No model is installed'] : modelTables(model)),
    ...(gemma === undefined ? [] : gemmaTables(gemma)),
    'From the start of a process to its readiness, against a bare function on the same runtime',
    table(['function', 'CPU ms', 'ratio', 'resident MiB'], started),
    'From the webhook to the lambda trigger, through all processes',
    table(heads, paths),
    'CPU per alert of each process at full load',
    table(['path', 'process', 'ms per alert'], used),
    'CPU per event of each function, against a bare echo on the same runtime',
    table(['function', 'event', 'µs', 'echo µs', 'ratio', 'with traces µs'], events),
    'A decision on the ledger, on each store',
    table(['store', 'decisions/s', 'one by one: p50 ms', 'p99 ms'], stores),
  ].join('\n\n');
}

function modelTables(model: ModelResult): string[] {
  const rows = [
    ['an alert, whole: p50', `${model.whole.p50_ms.toFixed(1)} ms`],
    ['an alert, whole: p99', `${model.whole.p99_ms.toFixed(1)} ms`],
    ['iterations, mean', model.iterations.toFixed(2)],
    ['an iteration: p50', `${model.iteration.p50_ms.toFixed(1)} ms`],
    ['an iteration: p99', `${model.iteration.p99_ms.toFixed(1)} ms`],
    ['a step to its matrix products alone', model.step_to_products.toFixed(2)],
    ['session create', `${model.session_create_ms.toFixed(0)} ms`],
    ['process start to ready', `${model.ready_ms.toFixed(0)} ms`],
    ['resident memory', `${model.resident_mib.toFixed(0)} MiB`],
  ];
  return [`The model on one thread, ${model.alerts} alerts of entries that it has never seen`, table(['', ''], rows)];
}

function gemmaTables(gemma: GemmaResult): string[] {
  const rows = [
    ['prefill', `${gemma.prefill_tokens_per_second.toFixed(0)} tokens/s`],
    ['decode', `${gemma.decode_tokens_per_second.toFixed(1)} tokens/s`],
    ['an alert, whole: p50', `${gemma.whole.p50_ms.toFixed(0)} ms`],
    ['an alert, whole: p99', `${gemma.whole.p99_ms.toFixed(0)} ms`],
    ['tokenizer read', `${gemma.tokenizer_ms.toFixed(0)} ms`],
    ['session create', `${gemma.session_ms.toFixed(0)} ms`],
    ['process start to ready', `${gemma.ready_ms.toFixed(0)} ms`],
    ['resident memory', `${gemma.resident_mib.toFixed(0)} MiB`],
    ['peak memory', `${gemma.peak_mib.toFixed(0)} MiB`],
  ];
  return [`GEMMA_MODEL_DIR on one thread, ${gemma.alerts} such alerts`, table(['', ''], rows)];
}

/** Writes the results and what they were measured on. */
export function writeResults(file: string, results: Results): void {
  const [processor] = cpus();
  const machine = {
    node: process.version,
    cpus: cpus().length,
    model: processor?.model ?? 'unknown',
    at: new Date().toISOString(),
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ machine, ...results }, null, 2)}\n`);
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const isNumber = (column: number) => rows.every((row) => /^[\d.]+$/.test(row[column] ?? ''));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ');
  return all.map((row) => line(row).trimEnd()).join('\n');
}
