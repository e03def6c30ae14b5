import type { Decision } from '../../shared/decision.ts';
import { gemmaRequested, trmRequested } from '../../shared/events/index.ts';
import type { Request } from '../../shared/events/request.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import { type Context, defineFunction, type Outcome, on, reply } from '../../shared/runtime/function.ts';
import { answerDecision, attemptOf, DISABLED, undelivered } from '../../shared/tiers.ts';
import { type Reading, readingOf } from './reading.ts';
import { decideByGemma } from './reason.ts';
import { type StartedBackend, startBackend } from './start.ts';

interface State {
  readonly reading: Reading;
  readonly started: StartedBackend;
}

/** ②′ FunctionGemma, asked when TRM abstains or cannot be reached. It calls one function, and the call is always valid. */
export default defineFunction<State>({
  name: 'gemma-fallback',
  async init(config, log) {
    const { PROTECTED_NAMESPACES: protectedNamespaces } = config;
    const reading = readingOf(loadRunbook(config.RUNBOOK_DIR, { entries: false, protectedNamespaces }));
    return { reading, started: await startBackend(config, log) };
  },
  handlers: [
    on(gemmaRequested, ({ data }, context) => choose(data, context)),
    on(trmRequested, ({ data }, context) => choose(undelivered(data, 'trm'), context)), // its dead letters
  ],
  status: ({ started }) => ({ model: 'missing' in started ? started.missing : started.backend.health() }),
  close: ({ started }) => ('missing' in started ? undefined : started.backend.close()),
});

async function choose(request: Request, { state, config, clock }: Context<State>): Promise<Outcome> {
  const started = clock();
  const decision = config.GEMMA_ENABLED ? await decide(request, state, config) : DISABLED;
  const attempt = attemptOf('gemma', decision, clock() - started);
  return reply(answerDecision(request, attempt, config), attempt);
}

async function decide(
  { alert }: Request,
  { reading, started }: State,
  config: Context<State>['config'],
): Promise<Decision> {
  if ('missing' in started) return { outcome: 'abstained', reason: started.missing, ...started.why };
  const least = config.GEMMA_MIN_CONFIDENCE;
  const thresholds = { none: least, observe: least, mutating: config.GEMMA_MIN_CONFIDENCE_MUTATING };
  return decideByGemma(started.backend, reading, alert, thresholds);
}
