import { alertFired } from './alert-fired.ts';
import { alertResolved } from './alert-resolved.ts';
import { eventRejected } from './event-rejected.ts';
import { gemmaRequested } from './gemma-requested.ts';
import { lambdaTrigger } from './lambda-trigger.ts';
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
  lambdaTrigger,
  remediationSuppressed,
  eventRejected,
] as const;

export {
  alertFired,
  alertResolved,
  eventRejected,
  gemmaRequested,
  lambdaTrigger,
  remediationSelected,
  remediationSuppressed,
  remediationUnresolved,
  rulesRequested,
  trmRequested,
};
