import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '../../functions/trm-reason/model.ts';
import { decideByModel, startModel, thresholdsOf } from '../../functions/trm-reason/reason.ts';
import type { Alert } from '../../shared/alert/alert.ts';
import { readConfig } from '../../shared/config.ts';
import type { Decision } from '../../shared/decision.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';

const MODELS = join(import.meta.dirname, '../../models');

/** Whether trained weights are there: tests of what the model decides are skipped where they are not. */
export const INSTALLED = existsSync(join(MODELS, 'trm.json'));

export interface ShippedModel {
  /** The decision by the code and the thresholds of trm-reason. */
  readonly decide: (alert: Alert) => Promise<Decision>;
  readonly close: () => Promise<void>;
}

/** The shipped weights, loaded, with time enough for a busy machine. */
export async function startShippedModel(runbook: Runbook): Promise<ShippedModel> {
  const config = readConfig({ TRM_TIMEOUT_MS: '60000', TRM_THREADS: '2' });
  const model = loadModel(MODELS, runbook);
  if (model === undefined) throw new Error(`no model in ${MODELS}`);
  const engine = startModel(model, config);
  await engine.loaded;
  const thresholds = thresholdsOf(model, config);
  return {
    decide: (alert) => decideByModel(engine, model, runbook, alert, thresholds),
    close: () => engine.close(),
  };
}
