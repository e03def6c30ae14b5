import { durationMs } from '../../shared/duration.ts';
import { nearest } from '../../shared/text/nearest.ts';
import { printable, printableJson } from '../../shared/text/printable.ts';
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
    const names = new RecordedNames();
    for await (const record of readHistory(data)) {
      names.add(record);
      if (!isAsked(record, values, sinceMs)) continue;
      if (values.json) out(jsonOf(record));
      else rows.push(rowOf(record));
    }
    if (values.json) return EXIT_OK;
    if (rows.length > 0) out(formatTable(HEADINGS, rows, width));
    else out([`no decision of these in ${data}`, ...names.missing(values)].map(printable).join('\n'));
    return EXIT_OK;
  },
});

/** The fields of a record that an option names exactly. */
const NAMED = { alert: 'alertname', function: 'lambda_function', namespace: 'namespace' } as const;
type Named = keyof typeof NAMED;

/** The names that are recorded: one that is not may be a slip of the pen. */
class RecordedNames {
  private readonly names: Readonly<Record<Named, Set<string>>> = {
    alert: new Set(),
    function: new Set(),
    namespace: new Set(),
  };

  add(record: DecisionRecord): void {
    for (const option of Object.keys(NAMED) as Named[]) {
      const name = record[NAMED[option]];
      if (name !== undefined) this.names[option].add(name);
    }
  }

  /** A line for each option that gives a name of which nothing is recorded. */
  missing(asked: Asked): string[] {
    return (Object.keys(NAMED) as Named[]).flatMap((option) => {
      const name = asked[option];
      if (name === undefined || this.names[option].has(name)) return [];
      const meant = nearest(name, [...this.names[option]]);
      return [`nothing is recorded of --${option} ${name}${meant === undefined ? '' : `: did you mean ${meant}?`}`];
    });
  }
}

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
  return printableJson(JSON.stringify({ ...record, votes: votes.length === 0 ? undefined : votes, event: undefined }));
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
