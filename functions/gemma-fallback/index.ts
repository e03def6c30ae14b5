import type { Config } from '../../shared/config.ts';
import type { Decision } from '../../shared/decision.ts';
import { gemmaRequested, trmRequested } from '../../shared/events/index.ts';
import type { Request } from '../../shared/events/request.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import { type Context, defineFunction, type Outcome, on, reply } from '../../shared/runtime/function.ts';
import { answerDecision, attemptOf, DISABLED, undelivered } from '../../shared/tiers.ts';
import type { Span } from '../../shared/traces/span.ts';
import type { Backend } from './backend.ts';
import { type Reading, readingOf } from './reading.ts';
import { decideByGemma } from './reason.ts';
import { type MissingBackend, startBackend } from './start.ts';

type State = MissingBackend | { readonly backend: Backend; readonly reading: Reading };

/** ②′ FunctionGemma, asked when TRM abstains or cannot be reached. It calls one function, and the call is always valid. */
export default defineFunction<State>({
  name: 'gemma-fallback',
  async init(config, log) {
    const started = await startBackend(config, log);
    if ('missing' in started) return started;
    const { RUNBOOK_DIR, PROTECTED_NAMESPACES: protectedNamespaces } = config;
    return { ...started, reading: readingOf(loadRunbook(RUNBOOK_DIR, { entries: 'named', protectedNamespaces })) };
  },
  handlers: [
    on(gemmaRequested, ({ data }, context) => choose(data, context)),
    on(trmRequested, ({ data }, context) => choose(undelivered(data, 'trm'), context)), // its dead letters
  ],
  status: (state) => ({ model: 'missing' in state ? state.missing : state.backend.health() }),
  close: (state) => ('missing' in state ? undefined : state.backend.close()),
});

async function choose(request: Request, { state, config, clock, span }: Context<State>): Promise<Outcome> {
  const started = clock();
  const decision = config.GEMMA_ENABLED ? await decide(request, state, config, span) : DISABLED;
  const attempt = attemptOf('gemma', decision, clock() - started);
  return reply(answerDecision(request, attempt, config), attempt);
}

async function decide({ alert }: Request, state: State, config: Config, span: Span): Promise<Decision> {
  if ('missing' in state) return { outcome: 'abstained', reason: state.missing, ...state.why };
  const least = config.GEMMA_MIN_CONFIDENCE;
  const thresholds = { none: least, observe: least, mutating: config.GEMMA_MIN_CONFIDENCE_MUTATING };
  return decideByGemma(state.backend, state.reading, alert, thresholds, span);
}
