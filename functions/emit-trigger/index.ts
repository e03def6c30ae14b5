import { episodeOf } from '../../shared/alert/alert.ts';
import {
  alertResolved,
  approvalDenied,
  approvalGranted,
  approvalRequested,
  lambdaFinished,
  lambdaTrigger,
  remediationIneffective,
  remediationSelected,
} from '../../shared/events/index.ts';
import { defineFunction, on } from '../../shared/runtime/function.ts';
import { decideDenied, decideGranted } from './decide-approval.ts';
import {
  decideFinished,
  decideIneffectiveSent,
  decideQuestionSent,
  decideResolved,
  decideTriggerSent,
} from './decide-outcome.ts';
import { closeDesk, type Desk, openDesk, settle, settleApproval, settleSelection } from './desk.ts';
import { ownReturned, settleFinished, settleResolved } from './returned.ts';

/**
 * ③ Effects leave here and nowhere else. Each event is one atomic step on the ledger, and has at most one answer. Its own
 * lambda.trigger, approval.requested and remediation.ineffective come back: what has not may have been lost, and is sent again.
 */
export default defineFunction<Desk>({
  name: 'emit-trigger',
  init: openDesk,
  handlers: [
    on(remediationSelected, (event, context) => settleSelection(event.data, event, context)),
    on(alertResolved, (event, context) => settleResolved(event, context, decideResolved)),
    on(approvalGranted, (event, context) => settleApproval(event, context, decideGranted)),
    on(approvalDenied, (event, context) => settleApproval(event, context, decideDenied)),
    on(lambdaFinished, (event, context) => settleFinished(event, context, decideFinished)),
    ownReturned(lambdaTrigger, ({ id, data }, context) =>
      settle(data.correlation_id, context, (episode, ...rest) => decideTriggerSent(episode, id, ...rest)),
    ),
    ownReturned(approvalRequested, ({ data }, context) =>
      settle(episodeOf(data.selection.alert, context.config).correlationId, context, (episode, known) =>
        decideQuestionSent(episode, Date.parse(data.expires_at), known),
      ),
    ),
    ownReturned(remediationIneffective, ({ data }, context) =>
      settle(data.correlation_id, context, (episode, ...rest) =>
        decideIneffectiveSent(episode, data.trigger_id, ...rest),
      ),
    ),
  ],
  status: ({ ledger }) => ({ ledger: ledger.kind }),
  close: closeDesk,
});
