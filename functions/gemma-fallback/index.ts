import { gemmaRequested, trmRequested } from '../../shared/events/index.ts';
import type { Request } from '../../shared/events/request.ts';
import { type Context, defineFunction, type Outcome, on, reply } from '../../shared/runtime/function.ts';
import { answerDecision, attemptOf, DISABLED, undelivered } from '../../shared/tiers.ts';

/**
 * ②′ FunctionGemma 270M, asked when TRM abstains. Its engine and weights are not part of this version: it abstains with
 * `model_not_installed` and passes on.
 */
export default defineFunction<undefined>({
  name: 'gemma-fallback',
  init(_, log) {
    log.warn({ reason: 'model_not_installed' }, 'abstains from every alert');
    return undefined;
  },
  handlers: [
    on(gemmaRequested, ({ data }, context) => abstain(data, context)),
    on(trmRequested, ({ data }, context) => abstain(undelivered(data, 'trm'), context)), // its dead letters
  ],
  status: () => ({ model: 'model_not_installed' }),
});

function abstain(request: Request, { config }: Context<undefined>): Outcome {
  const decision = config.GEMMA_ENABLED ? ({ outcome: 'abstained', reason: 'model_not_installed' } as const) : DISABLED;
  const attempt = attemptOf('gemma', decision, 0);
  return reply(answerDecision(request, attempt, config), attempt);
}
