import { type Exclusion, exclusionOf } from '../../shared/alert/exclusion.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import type { SuppressedReason } from '../../shared/events/remediation-suppressed.ts';
import { isProtected, type Runbook } from '../../shared/runbook/runbook.ts';

const SUPPRESSED: Readonly<Record<Exclusion, SuppressedReason>> = {
  opted_out: 'opted-out',
  not_measured: 'not-measured',
  other_cluster: 'other-cluster',
};

/** Why a valid selection is held back, or undefined. The safest reason comes first. */
export function suppression(runbook: Runbook, selection: Selection): SuppressedReason | undefined {
  const exclusion = exclusionOf(runbook.policy, selection.alert);
  if (exclusion !== undefined) return SUPPRESSED[exclusion];
  if (selection.alert.status === 'resolved') return 'resolved';
  if (isProtected(runbook, selection)) return 'protected';
  return undefined;
}
