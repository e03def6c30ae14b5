import type { Alert, Labels } from '../alert/alert.ts';
import { ownLabels } from '../alert/own-labels.ts';
import { runbookFor } from '../annotation.ts';
import type { Call } from '../decision.ts';
import { type CaseDecision, decideSituation, fillCase } from './decide.ts';
import { withoutFences } from './fence.ts';
import { isMutating, type Runbook, type Situation, sameCall } from './runbook.ts';

/**
 * Whether the runbook has a situation that decides on exactly this call for the alert's labels. This is the fence behind
 * every tier: a model or a sender can only choose what an alert is about. Which object that
 * is, with which constants, and whether the policy's conditions let the function act on it, the labels and the runbook
 * decide.
 *
 * @param labels the alert's own (own-labels.ts)
 */
export function isGrounded(
  runbook: Runbook,
  alert: Alert,
  call: Call,
  labels: Labels = ownLabels(runbook.policy, alert),
): boolean {
  for (const grounded of decidedCalls(runbook, alert, call.lambda_function, labels))
    if (sameCall(runbook.catalogue, grounded, call)) return true;
  return false;
}

/** The calls of a function that some situation of the runbook decides on for the alert's labels. */
export function groundedCalls(runbook: Runbook, alert: Alert, lambda_function: string, labels: Labels): Call[] {
  return [...decidedCalls(runbook, alert, lambda_function, labels)];
}

/**
 * What the runbook decides where a call is that of a case which a condition, a fence, the alert's annotation or a case before it
 * keeps from holding for these labels: whoever chose it read rightly what the alert is about, and the case that holds is the
 * policy's answer. Only a look or no action is decided so, only where every situation with such a case decides the same, and no
 * action only where neither a fence nor the annotation keeps one back.
 *
 * @param call not grounded
 * @param labels the alert's own (own-labels.ts)
 */
export function decidedInstead(runbook: Runbook, alert: Alert, call: Call, labels: Labels): CaseDecision | undefined {
  const allowed = runbookFor(runbook, alert);
  const situations = [...runbook.situations.values()].filter((each) => wouldCall(runbook, each, call, labels));
  const [first, ...others] = situations.map((situation) => decideSituation(allowed, situation, labels));
  if (first === undefined || !others.every((each) => sameOutcome(runbook, first, each))) return undefined;
  if (first.call !== undefined) return isMutating(runbook.catalogue, first.call.lambda_function) ? undefined : first;
  const free = withoutFences(runbook);
  return situations.every((each) => decideSituation(free, each, labels).call === undefined) ? first : undefined;
}

function wouldCall(runbook: Runbook, { cases }: Situation, call: Call, labels: Labels): boolean {
  return cases.some((each) => {
    if (each.do !== call.lambda_function) return false;
    const filled = fillCase(runbook, each, labels);
    return filled.kind === 'filled' && sameCall(runbook.catalogue, filled.call, call);
  });
}

function sameOutcome({ catalogue }: Runbook, left: CaseDecision, right: CaseDecision): boolean {
  if (left.call === undefined || right.call === undefined) return left.call === right.call;
  return sameCall(catalogue, left.call, right.call);
}

function* decidedCalls(runbook: Runbook, alert: Alert, lambda_function: string, labels: Labels): Generator<Call> {
  const allowed = runbookFor(runbook, alert);
  for (const situation of allowed.situations.values()) {
    if (!situation.cases.some((each) => each.do === lambda_function)) continue;
    const { call } = decideSituation(allowed, situation, labels);
    if (call?.lambda_function === lambda_function) yield call;
  }
}
