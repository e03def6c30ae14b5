import { decideByRules } from '../functions/rule-fallback/rules.ts';
import { loadCurrentModel } from '../functions/trm-reason/model.ts';
import {
  confirmByModel,
  type ReasonSettings,
  reasonAboutAlert,
  startModel,
  thresholdsOf,
} from '../functions/trm-reason/reason.ts';
import { type Reasoned, selectRemediation } from '../functions/trm-reason/select.ts';
import type { Alert } from '../shared/alert/alert.ts';
import { ownLabels } from '../shared/alert/own-labels.ts';
import { ANY_CONFIDENCE } from '../shared/reasoning/guard.ts';
import { decideSituation } from '../shared/runbook/decide.ts';
import { indexEntries } from '../shared/runbook/first-entry.ts';
import type { Runbook } from '../shared/runbook/runbook.ts';
import { guarded, type Lean, type Predictor, predictionOf } from './guard.ts';
import type { Prediction } from './score.ts';

/** Past its deadline: an abstention, as in production. */
const NO_ANSWER: Reasoned = { text: '', confidence: 0, trace: [] };

/** The shipped model on the code path of trm-reason; undefined where none is installed. */
export async function trmPredictor(
  runbook: Runbook,
  modelsDirectory: string,
  settings: ReasonSettings,
): Promise<Predictor | undefined> {
  const model = loadCurrentModel(modelsDirectory, runbook);
  if (model === undefined) return undefined;
  const engine = startModel(model, settings);
  await engine.loaded;
  const thresholds = thresholdsOf(model, settings);
  const predictOne = async (alert: Alert): Promise<Prediction> => {
    const started = performance.now();
    const reasoned = await reasonAboutAlert(engine, model, alert).catch(() => NO_ANSWER);
    const selected = selectRemediation(runbook, alert, reasoned, thresholds);
    const decision = await confirmByModel(engine, model, runbook, alert, selected);
    const ms = performance.now() - started;
    const choice = selectRemediation(runbook, alert, reasoned, ANY_CONFIDENCE);
    return { ...predictionOf(decision, choice), ms, iterations: decision.iterations ?? 0 };
  };
  const predict = async (alerts: readonly Alert[]) => {
    const predictions: Prediction[] = [];
    for (const alert of alerts) predictions.push(await predictOne(alert));
    return predictions;
  };
  return { predict, close: () => engine.close() };
}

/** The runbook's matchers, as rule-fallback runs them. */
export function rulesPredictor(runbook: Runbook): Predictor {
  const index = indexEntries(runbook);
  return guarded(runbook, ANY_CONFIDENCE, (alerts) =>
    alerts.map((alert): Lean | undefined => {
      const decision = decideByRules(runbook, index, alert);
      if (decision.outcome === 'abstained') return undefined;
      return { call: decision.outcome === 'selected' ? decision : null, confidence: 1 };
    }),
  );
}

/** What anyone would write first: the alert's name in a table. */
export function lookupPredictor(runbook: Runbook): Predictor {
  const table = new Map(
    runbook.entries.flatMap(({ names = [], situation }) => names.map((name) => [name, situation] as const)),
  );
  return guarded(runbook, ANY_CONFIDENCE, (alerts) =>
    alerts.map((alert): Lean | undefined => {
      const situation = runbook.situations.get(table.get(alert.alertname) ?? '');
      if (situation === undefined) return undefined;
      return {
        call: decideSituation(runbook, situation, ownLabels(runbook.policy, alert)).call ?? null,
        confidence: 1,
      };
    }),
  );
}
