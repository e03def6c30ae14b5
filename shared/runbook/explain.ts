/** How the runbook comes to what it says of an alert, for people: the entry, and each case with what decided about it. */
import type { Alert, Labels } from '../alert/alert.ts';
import { exclusionOf } from '../alert/exclusion.ts';
import { ownLabels } from '../alert/own-labels.ts';
import { runbookFor } from '../annotation.ts';
import { type Decision, REASONS } from '../decision.ts';
import { type CaseTrial, NO_FUNCTION, tryCase } from './decide.ts';
import { BARRED, decideEntry } from './entry.ts';
import type { Fence } from './fence.ts';
import { type EntryIndex, firstEntry, indexEntries } from './first-entry.ts';
import { isGrounded } from './ground.ts';
import { entryMatches, type Policy, type Runbook, type RunbookEntry, type Target } from './runbook.ts';
import type { Case } from './schema.ts';
import { references } from './template.ts';

export interface Explanation {
  /** Why no tier may act, whatever the runbook says. */
  readonly exclusion?: string | undefined;
  /** The entry that takes the alert; undefined where none does. */
  readonly entry?: { readonly id: string; readonly situation: string; readonly isPinned: boolean } | undefined;
  /** The cases of its situation, in order; those behind the one that holds are not tried. */
  readonly cases: readonly ExplainedCase[];
  readonly decision: Decision;
}

export interface ExplainedCase {
  /** The function, or none. */
  readonly does: string;
  /** The runbook's own words. */
  readonly reason: string;
  readonly outcome: 'holds' | 'ruled out' | 'not tried';
  /** What decided, in words. */
  readonly why: string;
  /** The label that decided, where it was one. */
  readonly label?: { readonly name: string; readonly value: string } | undefined;
}

/** A runbook that alerts are asked about one after the other. */
export interface Asked {
  readonly runbook: Runbook;
  readonly index: EntryIndex;
}

export function askable(runbook: Runbook): Asked {
  return { runbook, index: indexEntries(runbook) };
}

/** What the runbook's entries say of an alert, the pinned ones first, and how they come to it. */
export function explainDecision(asked: Asked, alert: Alert): Explanation {
  const { runbook } = asked;
  const labels = ownLabels(runbook.policy, alert);
  const exclusion = exclusionOf(runbook.policy, alert);
  const entry = entryFor(asked, alert, labels);
  const situation = runbook.situations.get(entry?.situation ?? '');
  return {
    ...(exclusion && { exclusion: REASONS[exclusion] }),
    ...(entry && { entry: { id: entry.id, situation: entry.situation, isPinned: entry.pinned ?? false } }),
    cases: explainCases(runbookFor(runbook, alert), situation?.cases ?? [], labels),
    decision: decideByEntry(asked, alert),
  };
}

/** The same without how. */
export function decideByEntry(asked: Asked, alert: Alert): Decision {
  const labels = ownLabels(asked.runbook.policy, alert);
  const entry = entryFor(asked, alert, labels);
  return entry === undefined
    ? { outcome: 'abstained', reason: 'no_match' }
    : decideEntry(asked.runbook, entry, alert, labels);
}

/** The situations that decide on exactly this call, which a model may then choose. */
export function groundsOf(runbook: Runbook, alert: Alert, call: Parameters<typeof isGrounded>[2]): string[] {
  return [...runbook.situations.values()].flatMap((situation) =>
    isGrounded({ ...runbook, situations: new Map([[situation.name, situation]]) }, alert, call) ? [situation.name] : [],
  );
}

/** The entry that decides: the first pinned one that takes the alert, or else the first. */
export function entryFor({ runbook, index }: Asked, { alertname }: Alert, labels: Labels): RunbookEntry | undefined {
  const isPinned = (entry: RunbookEntry) => entry.pinned === true && entryMatches(entry, alertname, labels);
  return runbook.entries.find(isPinned) ?? firstEntry(index, alertname, labels);
}

