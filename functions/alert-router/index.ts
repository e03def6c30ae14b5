import { type Alert, episodeOf } from '../../shared/alert/alert.ts';
import { alertFired, alertResolved } from '../../shared/events/index.ts';
import { watchSigningKeys } from '../../shared/events/signature.ts';
import type { KeySource } from '../../shared/keys.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { type Context, defineFunction, done, type Outcome, on, reply } from '../../shared/runtime/function.ts';
import { decideStatic } from '../../shared/static-tier.ts';
import { answerDecision, attemptOf, passOn } from '../../shared/tiers.ts';
import { traced } from '../../shared/traces/span.ts';
import { type CredentialSource, checkCredentials, watchCredentials } from './credentials.ts';
import { deadLetterHandlers } from './dead-letters.ts';
import { type Notify, notificationHandlers, openNotify } from './notify.ts';
import { webhookDrafts } from './webhook.ts';

interface State {
  readonly runbook: Runbook;
  readonly credentials: CredentialSource;
  readonly notify: Notify;
  /** Undefined where nothing is signed. */
  readonly signingKeys: KeySource | undefined;
}

/** ① A fired alert in: to emit-trigger where its annotation or a pinned entry says what to do, else to the first tier. */
export default defineFunction<State>({
  name: 'alert-router',
  init: async (config, log) => ({
    runbook: loadRunbook(config.RUNBOOK_DIR, { entries: 'pinned', protectedNamespaces: config.PROTECTED_NAMESPACES }),
    credentials: watchCredentials(config, log),
    notify: await openNotify(config, log),
    signingKeys: watchSigningKeys(config, log),
  }),
  handlers: [
    on(alertFired, ({ data }, context) => routeAlert(data, context)),
    on(alertResolved, () => done('resolved')),
    ...notificationHandlers,
    ...deadLetterHandlers,
  ],
  webhook: {
    accept(request, { state, config, log }) {
      checkCredentials(state.credentials(), request.headers.authorization);
      return webhookDrafts(request.body, config, log);
    },
  },
  close: ({ notify }) => notify.close(),
});

function routeAlert(alert: Alert, { state, config, clock, span }: Context<State>): Outcome {
  // A bridge may send every alert as fired; emit-trigger must see that this one is over.
  if (alert.status === 'resolved')
    return reply({ definition: alertResolved, data: alert, episode: episodeOf(alert, config) });
  const started = clock();
  const decisions = traced(span, 'static tier', () => decideStatic(state.runbook, alert));
  const attempts = decisions.map((decision) => attemptOf('static', decision, clock() - started));
  const last = attempts.pop();
  if (last === undefined) return reply(passOn(alert, [], 'static', config));
  return reply(answerDecision({ alert, attempts }, last, config), last);
}
