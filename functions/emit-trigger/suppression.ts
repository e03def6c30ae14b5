import { isOptedOut } from '../../shared/annotation.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import type { SuppressedReason } from '../../shared/events/remediation-suppressed.ts';
import { mutates, type Runbook, withDefaults } from '../../shared/runbook/runbook.ts';

/** Why a valid selection is held back, or undefined. The safest reason comes first. */
export function suppression(runbook: Runbook, selection: Selection): SuppressedReason | undefined {
  if (isOptedOut(selection.alert)) return 'opted-out';
  if (selection.alert.status === 'resolved') return 'resolved';
  if (isProtected(runbook, selection)) return 'protected';
  return undefined;
}

// Looking is allowed everywhere; whatever changes something stays out of protected namespaces.
function isProtected({ catalogue, policy }: Runbook, selection: Selection): boolean {
  const { namespace } = withDefaults(catalogue, selection);
  return mutates(catalogue, selection.lambda_function) && policy.protectedNamespaces.has(String(namespace ?? ''));
}
