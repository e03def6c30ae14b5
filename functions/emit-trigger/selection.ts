import { exclusionOf } from '../../shared/alert/exclusion.ts';
import { decideAnnotation } from '../../shared/annotation.ts';
import { AsreError } from '../../shared/errors.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import { isGrounded, withoutProtection } from '../../shared/runbook/ground.ts';
import { type Runbook, sameCall } from '../../shared/runbook/runbook.ts';

/**
 * Checks a selection as if nobody had before: the function is in the catalogue, the parameters satisfy its schema, and the
 * runbook decides on that very call in some situation. A static selection may hold what the author of the rule wrote, so
 * there the alert's annotation is read and authorised again, and must say the same.
 *
 * @throws {AsreError} ASRE_SELECTION_INVALID
 */
export function checkSelection(runbook: Runbook, selection: Selection): void {
  const called = runbook.catalogue.get(selection.lambda_function);
  if (called === undefined) throw invalid('the function is not in the catalogue');
  const complaint = called.complaint(selection.parameters);
  if (complaint !== undefined) throw invalid(complaint);
  if (selection.method === 'static') checkStatic(runbook, selection);
  else checkGrounded(runbook, selection);
}

// A call that only its protected namespace forbids is sound: suppression.ts holds it back, and says why.
function checkGrounded(runbook: Runbook, selection: Selection): void {
  const grounded = [runbook, withoutProtection(runbook)].some((each) => isGrounded(each, selection.alert, selection));
  if (!grounded) throw invalid('no situation of the runbook decides on this call for the labels of the alert');
}

function checkStatic(runbook: Runbook, selection: Selection): void {
  const decision = decideAnnotation(runbook, selection.alert);
  const agrees = decision?.outcome === 'selected' && sameCall(runbook.catalogue, decision, selection);
  // What is excluded is held back with its reason (suppression.ts), whatever the selection says.
  const isExcluded = exclusionOf(runbook.policy, selection.alert) !== undefined;
  if (!agrees && !isExcluded) throw invalid('the annotation of the alert does not say so');
}

function invalid(message: string): AsreError {
  return new AsreError('ASRE_SELECTION_INVALID', message);
}
