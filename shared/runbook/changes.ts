/**
 * What would change what the runbook says of an alert: the fewest labels, or one line of the runbook. Every proposal was
 * tried. The search is bounded and its order is that of the policy, so that the same alert always gets the same answer.
 */
import type { Alert, Labels } from '../alert/alert.ts';
import { madeUpValue } from '../alert/made-up.ts';
import { ownLabels } from '../alert/own-labels.ts';
import type { Decision } from '../decision.ts';
import { type Asked, decideByEntry, entryFor, explainDecision, functionOf, labelsNaming } from './explain.ts';
import { withoutFences } from './fence.ts';
import type { Matcher } from './matcher.ts';
import type { Runbook, Situation } from './runbook.ts';

/** One label that is there with another value, or is not there. */
export interface Flip {
  readonly name: string;
  /** Undefined where the label is taken away. */
  readonly value?: string | undefined;
}

export interface Change {
  readonly flips: readonly Flip[];
  /** What would stand in the runbook instead; undefined where labels alone change. */
  readonly runbook?: string | undefined;
  readonly decision: Decision;
}

/** Alerts that are tried: single labels, and then pairs of them. */
const MOST_TRIED = 4_000;
/** Values of a condition's pattern that are tried. */
const VALUES = 2;

/** The smallest changes that lead to another function, or to none: one for each function, by one label or else by two. */
export function changesOf(asked: Asked, alert: Alert): Change[] {
  const { runbook } = asked;
  const { entry, decision } = explainDecision(asked, alert);
  const now = functionOf(decision);
  const flips = flipsFor(asked, alert);
  const functions = runbook.situations.get(entry?.situation ?? '')?.cases.map((each) => each.do) ?? [];
  const found = new Map<string, Change>();
  const tryAll = (tried: Iterable<readonly Flip[]>) => {
    let left = MOST_TRIED;
    for (const each of tried) {
      const isDone = functions.every((name) => name === now || found.has(name));
      if (isDone || left-- === 0) return;
      const led = decideByEntry(asked, flipped(alert, each));
      const leadsTo = functionOf(led);
      if (leadsTo !== now && !found.has(leadsTo)) found.set(leadsTo, { flips: each, decision: led });
    }
  };
  tryAll(flips.map((flip) => [flip]));
  tryAll(pairsOf(flips));
  return [...found.values(), ...runbookChanges(asked, alert, now)];
}

function flipped(alert: Alert, flips: readonly Flip[]): Alert {
  const labels: Record<string, string> = { ...alert.labels };
  for (const { name, value } of flips) {
    if (value === undefined) delete labels[name];
    else labels[name] = value;
  }
  return { ...alert, labels };
}

function* pairsOf(flips: readonly Flip[]): Generator<readonly Flip[]> {
  for (const [index, one] of flips.entries()) {
    for (const other of flips.slice(index + 1)) if (other.name !== one.name) yield [one, other];
  }
}

/** The labels that the cases of the alert's situation, and what the policy forbids, ask for: gone, or with a value that counts. */
function flipsFor(asked: Asked, alert: Alert): Flip[] {
  const { runbook } = asked;
  const own = ownLabels(runbook.policy, alert);
  const situation = runbook.situations.get(entryFor(asked, alert, own)?.situation ?? '');
  if (situation === undefined) return [];
  const matchers = conditionsOf(runbook, situation).flatMap((name) => runbook.policy.conditions.get(name) ?? []);
  const naming = situation.cases.flatMap(({ target }) => labelsNaming(runbook.policy.targets.get(target ?? '') ?? []));
  const names = [...new Set([...matchers.map(({ name }) => name), ...naming])].filter((name) => name !== 'alertname');
  const gone = names.filter((name) => own[name]).map((name) => ({ name }));
  const other = matchers.flatMap((matcher) => otherValue(matcher, own));
  const met = matchers.flatMap((matcher) => valuesFor(matcher, own).map((value) => ({ name: matcher.name, value })));
  const named = naming.filter((name) => !own[name]).map((name) => ({ name, value: madeUpValue(name) }));
  return unique([...gone, ...other, ...met, ...named]);
}

function conditionsOf({ policy }: Runbook, { cases }: Situation): string[] {
  const asked = cases.flatMap(({ when = [], unless = [], do: does }) => [
    ...when,
    ...unless,
    ...(policy.forbidden.get(does) ?? []),
  ]);
  return [...new Set(asked)];
}

/** Values that make a matcher true where it is not: those that its pattern spells out, or one that is made up and tried. */
function valuesFor(matcher: Matcher, labels: Labels): string[] {
  if (matcher.test(labels)) return [];
  const spelt = matcher.operator === '=' ? [matcher.value] : wordsIn(matcher.value);
  const madeUp = [madeUpValue(matcher.name), `${labels[matcher.name] || 'web'}-0`];
  return [...spelt, ...madeUp].filter((value) => matcher.test({ ...labels, [matcher.name]: value })).slice(0, VALUES);
}

/** A value by which a matcher is not true any more. */
function otherValue(matcher: Matcher, labels: Labels): Flip[] {
  const value = madeUpValue(matcher.name);
  const isOther = labels[matcher.name] && matcher.test(labels) && !matcher.test({ ...labels, [matcher.name]: value });
  return isOther ? [{ name: matcher.name, value }] : [];
}

/** The alternatives of a pattern that are plain words. */
function wordsIn(pattern: string): string[] {
  const plain = pattern.replace(/\(\?[a-z:]*\)?/g, '').replace(/\.[*+]|[()^$]/g, '');
  return plain.split('|').filter((word) => /^[\w.-]+$/.test(word));
}

function unique(flips: readonly Flip[]): Flip[] {
  const keyed = flips.map((flip): [string, Flip] => [JSON.stringify([flip.name, flip.value]), flip]);
  return [...new Map(keyed).values()];
}

/** One change of the runbook that leads elsewhere: an entry where none takes the alert, or a fence that goes. */
function runbookChanges(asked: Asked, alert: Alert, now: string): Change[] {
  const { entry, cases } = explainDecision(asked, alert);
  if (entry === undefined) {
    const words = `an entry with names: [${alert.alertname}] and the situation that fits (agent-sre new alert)`;
    return [{ flips: [], runbook: words, decision: { outcome: 'abstained', reason: 'no_match' } }];
  }
  const decision = decideByEntry({ ...asked, runbook: withoutFences(asked.runbook) }, alert);
  const leadsTo = functionOf(decision);
  const fenced = cases.find((each) => each.does === leadsTo && each.outcome === 'ruled out');
  if (leadsTo === now || fenced === undefined) return [];
  const words = `policy.yaml without what keeps ${leadsTo} back: ${fenced.why}`;
  return [{ flips: [], runbook: words, decision }];
}
