import { decideAnnotation } from '../../shared/annotation.ts';
import { AsreError } from '../../shared/errors.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import { ungroundedParameter } from '../../shared/runbook/ground.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';

/**
 * Checks a selection as if nobody had before: the function is in the catalogue, the parameters satisfy its schema, and
 * their values are the alert's or the runbook's own. A static selection may hold what the author of the rule wrote, so
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

function checkGrounded(runbook: Runbook, selection: Selection): void {
  const ungrounded = ungroundedParameter(runbook, selection.alert, selection);
  if (ungrounded !== undefined) {
    throw invalid(`the parameter ${ungrounded} is neither a label's value nor a constant of the runbook`);
  }
}

function checkStatic(runbook: Runbook, selection: Selection): void {
  const decision = decideAnnotation(runbook, selection.alert);
  const agrees =
    decision?.outcome === 'selected' &&
    decision.lambda_function === selection.lambda_function &&
    sameParameters(decision.parameters, selection.parameters);
  if (!agrees && decision?.reason !== 'opted_out') throw invalid('the annotation of the alert does not say so');
}

function sameParameters(left: Selection['parameters'], right: Selection['parameters']): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}

function invalid(message: string): AsreError {
  return new AsreError('ASRE_SELECTION_INVALID', message);
}
