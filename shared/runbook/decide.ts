import type { Labels } from '../alert/alert.ts';
import type { Call, Parameters } from '../decision.ts';
import { conditionHolds } from './conditions.ts';
import { type Fence, fenceOf } from './fence.ts';
import type { Family, Runbook, Situation, Target } from './runbook.ts';
import type { Case } from './schema.ts';
import { resolveTemplate } from './template.ts';

export const NO_FUNCTION = 'none';

/** What keeps back the call of a case that would have held: a fence, or the alert's own annotation (annotation.ts). */
export type Bar = Fence | 'annotation';

/**
 * What a situation says of an alert: a call with the templates it came from, or none; and the runbook's reason.
 * `bar` where a case would have held and its call is kept back.
 */
export type CaseDecision =
  | { readonly call: Call; readonly templates: Parameters; readonly reason: string }
  | { readonly call: undefined; readonly reason: string; readonly bar?: Bar };

/** What comes of one case: it holds, or a condition, the catalogue, the labels or a fence rules it out. */
export type CaseTrial =
  | { readonly kind: 'holds'; readonly decision: CaseDecision }
  | { readonly kind: 'when' | 'unless'; readonly condition: string }
  | { readonly kind: 'fenced'; readonly fence: Fence; readonly call: Call }
  | Unfilled;

type CaseFilling = { readonly kind: 'filled'; readonly call: Call; readonly templates: Parameters } | Unfilled;

type Unfilled =
  /** The labels name the target, but the alert may not have the function (annotation.ts). */
  { readonly kind: 'unavailable' } | { readonly kind: 'unfilled'; readonly complaint: string };

/**
 * The first case of the situation that holds for these labels. A case holds where all its `when` and none of its
 * `unless` are true, the labels name its target, and its call satisfies the function's schema: no target, no action. Nor does
 * one hold whose call is fenced off; the next may look at it.
 *
 * @param labels the alert's own (own-labels.ts)
 */
export function decideSituation(runbook: Runbook, situation: Situation, labels: Labels): CaseDecision {
  let bar: Bar | undefined;
  for (const each of situation.cases) {
    const trial = tryCase(runbook, each, labels);
    if (trial.kind === 'fenced') bar = trial.fence;
    if (trial.kind === 'unavailable') bar = 'annotation';
    if (trial.kind === 'holds') {
      return trial.decision.call === undefined ? { ...trial.decision, ...(bar && { bar }) } : trial.decision;
    }
  }
  return { call: undefined, reason: 'no case of the situation holds', ...(bar && { bar }) };
}

/** Whether a case holds for these labels, or the first thing that rules it out. */
export function tryCase(runbook: Runbook, each: Case, labels: Labels): CaseTrial {
  const holds = (condition: string) => conditionHolds(runbook.policy, condition, labels);
  const unmet = each.when?.find((condition) => !holds(condition));
  if (unmet !== undefined) return { kind: 'when', condition: unmet };
  const met = each.unless?.find(holds);
  if (met !== undefined) return { kind: 'unless', condition: met };
  if (each.do === NO_FUNCTION) return { kind: 'holds', decision: { call: undefined, reason: each.reason } };
  const filled = fillCase(runbook, each, labels);
  if (filled.kind !== 'filled') return filled;
  const { call, templates } = filled;
  const fence = fenceOf(runbook, labels, call);
  if (fence !== undefined) return { kind: 'fenced', fence, call };
  return { kind: 'holds', decision: { call, templates, reason: each.reason } };
}

/** The call of a case for these labels, whatever its conditions and the fences say. */
export function fillCase(runbook: Runbook, each: Case, labels: Labels): CaseFilling {
  const named =
    each.target === undefined ? {} : fillTarget(runbook.policy.targets.get(each.target) ?? [], labels, each.parameters);
  const templates = { ...named, ...each.parameters };
  const parameters = resolveParameters(templates, labels);
  const called = runbook.catalogue.get(each.do);
  const complaint = called?.complaint(parameters);
  if (complaint !== undefined) return { kind: 'unfilled', complaint };
  // A function may ask for less than its target would fill.
  if (named === undefined) return { kind: 'unfilled', complaint: `no family of labels names the ${each.target}` };
  if (called === undefined) return { kind: 'unavailable' };
  return { kind: 'filled', call: { lambda_function: each.do, parameters }, templates };
}

/**
 * The templates of the first family that fills every parameter which is not written already: no family fills half a call.
 * Undefined where there is no such family.
 */
export function fillTarget(
  target: Target,
  labels: Labels,
  written: Parameters = {},
): Record<string, string> | undefined {
  for (const family of target) {
    const filled = fillFamily(family, labels, written);
    if (filled !== undefined) return filled;
  }
  return undefined;
}

function fillFamily(family: Family, labels: Labels, written: Parameters): Record<string, string> | undefined {
  const filled: Record<string, string> = {};
  for (const [name, templates] of Object.entries(family)) {
    if (Object.hasOwn(written, name)) continue;
    const template = templates.find((candidate) => 'value' in resolveTemplate(candidate, labels));
    if (template === undefined) return undefined;
    filled[name] = template;
  }
  return filled;
}

/** Resolves the templates of a call; a parameter that refers to a missing label is left out. */
export function resolveParameters(templates: Parameters, labels: Labels): Parameters {
  const parameters: Parameters = {};
  for (const [name, template] of Object.entries(templates)) {
    const result = typeof template === 'string' ? resolveTemplate(template, labels) : { value: template };
    if ('value' in result) parameters[name] = result.value;
  }
  return parameters;
}
