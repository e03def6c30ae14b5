import { isOptedOut } from '../../shared/annotation.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import type { SuppressedReason } from '../../shared/events/remediation-suppressed.ts';
import { isProtected, type Runbook } from '../../shared/runbook/runbook.ts';

/** Why a valid selection is held back, or undefined. The safest reason comes first. */
export function suppression(runbook: Runbook, selection: Selection): SuppressedReason | undefined {
  if (isOptedOut(selection.alert)) return 'opted-out';
  if (selection.alert.status === 'resolved') return 'resolved';
  if (isProtected(runbook, selection)) return 'protected';
  return undefined;
}
