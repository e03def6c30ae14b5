import { alertFired, trmRequested } from '../../shared/events/index.ts';
import type { Request } from '../../shared/events/request.ts';
import { type Context, defineFunction, on } from '../../shared/serve/function.ts';
import { done, type Outcome, reply } from '../../shared/serve/outcome.ts';
import { answerDecision, attemptOf } from '../../shared/tiers.ts';

/** ② The Tiny Recursive Model. Until its weights are installed it abstains with `model_not_installed` and hands on. */
export default defineFunction<undefined>({
  name: 'trm-reason',
  init(_, log) {
    log.warn({ reason: 'model_not_installed' }, 'abstains from every alert');
    return undefined;
  },
  handlers: [
    on(trmRequested, ({ data }, context) => handOver(data, context)),
    // Dead letters of alert-router: decided without the annotation; emit-trigger still honours an opt-out.
    on(alertFired, ({ data: alert }, context) =>
      alert.status === 'resolved' ? done('resolved') : handOver({ alert, attempts: [] }, context),
    ),
  ],
  status: () => ({ model: 'model_not_installed' }),
});

function handOver(request: Request, { config }: Context<undefined>): Outcome {
  const attempt = attemptOf('trm', { outcome: 'abstained', reason: 'model_not_installed' }, 0);
  return reply(answerDecision(request, attempt, config), attempt);
}
