import { durationMs } from '../../shared/duration.ts';
import { checkMatcher } from '../../shared/runbook/matcher.ts';
import { configAlone, createChain } from '../chain.ts';
import { readSince } from '../history/history.ts';
import { progressBar } from '../progress.ts';
import { projectEnvironment } from '../project.ts';
import { defineVerb, EXIT_FAILED, EXIT_OK, type Terminal, UserError } from '../verb.ts';
import { readAlertmanager } from './alertmanager.ts';
import { decideAlerts } from './decide.ts';
import type { Firing, History, Window } from './firing.ts';
import { readPrometheus } from './prometheus.ts';
import { type Report, reportOf } from './report.ts';
import { reportText } from './report-text.ts';
import { type Selected, simulate } from './simulate.ts';

/** What agent-sre would have done about what fired on a real server, without doing it. */
export const backtest = defineVerb({
  name: 'backtest',
  summary: 'show what would have been done about the alerts of the last days; nothing is sent',
  help: `Usage: agent-sre backtest --prometheus URL [options]
       agent-sre backtest --alertmanager URL [options]

Asks a server what has fired, lets the tiers decide on each alert, and lets emit-trigger answer as of then: with
the modes, limits, cooldowns, breakers, maintenance windows and protected namespaces of the policy. Nothing is sent, and
nothing is called. Shows for each function and target how often it would have been called, how often a person would have
been asked, and what would have been kept back and why; what nobody answers, the busiest hour and the noisiest alerts.

  --prometheus URL    ALERTS of this Prometheus (or of what answers like one), with the annotations of its current rules
  --alertmanager URL  what fires now at this Alertmanager: it keeps nothing of what has resolved
  --since TIME        since then: an age such as 12h or 7d, or a time such as 2026-11-23T02:00:00Z (7d)
  --step DURATION     how far apart samples are taken; what fires for a shorter time may be missed (1m)
  --repeat DURATION   how often Alertmanager sends an alert again that fires on: its repeat_interval (4h)
  --match MATCHER     only alerts with such a label, as in 'severity="critical"'; may be repeated
  --json              the report as JSON, with all targets
  --runbook DIR       runbook to decide by (RUNBOOK_DIR, or runbook/ of the project)

Alerts fire as long as they did then, whatever is called, and nobody answers a question. Labels that Prometheus adds on
the way to Alertmanager (external_labels, alert_relabel_configs) are not in ALERTS.

Exit codes: 0 reported; 1 the server gives no such answer, or nothing has fired; 2 an option or a setting cannot be used.`,
  options: {
    prometheus: { type: 'string' },
    alertmanager: { type: 'string' },
    since: { type: 'string', default: '7d' },
    step: { type: 'string', default: '1m' },
    repeat: { type: 'string', default: '4h' },
    match: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
    runbook: { type: 'string' },
  },
  async run({ prometheus, alertmanager, json, runbook, match, repeat, ...asked }, _, terminal) {
    const window = windowOf(asked, terminal.now());
    const repeatMs = readDuration('repeat', repeat);
    const env = projectEnvironment(terminal.env, runbook);
    const history = await readHistory({ prometheus, alertmanager }, window, match.map(readMatcher), terminal);
    if (history.firings.length === 0)
      throw new UserError('nothing has fired in that time', 'give an earlier --since or a wider --match', EXIT_FAILED);
    const report = await reportOn(history, window, repeatMs, env, terminal);
    terminal.out(json ? JSON.stringify(report, null, 2) : reportText(report, terminal.width));
    return EXIT_OK;
  },
});

const LONGEST_MS = 366 * 86_400_000;
const STEPS_LIMIT = 100_000;

function windowOf({ since, step }: { readonly since: string; readonly step: string }, now: Date): Window {
  const stepMs = readDuration('step', step);
  const fromMs = readSince(since, now);
  const toMs = now.getTime();
  if (fromMs >= toMs) throw new UserError(`--since ${since} lies in the future`, 'such as 7d');
  if (toMs - fromMs > LONGEST_MS) throw new UserError(`--since ${since} is more than a year ago`, 'such as 7d');
  if ((toMs - fromMs) / stepMs > STEPS_LIMIT) {
    throw new UserError(`--since ${since} has more than ${STEPS_LIMIT} steps of ${step}`, 'give a longer --step');
  }
  return { fromMs, toMs, stepMs };
}

function readDuration(option: string, text: string): number {
  const ms = durationMs(text);
  if (ms >= 1_000) return ms;
  throw new UserError(`--${option} must be a duration of a second or more, not "${text}"`, 'such as 30s, 5m or 4h');
}

/** A matcher as both servers read it, its value in quotes. @throws {UserError} */
function readMatcher(text: string): string {
  try {
    const { name, operator, value } = checkMatcher(text);
    return `${name}${operator}${JSON.stringify(value)}`;
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unreadable';
    throw new UserError(`--match: ${why}`, `such as --match 'severity="critical"' or --match 'namespace=~"shop-.*"'`);
  }
}

interface Servers {
  readonly prometheus: string | undefined;
  readonly alertmanager: string | undefined;
}

async function readHistory(
  { prometheus, alertmanager }: Servers,
  window: Window,
  matchers: readonly string[],
  terminal: Terminal,
): Promise<History> {
  if ((prometheus === undefined) === (alertmanager === undefined)) {
    throw new UserError('backtest needs --prometheus URL or --alertmanager URL', 'see agent-sre backtest --help');
  }
  try {
    if (prometheus !== undefined) return await readPrometheus(prometheus, window, matchers, terminal);
    return await readAlertmanager(alertmanager ?? '', window, matchers);
  } finally {
    terminal.progress('');
  }
}

async function reportOn(
  { firings, notes }: History,
  { fromMs, toMs }: Window,
  repeatMs: number,
  env: Readonly<Record<string, string | undefined>>,
  { progress }: Terminal,
): Promise<Report> {
  const chain = createChain(env);
  try {
    const decided = await decideAlerts(firings, chain, (done, total) =>
      progress(progressBar(done, total, 'alerts decided')),
    );
    const selected = firings.flatMap((firing: Firing): Selected[] => {
      const decision = decided.get(firing.alert);
      return decision?.kind === 'selected' ? [{ ...firing, selection: decision.selection }] : [];
    });
    const tell = (done: number, total: number) => progress(progressBar(done, total, 'notifications played'));
    const played = await simulate(selected, configAlone(env, 'memory:'), { repeatMs, toMs }, tell);
    return reportOf({ fromMs, toMs, firings, decided, played, notes });
  } finally {
    progress('');
    await chain.close();
  }
}
