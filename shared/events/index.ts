import { alertFired } from './alert-fired.ts';
import { alertResolved } from './alert-resolved.ts';
import { approvalDenied, approvalGranted, approvalRequested } from './approval.ts';
import { eventRejected } from './event-rejected.ts';
import { gemmaRequested } from './gemma-requested.ts';
import { lambdaFinished } from './lambda-finished.ts';
import { lambdaTrigger } from './lambda-trigger.ts';
import { remediationIneffective, remediationVerified } from './remediation-outcome.ts';
import { remediationSelected } from './remediation-selected.ts';
import { remediationSuppressed } from './remediation-suppressed.ts';
import { remediationUnresolved } from './remediation-unresolved.ts';
import { rulesRequested } from './rules-requested.ts';
import { trmRequested } from './trm-requested.ts';

/** Every event of agent-sre, in the order in which an alert meets them. docs/events.md is generated from it. */
export const EVENTS = [
  alertFired,
  alertResolved,
  trmRequested,
  gemmaRequested,
  rulesRequested,
  remediationSelected,
  remediationUnresolved,
  approvalRequested,
  approvalGranted,
  approvalDenied,
  lambdaTrigger,
  remediationSuppressed,
  lambdaFinished,
  remediationVerified,
  remediationIneffective,
  eventRejected,
] as const;

export {
  alertFired,
  alertResolved,
  approvalDenied,
  approvalGranted,
  approvalRequested,
  eventRejected,
  gemmaRequested,
  lambdaFinished,
  lambdaTrigger,
  remediationIneffective,
  remediationSelected,
  remediationSuppressed,
  remediationUnresolved,
  remediationVerified,
  rulesRequested,
  trmRequested,
};
