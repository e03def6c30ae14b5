/** What the policy says of a selection, whatever was done before: a pure function of it, the runbook and the clock. */
import { type Labels, labelValue } from '../../shared/alert/alert.ts';
import { exclusionOf } from '../../shared/alert/exclusion.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import type { Config } from '../../shared/config.ts';
import { APPROVAL_REASONS, type ApprovalReason } from '../../shared/events/approval.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import { SUPPRESSED_REASONS, type SuppressedReason } from '../../shared/events/remediation-suppressed.ts';
import { fenceOf } from '../../shared/runbook/fence.ts';
import { MODES, type Mode, type Ruling } from '../../shared/runbook/remediation.ts';
import type { Risk } from '../../shared/runbook/risk.ts';
import { isMutating, type Runbook, riskOf, withDefaults } from '../../shared/runbook/runbook.ts';
import { SUPPRESSED } from './check.ts';
import { namesOf, targetKey } from './owner.ts';
import { verificationMs } from './verification.ts';

/** What the policy is asked about. */
export interface Asking {
  readonly runbook: Runbook;
  /** The kill switch. */
  readonly mode: Config['AGENT_SRE_MODE'];
  readonly now: Date;
}

/** Why something is kept back, or a person is asked: a code and a sentence. */
export interface Because<Reason> {
  readonly reason: Reason;
  readonly message: string;
}

export interface Judgement {
  /** What the call acts on: limits are counted by it. */
  readonly target: string;
  readonly suppress?: Because<SuppressedReason>;
  readonly ask?: Because<ApprovalReason>;
  readonly cooldownMs: number;
  readonly verificationMs: number;
}

/**
 * @param signed false where a function should have signed the selection and none has
 * @param labels the alert's own (own-labels.ts)
 */
export function judge(
  { runbook, mode, now }: Asking,
  selection: Selection,
  signed: boolean,
  labels: Labels = ownLabels(runbook.policy, selection.alert),
): Judgement {
  const { policy, catalogue } = runbook;
  const namespace = String(withDefaults(catalogue, selection).namespace ?? '');
  const cluster = labelValue(selection.alert.labels, 'cluster') ?? '';
  const risk = riskOf(catalogue, selection.lambda_function);
  const place = { lambdaFunction: selection.lambda_function, risk, namespace, cluster };
  const ruling = policy.remediation.rule(place);
  const effective = effectiveMode(mode, ruling, selection);
  const suppress =
    suppression(runbook, selection, labels, effective) ?? maintenance(runbook, place, now) ?? shadowed(effective);
  const ask = suppress === undefined ? approval(runbook, selection, signed, risk, effective) : undefined;
  return {
    target: targetKey(runbook, selection, labels),
    cooldownMs: ruling.cooldownMs,
    verificationMs: verificationMs(selection.alert, ruling.verificationMs),
    ...(suppress && { suppress }),
    ...(ask && { ask }),
  };
}

/** The safer of the kill switch and the policy; what somebody wrote down for the alert may need no person. */
function effectiveMode(killSwitch: Asking['mode'], { mode, ...ruling }: Ruling, { method }: Selection): Mode {
  const chosen = mode === 'suggest' && method === 'static' && ruling.static === 'auto' ? 'auto' : mode;
  return MODES.find((each) => each === killSwitch || each === chosen) ?? 'off';
}

// The safest reason comes first.
function suppression(
  runbook: Runbook,
  selection: Selection,
  labels: Labels,
  mode: Mode,
): Because<SuppressedReason> | undefined {
  if (mode === 'off') return because('off');
  const exclusion = exclusionOf(runbook.policy, selection.alert);
  if (exclusion !== undefined) return because(SUPPRESSED[exclusion]);
  if (selection.alert.status === 'resolved') return because('resolved');
  if (hasProtectedName(runbook, selection, labels)) return because('protected');
  const fence = fenceOf(runbook, labels, selection);
  return fence && because(fence);
}

/** By its own name, or that of the workload that its pods are named after, whatever workload the labels name. */
function hasProtectedName(runbook: Runbook, selection: Selection, labels: Labels): boolean {
  if (!isMutating(runbook.catalogue, selection.lambda_function)) return false;
  return namesOf(runbook, selection, labels).some(runbook.policy.remediation.protectedNames.has);
}

function maintenance(
  { policy }: Runbook,
  place: { readonly namespace: string; readonly cluster: string },
  now: Date,
): Because<SuppressedReason> | undefined {
  const covered = policy.remediation.maintenance.some(({ covers }) => covers(place, now));
  return covered ? because('maintenance') : undefined;
}

function shadowed(mode: Mode): Because<SuppressedReason> | undefined {
  return mode === 'shadow' ? because('shadow') : undefined;
}

function approval(
  { catalogue, policy }: Runbook,
  selection: Selection,
  signed: boolean,
  risk: Risk,
  mode: Mode,
): Because<ApprovalReason> | undefined {
  const { lambda_function, method, confidence } = selection;
  if (!signed && isMutating(catalogue, lambda_function)) return asking('unsigned');
  const floor = policy.remediation.floor(method, risk);
  if (confidence < floor) {
    return asking(
      'low-confidence',
      `the confidence of ${method} is ${confidence}, and ${lambda_function} needs ${floor}`,
    );
  }
  const excess = outOfBounds(selection, policy.remediation.bound);
  if (excess !== undefined) return asking('out-of-bounds', excess);
  return mode === 'suggest' ? asking('suggest', `the policy asks a person before ${lambda_function}`) : undefined;
}

/** `replicas: 20` and `replicas: "+20"` alike. */
function outOfBounds(
  { lambda_function, parameters }: Selection,
  bound: (lambdaFunction: string, parameter: string) => number | undefined,
): string | undefined {
  for (const [name, value] of Object.entries(parameters)) {
    const most = bound(lambda_function, name);
    if (most !== undefined && !(Number(value) <= most)) return `${name} may be ${most} at most without a person`;
  }
  return undefined;
}

export function because(
  reason: SuppressedReason,
  message: string = SUPPRESSED_REASONS[reason],
): Because<SuppressedReason> {
  return { reason, message };
}

export function asking(reason: ApprovalReason, message: string = APPROVAL_REASONS[reason]): Because<ApprovalReason> {
  return { reason, message };
}
