/** What a backtest has found, as figures. */
import type { Decided } from './decide.ts';
import type { Firing, PastAlert } from './firing.ts';
import type { Answer, Played } from './simulate.ts';

/** How often something happened, by why. */
export type Counts = Readonly<Record<string, number>>;

/** What would have become of some firings. */
export interface Counted {
  readonly firings: number;
  /** Calls that would have gone out. */
  readonly called: number;
  /** Questions to a person, by why; nobody answers one. */
  readonly asked: Counts;
  /** Firings on which nothing was called and nobody was asked, by the first reason. */
  readonly suppressed: Counts;
}

/** What one function would have done. */
export interface FunctionLine extends Counted {
  readonly function: string;
  readonly targets: number;
}

/** What one function would have done to one target. */
export interface TargetLine extends Counted {
  readonly function: string;
  readonly target: string;
}

/** One alert, over all its series. */
export interface AlertLine {
  readonly alert: string;
  readonly series: number;
  readonly firings: number;
  readonly firing_ms: number;
}

interface Hour {
  /** RFC 3339, when it begins. */
  readonly hour: string;
  readonly firings: number;
  readonly called: number;
  readonly asked: number;
}

export interface Report {
  readonly from: string;
  readonly to: string;
  readonly firings: number;
  readonly called: number;
  readonly asked: number;
  readonly suppressed: number;
  readonly no_action: number;
  readonly unanswered_firings: number;
  readonly unreadable: number;
  /** Calls after which the alert fired on for longer than the policy waits, as it did then. */
  readonly still_firing: number;
  readonly functions: readonly FunctionLine[];
  readonly targets: readonly TargetLine[];
  readonly unanswered: readonly AlertLine[];
  readonly busiest_hour: Hour | undefined;
  readonly noisiest: readonly AlertLine[];
  readonly notes: readonly string[];
}

interface Found {
  readonly fromMs: number;
  readonly toMs: number;
  readonly firings: readonly Firing[];
  readonly decided: ReadonlyMap<PastAlert, Decided>;
  readonly played: readonly Played[];
  readonly notes: readonly string[];
}

const HOUR_MS = 3_600_000;
const NOISIEST = 10;

export function reportOf({ fromMs, toMs, firings, decided, played, notes }: Found): Report {
  const answers = played.flatMap((each) => each.answers);
  const kindOf = ({ alert }: Firing) => decided.get(alert)?.kind;
  const decidedSo = (kind: Decided['kind']) => firings.filter((firing) => kindOf(firing) === kind);
  const lines = alertLines(firings, toMs);
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    firings: firings.length,
    called: count(answers, 'called'),
    asked: count(answers, 'waiting'),
    suppressed: played.filter((each) => heldBack(each) !== undefined).length,
    no_action: decidedSo('no action').length,
    unanswered_firings: decidedSo('nobody is sure').length,
    unreadable: decidedSo('cannot be read').length,
    still_firing: count(answers, 'ineffective'),
    functions: sorted(functionLines(played)),
    targets: sorted(targetLines(played)),
    unanswered: alertLines(decidedSo('nobody is sure'), toMs),
    busiest_hour: busiestHour(firings, answers),
    noisiest: lines.slice(0, NOISIEST),
    notes,
  };
}

function count(answers: readonly Answer[], kind: Answer['kind']): number {
  return answers.filter((answer) => answer.kind === kind).length;
}

/** Why nothing came of a firing; undefined where something did. */
function heldBack({ answers }: Played): string | undefined {
  if (answers.some(({ kind }) => kind === 'called' || kind === 'waiting')) return undefined;
  return answers[0]?.reason ?? 'unknown';
}

function functionLines(played: readonly Played[]): FunctionLine[] {
  const groups = groupBy(played, ({ firing }) => firing.selection.lambda_function);
  return groups.map((group) => ({
    function: group[0]?.firing.selection.lambda_function ?? '',
    targets: new Set(group.map(({ target }) => target)).size,
    ...countedOf(group),
  }));
}

function targetLines(played: readonly Played[]): TargetLine[] {
  const groups = groupBy(played, ({ firing, target }) => `${firing.selection.lambda_function} ${target}`);
  return groups.map((group) => ({
    function: group[0]?.firing.selection.lambda_function ?? '',
    target: group[0]?.target ?? '',
    ...countedOf(group),
  }));
}

function countedOf(group: readonly Played[]): Counted {
  const answers = group.flatMap((each) => each.answers);
  return {
    firings: group.length,
    called: count(answers, 'called'),
    asked: countsOf(answers.flatMap(({ kind, reason }) => (kind === 'waiting' ? [reason] : []))),
    suppressed: countsOf(group.flatMap((each) => heldBack(each) ?? [])),
  };
}

/** Those with most calls and questions first. */
function sorted<Line extends Counted>(lines: readonly Line[]): Line[] {
  const weight = ({ called, asked }: Counted) => called + sum(asked);
  return lines.toSorted((left, right) => weight(right) - weight(left) || right.firings - left.firings);
}

function alertLines(firings: readonly Firing[], endMs: number): AlertLine[] {
  const lines = groupBy(firings, ({ alert }) => alert.labels.alertname ?? '').map((group) => ({
    alert: group[0]?.alert.labels.alertname ?? '',
    series: new Set(group.map(({ alert }) => alert)).size,
    firings: group.length,
    firing_ms: group.reduce((total, { fromMs, toMs }) => total + ((toMs ?? endMs) - fromMs), 0),
  }));
  return lines.sort((left, right) => right.firings - left.firings || right.firing_ms - left.firing_ms);
}

/** The hour with most calls and questions; of those with as many the one in which most alerts began to fire. */
function busiestHour(firings: readonly Firing[], answers: readonly Answer[]): Hour | undefined {
  const hours = new Map<number, { firings: number; called: number; asked: number }>();
  const add = (atMs: number, key: 'firings' | 'called' | 'asked') => {
    const start = Math.floor(atMs / HOUR_MS) * HOUR_MS;
    const hour = hours.get(start) ?? { firings: 0, called: 0, asked: 0 };
    hours.set(start, { ...hour, [key]: hour[key] + 1 });
  };
  for (const { fromMs } of firings) add(fromMs, 'firings');
  for (const { atMs, kind } of answers)
    if (kind === 'called' || kind === 'waiting') add(atMs, kind === 'called' ? 'called' : 'asked');
  const [busiest] = [...hours].sort(
    ([, left], [, right]) => right.called + right.asked - left.called - left.asked || right.firings - left.firings,
  );
  return busiest && { hour: new Date(busiest[0]).toISOString(), ...busiest[1] };
}

function countsOf(reasons: readonly (string | undefined)[]): Counts {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason ?? 'unknown', (counts.get(reason ?? 'unknown') ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, left], [, right]) => right - left));
}

function sum(counts: Counts): number {
  return Object.values(counts).reduce((total, one) => total + one, 0);
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
