import type { EpisodeSettings } from '../../shared/alert/alert.ts';
import { AsreError } from '../../shared/errors.ts';
import type { EventDefinition } from '../../shared/events/definition.ts';
import {
  approvalDenied,
  approvalGranted,
  lambdaFinished,
  lambdaTrigger,
  remediationSelected,
  remediationSuppressed,
  remediationUnresolved,
  rulesRequested,
} from '../../shared/events/index.ts';
import type { Request } from '../../shared/events/request.ts';
import { done, type Handler, type Outcome, on, reply } from '../../shared/runtime/function.ts';
import { unresolved } from '../../shared/tiers.ts';

/** Dead letters that no tier is left for: people must be told. The broker's own dead letter sink is alert-router. */
export const deadLetterHandlers: readonly Handler<unknown>[] = [
  on(rulesRequested, ({ data }, { config }) => reportUndeliverable(data, config, 'rule-fallback could not be reached')),
  on(remediationSelected, ({ data }, { config }) =>
    reportUndeliverable(data, config, 'emit-trigger could not be reached'),
  ),
  on(lambdaTrigger, ({ data }, { config }) =>
    reportUndeliverable(data, config, `the Lambda ${data.lambda_function} did not take the call`),
  ),
  ...[approvalGranted, approvalDenied, lambdaFinished].map((definition: EventDefinition<unknown>) =>
    on(definition, () => {
      throw new AsreError('ASRE_UNDELIVERABLE', 'emit-trigger could not be reached');
    }),
  ),
  // An event for people that cannot be delivered ends here: another event about it would fail in the same way.
  ...[remediationUnresolved, remediationSuppressed].map((definition: EventDefinition<unknown>) =>
    on(definition, () => done('undeliverable')),
  ),
];

function reportUndeliverable({ alert, attempts }: Request, settings: EpisodeSettings, why: string): Outcome {
  return reply(unresolved({ alert, attempts }, settings, 'undeliverable', why));
}
