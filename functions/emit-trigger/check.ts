import type { Labels } from '../../shared/alert/alert.ts';
import { type Exclusion, exclusionOf } from '../../shared/alert/exclusion.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import type { Decision } from '../../shared/decision.ts';
import { AsreError } from '../../shared/errors.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import type { SuppressedReason } from '../../shared/events/remediation-suppressed.ts';
import { decidePinned } from '../../shared/runbook/entry.ts';
import { withoutFences } from '../../shared/runbook/fence.ts';
import { isGrounded } from '../../shared/runbook/ground.ts';
import { type Runbook, sameCall } from '../../shared/runbook/runbook.ts';
import { decideStatic } from '../../shared/static-tier.ts';

/** What an exclusion is called where it suppresses a selection. */
export const SUPPRESSED: Readonly<Record<Exclusion, SuppressedReason>> = {
  opted_out: 'opted-out',
  not_measured: 'not-measured',
  other_cluster: 'other-cluster',
};

/**
 * Checks a selection as if nobody had before: the function is in the catalogue, the parameters satisfy its schema, and the
 * runbook decides on that very call in some situation. A static selection may contain what the author of the rule wrote, so
 * there the alert's annotation is read and authorised again, and it or a pinned entry must say the same. No other tier may
 * choose what a pinned entry does not; a person may.
 *
 * @param labels the alert's own (own-labels.ts)
 * @throws {AsreError} ASRE_SELECTION_INVALID
 */
export function checkSelection(
  runbook: Runbook,
  selection: Selection,
  labels: Labels = ownLabels(runbook.policy, selection.alert),
): void {
  const called = runbook.catalogue.get(selection.lambda_function);
  if (called === undefined) throw invalid('the function is not in the catalogue');
  const complaint = called.complaint(selection.parameters);
  if (complaint !== undefined) throw invalid(complaint);
  if (selection.method === 'static') checkStatic(runbook, selection);
  else checkGrounded(runbook, selection, labels);
  if (selection.method !== 'static' && selection.method !== 'manual') checkPinned(runbook, selection, labels);
}

// A call that only a fence forbids is valid: it is suppressed, with that reason.
function checkGrounded(runbook: Runbook, selection: Selection, labels: Labels): void {
  const isGroundedIn = (each: Runbook) => isGrounded(each, selection.alert, selection, labels);
  if (!isGroundedIn(runbook) && !isGroundedIn(withoutFences(runbook)))
    throw invalid('no situation of the runbook decides on this call for the labels of the alert');
}

function checkStatic(runbook: Runbook, selection: Selection): void {
  const agreesWith = (each: Runbook) => decidesSo(each, decideStatic(each, selection.alert).at(-1), selection);
  if (agreesWith(runbook) || agreesWith(withoutFences(runbook))) return;
  // What is excluded is suppressed with its reason, whatever the selection says.
  if (exclusionOf(runbook.policy, selection.alert) !== undefined) return;
  throw invalid('neither the annotation of the alert nor a pinned entry says so');
}

// Alerts that could not be delivered to alert-router reach the tiers without having met the pinned entries.
function checkPinned(runbook: Runbook, selection: Selection, labels: Labels): void {
  const decide = (each: Runbook) => decidePinned(each, selection.alert, labels);
  const decision = decide(runbook);
  if (decision === undefined || decidesSo(runbook, decision, selection)) return;
  if (!decidesSo(runbook, decide(withoutFences(runbook)), selection))
    throw invalid(`the pinned entry "${decision.entry}" decides otherwise`);
}

function decidesSo(runbook: Runbook, decision: Decision | undefined, selection: Selection): boolean {
  return decision?.outcome === 'selected' && sameCall(runbook.catalogue, decision, selection);
}

function invalid(message: string): AsreError {
  return new AsreError('ASRE_SELECTION_INVALID', message);
}
