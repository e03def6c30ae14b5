/** Entry of `npm start`: arguments in, one running system, one Ctrl-C ends it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WireEvent } from '../../broker/event.ts';
import { JournalError, openJournal, repairJournal } from '../../broker/journal.ts';
import { TriggerFileError } from '../../eventing/trigger.ts';
import { AsreError } from '../../shared/errors.ts';
import { OutcomeBook, playDemo, readRecordings } from './demo.ts';
import { type Options, projectRoot, readOptions, USAGE, UsageError } from './options.ts';
import { outcomeLine, outcomeOf } from './outcome.ts';
import { statusText } from './status.ts';
import { type Runner, startRunner } from './system.ts';

const DEMO_LIMIT_MS = 120_000;

function report(message: string): void {
  process.stderr.write(`${new Date().toTimeString().slice(0, 8)} ${message}\n`);
}

async function main(argv: readonly string[]): Promise<number> {
  const options = readOptions(argv);
  if (options === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (options.repair) await repairJournal(join(options.data, 'events'));
  if (options.listUndelivered) return listUndelivered(options);
  return options.demo ? demo(options) : serve(options);
}

async function serve(options: Options): Promise<number> {
  const stopped = stopSignal();
  const runner = await startRunner(options, report, options.quiet ? () => undefined : printOutcome);
  if (options.redeliver) report(`${await runner.broker.redeliver()} undelivered events are delivered again`);
  await Promise.race([startFunctions(runner), stopped]);
  const { url, broker, functions, eventing } = runner;
  process.stdout.write(`${statusText(url, broker.counts, functions, eventing, options)}\nCtrl-C ends it.\n`);
  for (const ignored of eventing.ignored) report(`ignored, only a cluster needs it: ${ignored}`);
  await stopped;
  report('stopping …');
  await runner.stop();
  const { pending, undelivered } = broker.counts;
  report(`stopped; ${pending} events under way wait for the next start, ${undelivered} are undelivered`);
  return 0;
}

async function demo(options: Options): Promise<number> {
  const data = mkdtempSync(join(tmpdir(), 'agent-sre-demo-'));
  const book = new OutcomeBook();
  const interrupted = stopSignal().then(() => undefined);
  const runner = await startRunner({ ...options, data }, report, book.observe);
  try {
    await Promise.race([startFunctions(runner), interrupted]);
    const folder = options.alerts ?? join(projectRoot(), 'test', 'fixtures', 'alerts');
    const recordings = readRecordings(folder, new Date());
    const width = Math.max(100, process.stdout.columns ?? 160);
    const table = await Promise.race([playDemo(runner.url, recordings, book, DEMO_LIMIT_MS, width), interrupted]);
    if (table !== undefined) process.stdout.write(`${table}\n`);
    return table === undefined ? 130 : 0;
  } finally {
    await runner.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

async function startFunctions(runner: Runner): Promise<void> {
  const starts = [...runner.functions.values()].map(async (one) => one.ready());
  for (const start of await Promise.allSettled(starts)) {
    if (start.status === 'rejected')
      report(`${String(start.reason instanceof Error ? start.reason.message : start.reason)}`);
  }
}

async function listUndelivered(options: Options): Promise<number> {
  const journal = await openJournal(join(options.data, 'events'), false);
  let count = 0;
  for await (const { delivery } of journal.list('undelivered')) {
    const { id, type, time = '' } = delivery.event.attributes;
    process.stdout.write(`${[time, type, id, delivery.trigger, delivery.why ?? ''].join('\t')}\n`);
    count++;
  }
  await journal.close();
  process.stdout.write(`${count} undelivered; npm start -- --redeliver delivers them again\n`);
  return 0;
}

function printOutcome(event: WireEvent): void {
  const outcome = outcomeOf(event);
  if (outcome !== undefined) process.stdout.write(`${new Date().toTimeString().slice(0, 8)} ${outcomeLine(outcome)}\n`);
}

// The first signal ends things in order, the second at once.
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = () => {
      if (asked) process.exit(130);
      asked = true;
      resolve();
    };
    process.on('SIGINT', ask);
    process.on('SIGTERM', ask);
  });
}

function explain(error: unknown): string {
  if (error instanceof AsreError) return `${error.message}; ${error.entry.fix}`;
  if (error instanceof UsageError || error instanceof JournalError || error instanceof TriggerFileError)
    return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `${error.message}; another program has the port: start with --port N`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
    process.exit();
  },
  (error: unknown) => {
    process.stderr.write(`agent-sre: ${explain(error)}\n`);
    process.exit(1);
  },
);
