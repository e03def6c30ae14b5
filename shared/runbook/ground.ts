import type { Alert, Labels } from '../alert/alert.ts';
import { ownLabels } from '../alert/own-labels.ts';
import { runbookFor } from '../annotation.ts';
import type { Call } from '../decision.ts';
import { decideSituation } from './decide.ts';
import { type Runbook, sameCall } from './runbook.ts';

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

function* decidedCalls(runbook: Runbook, alert: Alert, lambda_function: string, labels: Labels): Generator<Call> {
  const allowed = runbookFor(runbook, alert);
  for (const situation of allowed.situations.values()) {
    if (!situation.cases.some((each) => each.do === lambda_function)) continue;
    const { call } = decideSituation(allowed, situation, labels);
    if (call?.lambda_function === lambda_function) yield call;
  }
}
