import type { Labels } from '../alert/alert.ts';
import type { Call, Parameters } from '../decision.ts';
import { conditionHolds } from './conditions.ts';
import { type Fence, fenceOf } from './fence.ts';
import type { Family, Runbook, Situation, Target } from './runbook.ts';
import type { Case } from './schema.ts';
import { resolveTemplate } from './template.ts';

export const NO_FUNCTION = 'none';

/**
 * What a situation says of an alert: a call with the templates it came from, or none; and the runbook's reason.
 * `fence` where a case would have held and its call is never made.
 */
export type CaseDecision =
  | { readonly call: Call; readonly templates: Parameters; readonly reason: string }
  | { readonly call: undefined; readonly reason: string; readonly fence?: Fence };

/**
 * The first case of the situation that holds for these labels. A case holds where all its `when` and none of its
 * `unless` are true and its call, filled from the labels, satisfies the function's schema: no target, no action. Nor does
 * one hold whose call is fenced off; the next may look at it.
 *
 * @param labels the alert's own (own-labels.ts)
 */
export function decideSituation(runbook: Runbook, situation: Situation, labels: Labels): CaseDecision {
  let fence: Fence | undefined;
  for (const each of situation.cases) {
    const decided = decideCase(runbook, each, labels);
    if (decided === undefined) continue;
    if (decided.call === undefined) return { ...decided, ...(fence && { fence }) };
    const found = fenceOf(runbook, labels, decided.call);
    if (found === undefined) return decided;
    fence = found;
  }
  return { call: undefined, reason: 'no case of the situation holds', ...(fence && { fence }) };
}

function decideCase(runbook: Runbook, each: Case, labels: Labels): CaseDecision | undefined {
  const holds = (condition: string) => conditionHolds(runbook.policy, condition, labels);
  if (!(each.when ?? []).every(holds) || (each.unless ?? []).some(holds)) return undefined;
  if (each.do === NO_FUNCTION) return { call: undefined, reason: each.reason };
  const target = runbook.policy.targets.get(each.target ?? '') ?? [];
  const templates = { ...fillTarget(target, labels, each.parameters), ...each.parameters };
  const parameters = resolveParameters(templates, labels);
  const called = runbook.catalogue.get(each.do);
  if (called === undefined || called.complaint(parameters) !== undefined) return undefined;
  return { call: { lambda_function: each.do, parameters }, templates, reason: each.reason };
}

/**
 * The templates of the first family that fills every parameter which is not written already: no family fills half a call.
 * Empty where there is no such family.
 */
export function fillTarget(target: Target, labels: Labels, written: Parameters = {}): Record<string, string> {
  for (const family of target) {
    const filled = fillFamily(family, labels, written);
    if (filled !== undefined) return filled;
  }
  return {};
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
