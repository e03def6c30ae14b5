import metadata from '../package.json' with { type: 'json' };
import { AsreError } from '../shared/errors.ts';
import { didYouMean } from '../shared/text/nearest.ts';
import { EXIT_OK, EXIT_USAGE, type Terminal, UserError, type Verb } from './verb.ts';

/** The verbs, each loaded when it is asked for: the dependencies of one must not slow the start of another. */
const VERBS = {
  run: async () => (await import('./run/run.ts')).run,
  demo: async () => (await import('./run/demo.ts')).demo,
  check: async () => (await import('./check.ts')).check,
  decide: async () => (await import('./decide.ts')).decide,
  diff: async () => (await import('./diff.ts')).diff,
  init: async () => (await import('./scaffold/init.ts')).init,
  new: async () => (await import('./scaffold/new.ts')).scaffold,
  coverage: async () => (await import('./rules/coverage.ts')).coverage,
  annotate: async () => (await import('./rules/annotate.ts')).annotate,
  backtest: async () => (await import('./backtest/backtest.ts')).backtest,
  send: async () => (await import('./send.ts')).send,
  replay: async () => (await import('./replay.ts')).replay,
  approve: async () => (await import('./approve.ts')).approve,
  deny: async () => (await import('./approve.ts')).deny,
  promote: async () => (await import('./promote/promote.ts')).promote,
  queue: async () => (await import('./queue.ts')).queue,
  history: async () => (await import('./history/history.ts')).history,
  'export-finetune': async () => (await import('./export-finetune.ts')).exportFinetune,
  explain: async () => (await import('./history/explain.ts')).explain,
} as const satisfies Record<string, () => Promise<Verb>>;
const EXIT_INTERNAL = 70; // EX_SOFTWARE

async function helpText(): Promise<string> {
  const verbs = await Promise.all(Object.values(VERBS).map((load) => load()));
  const width = Math.max(...verbs.map(({ name }) => name.length));
  return `Usage: agent-sre <verb> [options]

${verbs.map(({ name, summary }) => `  ${name.padEnd(width)} ${summary}`).join('\n')}

  agent-sre <verb> --help   what the verb takes and prints
  agent-sre --version

Exit codes: 0 yes, 1 no (problems found, expectation missed, not accepted), 2 the command, its input or its
configuration cannot be used, 70 a defect of agent-sre.`;
}

/** Runs one command line. @returns the exit code */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    const { text, exitCode } = explain(error);
    terminal.err(`agent-sre: ${text}`);
    return exitCode;
  }
}

async function dispatch([name, ...rest]: readonly string[], terminal: Terminal): Promise<number> {
  if (name === undefined) {
    terminal.err(await helpText());
    return EXIT_USAGE;
  }
  if (name === '--version') return tell(terminal, metadata.version);
  const asked = ['help', '--help', '-h'].includes(name);
  if (asked && rest.length === 0) return tell(terminal, await helpText());
  const verb = await loadVerb(asked ? (rest[0] ?? '') : name);
  return asked || wantsHelp(rest) ? tell(terminal, verb.help) : verb.run(rest, terminal);
}

function loadVerb(name: string): Promise<Verb> {
  const load = Object.entries(VERBS).find(([verb]) => verb === name)?.[1];
  if (load === undefined) {
    throw new UserError(
      `there is no verb "${name}"`,
      `${didYouMean(name, Object.keys(VERBS))}agent-sre --help lists them`,
    );
  }
  return load();
}

function wantsHelp(args: readonly string[]): boolean {
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  return options.includes('--help') || options.includes('-h');
}

function tell(terminal: Terminal, text: string): number {
  terminal.out(text);
  return EXIT_OK;
}

/** One line for a mistake that the user can correct; a stack trace only for a defect of ours. */
function explain(error: unknown): { text: string; exitCode: number } {
  if (error instanceof UserError) return { text: error.message, exitCode: error.exitCode };
  if (error instanceof AsreError && error.code !== 'ASRE_INTERNAL') {
    const [first = '', ...more] = error.message.split('\n');
    const rest = more.length === 0 ? '' : ` and ${more.length} more`;
    return { text: `${first}${rest} (${error.entry.fix})`, exitCode: EXIT_USAGE };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `a defect of agent-sre, please report it: ${stack}`, exitCode: EXIT_INTERNAL };
}
