import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../../shared/config.ts';
import { createHttpClient, targetOf } from '../../shared/http/client.ts';
import { describeExchange, isRetried, isSuccess } from '../../shared/http/exchange.ts';
import { formatTable } from '../../shared/text/table.ts';
import type { Ending } from '../ending.ts';
import { projectRoot } from '../project.ts';
import { defineVerb, EXIT_FAILED, EXIT_OK, UserError } from '../verb.ts';
import { readOptions, SYSTEM_HELP, SYSTEM_OPTIONS } from './options.ts';
import { type Recording, readRecordings } from './recordings.ts';
import { report, startFunctions } from './run.ts';
import { stopSignal } from './signals.ts';
import { startRunner } from './system.ts';

const LIMIT_MS = 120_000;
const POLL_MS = 50;
const SEND_TRIES = 5;
const SEND_TIMEOUT_MS = 120_000;
const EXIT_INTERRUPTED = 130;
const HEADINGS = ['alert', 'decided by', 'function', 'parameters', 'confidence', 'why'];

/** Recorded alerts through the whole system, and what became of each. */
export const demo = defineVerb({
  name: 'demo',
  summary: 'send recorded alerts through the whole system and show what was decided, by whom and why',
  help: `Usage: agent-sre demo [options]        (or: npm run demo -- [options])

Starts the system as agent-sre run does, on a free port and with a data folder of its own. Sends recorded alerts, shows
a table of the endings, and stops. Nothing is changed: no Trigger takes the calls.

  --alerts DIR      recorded webhook notifications of Alertmanager (test/fixtures/alerts of the project)
  --port N          port to listen on (a free one)
${SYSTEM_HELP}

Exit codes: 0 every alert has an ending, 1 an alert has none in time, 2 an option or a setting cannot be used.`,
  options: { ...SYSTEM_OPTIONS, alerts: { type: 'string' } },
  async run(values, _, terminal) {
    const recordings = readRecordings(
      values.alerts ?? join(projectRoot(), 'test', 'fixtures', 'alerts'),
      terminal.now(),
      readConfig(terminal.env),
    );
    const data = mkdtempSync(join(tmpdir(), 'agent-sre-demo-'));
    const interrupted = stopSignal().then(() => undefined);
    const endings = new Map<string, Ending>();
    const observe = (ending: Ending) => {
      if (!endings.has(ending.episode)) endings.set(ending.episode, ending);
    };
    const tell = (message: string) => report(terminal, message);
    try {
      const runner = await startRunner(readOptions({ ...values, data }, '0'), terminal.env, tell, observe);
      try {
        await Promise.race([startFunctions(runner, terminal), interrupted]);
        const rows = await Promise.race([play(runner.url, recordings, endings), interrupted]);
        if (rows === undefined) return EXIT_INTERRUPTED;
        terminal.out(formatTable(HEADINGS, rows, terminal.width));
        return endings.size >= rows.length ? EXIT_OK : EXIT_FAILED;
      } finally {
        await runner.stop();
      }
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  },
});

/** Sends the recordings and waits until each has an ending, or the time is over. */
async function play(url: string, recordings: readonly Recording[], endings: ReadonlyMap<string, Ending>) {
  for (const { payload } of recordings) await send(url, payload);
  const firing = recordings.flatMap((recording) => recording.firing);
  const deadline = performance.now() + LIMIT_MS;
  while (performance.now() < deadline && firing.some(({ episode }) => !endings.has(episode))) await sleep(POLL_MS);
  return firing.map(({ episode, alert }) => rowOf(alert, endings.get(episode)));
}

function rowOf(alert: string, ending: Ending | undefined): string[] {
  if (ending === undefined) return [alert, '-', '-', '-', '-', 'no ending in time; see the logs of the functions'];
  const { kind, decidedBy = '-', lambdaFunction = '-', parameters = '-', confidence = '-', why } = ending;
  return [alert, decidedBy, lambdaFunction, parameters, confidence, kind === 'called' ? why : `${kind}: ${why}`];
}

// As Alertmanager does: an answer of 5xx means "send it again".
async function send(url: string, payload: Record<string, unknown>): Promise<void> {
  const client = createHttpClient();
  for (let tries = 1; ; tries++) {
    const headers = { 'content-type': 'application/json' };
    const exchange = await client.send(targetOf(url), headers, JSON.stringify(payload), SEND_TIMEOUT_MS);
    const status = exchange.kind === 'response' ? exchange.status : undefined;
    if (status !== undefined && isSuccess(status)) return;
    if ((status !== undefined && !isRetried(status)) || tries === SEND_TRIES) {
      throw new UserError(`alert-router did not accept: ${describeExchange(exchange)}`, '', EXIT_FAILED);
    }
    await sleep(200 * 2 ** tries);
  }
}
