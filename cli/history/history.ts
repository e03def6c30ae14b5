import { durationMs } from '../../shared/duration.ts';
import { printable } from '../../shared/text/printable.ts';
import { formatTable } from '../../shared/text/table.ts';
import { existingFolder } from '../folder.ts';
import { stopSignal } from '../run/signals.ts';
import { defineVerb, EXIT_OK, type Terminal, UserError } from '../verb.ts';
import { readHistory } from './file.ts';
import { followHistory } from './follow.ts';
import { type DecisionRecord, votesIn } from './record.ts';

const HEADINGS = ['time', 'alert', 'target', 'decision', 'entry', 'episode'];

/** What was decided, by whom, and what came of it, as a running or a stopped system has recorded it. */
export const history = defineVerb({
  name: 'history',
  summary: 'list what was decided, and what came of it: which alert, which function, by whom and why',
  help: `Usage: agent-sre history [options]

Lists what agent-sre run has recorded in its data folder, the oldest first: decisions, approvals and what came of them.
It may still run. agent-sre explain tells one episode.

  --alert NAME       only alerts of this name
  --function NAME    only this function
  --namespace NAME   only targets in this namespace
  --episode ID       only this episode, as it stands in brackets in the terminal
  --target NAME      only this target: its name, or <namespace>/<name>
  --since TIME       only since then: an age such as 30m, 8h or 7d, or a time such as 2026-11-23T02:00:00Z
  --follow           go on with what is recorded from now on, until Ctrl-C
  --json             one JSON object a line, with the id and the episode
  --data DIR         the data folder (.agent-sre)

Exit codes: 0 listed, be it nothing, 2 the folder or an option cannot be used.`,
  options: {
    alert: { type: 'string' },
    function: { type: 'string' },
    namespace: { type: 'string' },
    episode: { type: 'string' },
    target: { type: 'string' },
    since: { type: 'string' },
    follow: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    data: { type: 'string', default: '.agent-sre' },
  },
  async run(values, _, terminal) {
    const { out, width, now } = terminal;
    const data = dataFolder(values.data);
    const sinceMs = values.since === undefined ? undefined : readSince(values.since, now());
    if (values.follow) return follow(data, (record) => isAsked(record, values, sinceMs), values.json, terminal);
    const rows: string[][] = [];
    for await (const record of readHistory(data)) {
      if (!isAsked(record, values, sinceMs)) continue;
      if (values.json) out(jsonOf(record));
      else rows.push(rowOf(record));
    }
    if (values.json) return EXIT_OK;
    out(rows.length === 0 ? `no decision of these in ${data}` : formatTable(HEADINGS, rows, width));
    return EXIT_OK;
  },
});

/** Where the records are. @throws {UserError} where there is no such folder */
export function dataFolder(given: string): string {
  return existingFolder(given, 'name the data folder by --data DIR');
}

/** A time of the record as people read it, in UTC. */
export function timeText(time: string): string {
  return time.slice(0, 19).replace('T', ' ');
}

// A table needs to know all of its rows: what is still to come is told in lines.
async function follow(
  data: string,
  isWanted: (record: DecisionRecord) => boolean,
  json: boolean,
  { out }: Terminal,
): Promise<number> {
  const stopping = new AbortController();
  void stopSignal().then(() => stopping.abort());
  for await (const record of followHistory(data, stopping.signal)) {
    if (isWanted(record)) out(json ? jsonOf(record) : lineOf(record));
  }
  return EXIT_OK;
}

// The event would make each line ten times as long; the console shows it.
function jsonOf(record: DecisionRecord): string {
  const votes = votesIn(record);
  return JSON.stringify({ ...record, votes: votes.length === 0 ? undefined : votes, event: undefined });
}

function lineOf({ time, alertname = '-', target = '-', text, episode }: DecisionRecord): string {
  return printable(`${timeText(time)} ${alertname} ${target} → ${text} [${episode}]`);
}

interface Asked {
  readonly alert?: string | undefined;
  readonly function?: string | undefined;
  readonly namespace?: string | undefined;
  readonly episode?: string | undefined;
  readonly target?: string | undefined;
}

function isAsked(
  record: DecisionRecord,
  { alert, function: name, namespace, target, episode }: Asked,
  sinceMs: number | undefined,
): boolean {
  return (
    (alert === undefined || record.alertname === alert) &&
    (name === undefined || record.lambda_function === name) &&
    (namespace === undefined || record.namespace === namespace) &&
    (episode === undefined || record.episode === episode) &&
    (target === undefined || record.target === target || record.target?.endsWith(`/${target}`) === true) &&
    (sinceMs === undefined || Date.parse(record.time) >= sinceMs)
  );
}

function rowOf({ time, alertname = '-', target = '-', text, entry = '', episode }: DecisionRecord): string[] {
  return [timeText(time), alertname, target, text, entry, episode].map((cell) => printable(String(cell)));
}

/** The time of `--since` in milliseconds. @throws {UserError} where it is neither an age nor a time */
export function readSince(text: string, now: Date): number {
  if (/^\d{1,6}[smhd]$/.test(text)) return now.getTime() - durationMs(text);
  const time = Date.parse(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(time)) return time;
  throw new UserError(`--since must be an age or a time, not "${text}"`, 'such as 30m, 8h, 7d or 2026-11-23T02:00:00Z');
}
