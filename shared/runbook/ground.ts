import type { Alert } from '../alert/alert.ts';
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
 */
export function isGrounded(runbook: Runbook, alert: Alert, call: Call): boolean {
  const labels = ownLabels(runbook.policy, alert);
  const allowed = runbookFor(runbook, alert);
  return [...allowed.situations.values()]
    .filter(({ cases }) => cases.some((each) => each.do === call.lambda_function))
    .some((situation) => {
      const decided = decideSituation(allowed, situation, labels).call;
      return decided !== undefined && sameCall(runbook.catalogue, decided, call);
    });
}
