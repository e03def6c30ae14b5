import { endingLine } from '../ending.ts';
import { PORT } from '../own-url.ts';
import { defineVerb, EXIT_OK, type Terminal } from '../verb.ts';
import type { Observer } from './conclude.ts';
import { readOptions, SYSTEM_HELP, SYSTEM_OPTIONS } from './options.ts';
import { misspelt } from './settings.ts';
import { stopSignal } from './signals.ts';
import { statusText } from './status.ts';
import { type Runner, startRunner } from './system.ts';
import { brokerOf } from './triggers.ts';

/** The whole system on this machine, until it is told to end. */
export const run = defineVerb({
  name: 'run',
  summary: 'run agent-sre on this machine: the five functions behind an embedded broker',
  help: `Usage: agent-sre run [options]        (or: npm start -- [options])

Runs agent-sre on this machine: the five functions and an embedded broker. It reads triggers/*.yaml as a cluster does.

  --port N          port of everything (${PORT}; 0 takes a free one):
                      POST /            Alertmanager's webhook, handed to alert-router
                      POST /<ns>/<broker>   events into a broker, binary or structured CloudEvents
                      GET  /            what is running; GET /metrics for Prometheus; GET /health/readiness
  --data DIR        folder of events not delivered yet, of decisions and of the functions' logs (.agent-sre)
  --idle SECONDS    stop a function that got no event for so long, and start it again on demand (0 = never)
  --fsync           accepted events survive a power failure too; slower
  --quiet           do not print what became of each alert
  --lambdas         run the Lambda functions too, on the cluster of KUBECONFIG; they only say what they would do, unless
                      LAMBDA_DRY_RUN=off is set (docs/lambdas.md)
${SYSTEM_HELP}

Settings come from the environment (docs/configuration.md). Paths are relative to the working directory.

Exit codes: 0 stopped by a signal, 2 an option, a setting, the runbook, the Triggers or the data folder cannot be used.`,
  options: {
    ...SYSTEM_OPTIONS,
    data: { type: 'string', default: '.agent-sre' },
    idle: { type: 'string' },
    fsync: { type: 'boolean' },
    quiet: { type: 'boolean', default: false },
    lambdas: { type: 'boolean', default: false },
  },
  async run(values, _, terminal) {
    const options = readOptions(values, PORT);
    const stopped = stopSignal();
    for (const line of misspelt(terminal.env)) report(terminal, line);
    let approvals: string | undefined; // where agent-sre approve would not send them by itself
    const observe: Observer = (ending, delivered) => {
      if (!values.quiet) terminal.out(`${clock(terminal)} ${endingLine(ending, delivered, approvals)}`);
    };
    const runner = await startRunner(options, terminal.env, (message) => report(terminal, message), observe);
    if (options.port !== Number(PORT)) approvals = `${runner.url}${brokerOf(runner.eventing).join('/')}`;
    await Promise.race([startFunctions(runner, terminal), stopped]);
    const { broker, eventing } = runner;
    terminal.out(`${statusText(runner, options)}\nCtrl-C ends it.`);
    for (const ignored of eventing.ignored) report(terminal, `ignored, only a cluster needs it: ${ignored}`);
    await stopped;
    report(terminal, 'stopping …');
    await runner.stop();
    const { pending, undelivered } = broker.counts;
    report(terminal, `stopped; events under way, for the next start: ${pending}; undelivered: ${undelivered}`);
    return EXIT_OK;
  },
});

/** Starts every function: the first alert need not wait. One that cannot start is reported, and tried again on demand. */
export async function startFunctions(runner: Runner, terminal: Terminal): Promise<void> {
  const starts = [...runner.functions.values()].map(async (one) => one.ready());
  for (const start of await Promise.allSettled(starts)) {
    if (start.status === 'rejected') report(terminal, start.reason instanceof Error ? start.reason.message : 'failed');
  }
}

/** A line on standard error with the time of day. */
export function report(terminal: Terminal, message: string): void {
  terminal.err(`${clock(terminal)} ${message}`);
}

function clock(terminal: Terminal): string {
  return terminal.now().toTimeString().slice(0, 8);
}
