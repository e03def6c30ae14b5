import type { Config } from '../../shared/config.ts';
import type { Decision } from '../../shared/decision.ts';
import { alertFired, trmRequested } from '../../shared/events/index.ts';
import type { Request } from '../../shared/events/request.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { type Context, defineFunction, done, type Outcome, on, reply } from '../../shared/runtime/function.ts';
import { answerDecision, attemptOf } from '../../shared/tiers.ts';
import type { Span } from '../../shared/traces/span.ts';
import { decideByModel, thresholdsOf } from './reason.ts';
import { type Reasoner, startReasoner } from './reasoner.ts';

interface State {
  readonly runbook: Runbook;
  readonly reasoner: Reasoner;
}

/** ② The Tiny Recursive Model reasons over the alert, writes the remediation, and stops when it is sure of it. */
export default defineFunction<State>({
  name: 'trm-reason',
  async init(config, log) {
    const runbook = loadRunbook(config.RUNBOOK_DIR, {
      entries: 'named',
      protectedNamespaces: config.PROTECTED_NAMESPACES,
    });
    return { runbook, reasoner: await startReasoner(runbook, config, log) };
  },
  handlers: [
    on(trmRequested, ({ data }, context) => reason(data, context)),
    // Dead letters of alert-router: decided without the annotation; emit-trigger still honours an opt-out.
    on(alertFired, ({ data: alert }, context) =>
      alert.status === 'resolved' ? done('resolved') : reason({ alert, attempts: [] }, context),
    ),
  ],
  status: ({ reasoner }) => ({ model: 'missing' in reasoner ? reasoner.missing : reasoner.engine.health() }),
  close: ({ reasoner }) => ('missing' in reasoner ? undefined : reasoner.engine.close()),
});

async function reason(request: Request, { state, config, clock, span }: Context<State>): Promise<Outcome> {
  const started = clock();
  const decision = await decide(request, state, config, span);
  const attempt = attemptOf('trm', decision, clock() - started);
  return reply(answerDecision(request, attempt, config), attempt);
}

async function decide({ alert }: Request, { runbook, reasoner }: State, config: Config, span: Span): Promise<Decision> {
  if ('missing' in reasoner) return { outcome: 'abstained', reason: reasoner.missing };
  const { model, engine } = reasoner;
  return decideByModel(engine, model, runbook, alert, thresholdsOf(model, config), span);
}
