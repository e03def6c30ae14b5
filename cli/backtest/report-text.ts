/** The report of a backtest for people. */
import { printable } from '../../shared/text/printable.ts';
import { formatTable } from '../../shared/text/table.ts';
import type { AlertLine, Counted, Counts, FunctionLine, Report, TargetLine } from './report.ts';

/** Lines of a list; --json has all. */
const SHOWN = 40;
/** Characters of a name that a stranger chose, and of a note that holds some. */
const NAME_LIMIT = 120;
const NOTE_LIMIT = 600;
const COUNTED = ['firings', 'called', 'asked', 'suppressed'];
const ALERTS = ['alert', 'series', 'firings', 'time firing'];

export function reportText(report: Report, width: number): string {
  const { functions, targets, unanswered, noisiest, notes } = report;
  const parts = [
    section('What would have been done', ['function', 'targets', ...COUNTED], functions.map(functionRow), width),
    section('And where', ['function', 'target', ...COUNTED], targets.map(targetRow), width),
    section('What nobody answers', ALERTS, unanswered.map(alertRow), width),
    section('The noisiest alerts', ALERTS, noisiest.map(alertRow), width),
    [hourText(report), ...notes.map((note) => `note: ${shortText(note, NOTE_LIMIT)}`)].join('\n'),
    summaryText(report),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function section(title: string, headings: readonly string[], rows: readonly string[][], width: number): string {
  if (rows.length === 0) return '';
  const rest = rows.length - SHOWN;
  const more = rest > 0 ? `\n… and ${rest} more: see --json` : '';
  return `${title}:\n\n${formatTable(headings, rows.slice(0, SHOWN), width)}${more}`;
}

function functionRow({ function: name, targets, ...counted }: FunctionLine): string[] {
  return [nameText(name), String(targets), ...countedCells(counted)];
}

function targetRow({ function: name, target, ...counted }: TargetLine): string[] {
  return [nameText(name), nameText(target), ...countedCells(counted)];
}

function countedCells({ firings, called, asked, suppressed }: Counted): string[] {
  return [String(firings), String(called), countsText(asked), countsText(suppressed)];
}

function alertRow({ alert, series, firings, firing_ms: ms }: AlertLine): string[] {
  return [nameText(alert), String(series), String(firings), spanText(ms)];
}

function countsText(counts: Counts): string {
  const reasons = Object.entries(counts).map(([reason, count]) => `${count} ${printable(reason)}`);
  return reasons.length === 0 ? '0' : reasons.join(', ');
}

function hourText({ busiest_hour: busiest }: Report): string {
  if (busiest === undefined) return '';
  const { hour, firings, called, asked } = busiest;
  const begins = `${hour.slice(0, 16).replace('T', ' ')} UTC`;
  return `The busiest hour began at ${begins}: ${firings} alerts fired, ${called} calls, ${asked} questions.`;
}

function summaryText(report: Report): string {
  const { from, to, firings, called, asked, suppressed, no_action, unanswered_firings, unreadable } = report;
  const days = ((Date.parse(to) - Date.parse(from)) / 86_400_000).toFixed(1);
  const after = report.still_firing === 0 ? '' : ` (after ${report.still_firing} of them the alert fired on)`;
  const kept = `${suppressed} kept back, ${no_action} need no action, ${unanswered_firings} nobody answers`;
  const bad = unreadable === 0 ? '' : `, ${unreadable} cannot be read`;
  return `${firings} firings in ${days} days: ${called} calls${after}, ${asked} questions to a person, ${kept}${bad}.`;
}

function spanText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} d`;
}

function nameText(name: string): string {
  return shortText(name, NAME_LIMIT);
}

function shortText(said: string, limit: number): string {
  const text = printable(said);
  return text.length <= limit ? text : `${text.slice(0, limit)}…`;
}
