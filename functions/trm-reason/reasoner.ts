import type { Config } from '../../shared/config.ts';
import type { Log } from '../../shared/log.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import type { TrmEngine } from './engine.ts';
import { loadModel, type Model, outdatedText } from './model.ts';
import { startModel } from './reason.ts';

/** The model at work, or why there is none: the tier then abstains. */
export type Reasoner =
  | { readonly model: Model; readonly engine: TrmEngine }
  | { readonly missing: 'disabled' | 'model_not_installed' | 'model_outdated' };

/**
 * Loads and starts the installed model, unless the tier is off. Where there is none, or the catalogue has outgrown it, the log says so once.
 *
 * @throws {AsreError} ASRE_MODEL_INVALID where files of it are missing or changed
 */
export async function startReasoner(runbook: Runbook, config: Config, log: Log): Promise<Reasoner> {
  if (!config.TRM_ENABLED) return { missing: 'disabled' };
  const model = loadModel(config.MODELS_DIR, runbook);
  if (model === undefined) {
    log.warn({ reason: 'model_not_installed', models: config.MODELS_DIR }, 'abstains from every alert');
    return { missing: 'model_not_installed' };
  }
  const outdated = outdatedText(model);
  if (outdated !== undefined) {
    log.error({ reason: 'model_outdated', models: config.MODELS_DIR }, outdated);
    return { missing: 'model_outdated' };
  }
  const engine = startModel(model, config, (message) => log.error({ reason: 'unavailable' }, message));
  await engine.loaded.catch(() => undefined); // ready all the same: alerts go on to the next tier meanwhile
  return { model, engine };
}