function explainCases(runbook: Runbook, cases: readonly Case[], labels: Labels): ExplainedCase[] {
  let isDecided = false;
  return cases.map((each) => {
    const about = { does: each.do, reason: each.reason };
    if (isDecided) return { ...about, outcome: 'not tried', why: 'a case before it holds' };
    const trial = tryCase(runbook, each, labels);
    isDecided = trial.kind === 'holds';
    return { ...about, outcome: isDecided ? 'holds' : 'ruled out', ...wordsOf(trial, each, runbook.policy, labels) };
  });
}

function wordsOf(trial: CaseTrial, each: Case, policy: Policy, labels: Labels): Pick<ExplainedCase, 'why' | 'label'> {
  switch (trial.kind) {
    case 'holds':
      return holdsWords(each, trial.decision.call !== undefined, policy, labels);
    case 'when':
      return { why: `it asks for ${trial.condition}, which ${labelsAskedBy(policy, trial.condition)} would say` };
    case 'unless': {
      const label = labelMeeting(policy, trial.condition, labels);
      return { why: `it is not for ${trial.condition}${label ? `, which ${textOf(label)} says` : ''}`, label };
    }
    case 'unavailable':
      return { why: BARRED.annotation };
    case 'unfilled':
      return { why: unfilledWords(trial.complaint, each, policy, labels) };
    case 'fenced': {
      const label = fenceLabel(policy, trial.fence, trial.call.lambda_function, labels);
      return { why: `${BARRED[trial.fence]}${label ? `: ${textOf(label)}` : ''}`, label };
    }
    default:
      return trial satisfies never;
  }
}

function holdsWords({ when = [], unless = [] }: Case, isCall: boolean, policy: Policy, labels: Labels) {
  const [label] = when.flatMap((condition) => labelMeeting(policy, condition, labels) ?? []);
  const parts = [
    ...when.map((condition) => {
      const meeting = labelMeeting(policy, condition, labels);
      return `${condition}${meeting ? ` by ${textOf(meeting)}` : ''}`;
    }),
    ...unless.map((condition) => `not ${condition}`),
    ...(isCall ? ['the labels name its target'] : []),
  ];
  return { why: parts.length === 0 ? 'it asks for nothing' : parts.join(', '), label };
}

function unfilledWords(
  complaint: string,
  { do: does, target: name = '' }: Case,
  policy: Policy,
  labels: Labels,
): string {
  const asked = labelsNaming(policy.targets.get(name) ?? []);
  const isNamed = asked.some((label) => labels[label]);
  const missing = `no label names the ${name}: ${asked.join(', ')}`;
  return isNamed ? `the labels do not fill ${does}: ${complaint}` : missing;
}

/** The labels that may name a target, each once. */
export function labelsNaming(target: Target): string[] {
  return [...new Set(target.flatMap((family) => Object.values(family).flat().flatMap(references)))];
}

function labelsAskedBy({ conditions }: Policy, condition: string): string {
  return [...new Set((conditions.get(condition) ?? []).map(({ name }) => name))].join(' or ');
}

function labelMeeting({ conditions }: Policy, condition: string, labels: Labels) {
  const met = conditions.get(condition)?.find((matcher) => matcher.test(labels));
  const value = met && labels[met.name];
  return met === undefined || value === undefined ? undefined : { name: met.name, value };
}

function fenceLabel(policy: Policy, fence: Fence, does: string, labels: Labels) {
  if (fence === 'protected') return undefined;
  return (policy.forbidden.get(does) ?? []).map((name) => labelMeeting(policy, name, labels)).find((each) => each);
}

function textOf({ name, value }: { readonly name: string; readonly value: string }): string {
  return `${name}=${JSON.stringify(value)}`;
}

/** What a decision comes to, as a word that can be compared: the function, or none. */
export function functionOf(decision: Decision): string {
  return decision.outcome === 'selected' ? decision.lambda_function : NO_FUNCTION;
}
