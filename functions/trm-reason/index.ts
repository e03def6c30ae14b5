import type { Config } from '../../shared/config.ts';
import type { Decision } from '../../shared/decision.ts';
import { alertFired, trmRequested } from '../../shared/events/index.ts';
import type { Request } from '../../shared/events/request.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { type Context, defineFunction, done, type Outcome, on, reply } from '../../shared/runtime/function.ts';
import { answerDecision, attemptOf, DISABLED } from '../../shared/tiers.ts';
import type { TrmEngine } from './engine.ts';
import { loadModel, type Model } from './model.ts';
import { decideByModel, startModel, thresholdsOf } from './reason.ts';

interface State {
  readonly runbook: Runbook;
  /** Missing where no weights are installed: the tier then abstains. */
  readonly installed?: { readonly model: Model; readonly engine: TrmEngine };
}

/** ② The Tiny Recursive Model reasons over the alert, writes the remediation, and stops when it is sure of it. */
export default defineFunction<State>({
  name: 'trm-reason',
  async init(config, log) {
    const runbook = loadRunbook(config.RUNBOOK_DIR, {
      entries: false,
      protectedNamespaces: config.PROTECTED_NAMESPACES,
    });
    const model = loadModel(config.MODELS_DIR, runbook);
    if (model === undefined) {
      log.warn({ reason: 'model_not_installed', models: config.MODELS_DIR }, 'abstains from every alert');
      return { runbook };
    }
    const engine = startModel(model, config, (message) => log.error({ reason: 'unavailable' }, message));
    await engine.loaded.catch(() => undefined); // ready all the same: alerts go on to the next tier meanwhile
    return { runbook, installed: { model, engine } };
  },
  handlers: [
    on(trmRequested, ({ data }, context) => reason(data, context)),
    // Dead letters of alert-router: decided without the annotation; emit-trigger still honours an opt-out.
    on(alertFired, ({ data: alert }, context) =>
      alert.status === 'resolved' ? done('resolved') : reason({ alert, attempts: [] }, context),
    ),
  ],
  status: ({ installed }) => ({ model: installed?.engine.health() ?? 'model_not_installed' }),
  close: ({ installed }) => installed?.engine.close(),
});

async function reason(request: Request, { state, config, clock }: Context<State>): Promise<Outcome> {
  const started = clock();
  const decision = config.TRM_ENABLED ? await decide(request, state, config) : DISABLED;
  const attempt = attemptOf('trm', decision, clock() - started);
  return reply(answerDecision(request, attempt, config), attempt);
}

async function decide({ alert }: Request, { runbook, installed }: State, config: Config): Promise<Decision> {
  if (installed === undefined) return { outcome: 'abstained', reason: 'model_not_installed' };
  const { model, engine } = installed;
  return decideByModel(engine, model, runbook, alert, thresholdsOf(model, config));
}
