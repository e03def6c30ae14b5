import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { decideByRules, indexEntries } from '../functions/rule-fallback/rules.ts';
import { encodeAlert } from '../functions/trm-reason/encode.ts';
import { loadModel } from '../functions/trm-reason/model.ts';
import {
  confirmDecision,
  type ReasonSettings,
  reasonAboutAlert,
  startModel,
  thresholdsOf,
} from '../functions/trm-reason/reason.ts';
import { ANY_CONFIDENCE, type Reasoned, selectRemediation } from '../functions/trm-reason/select.ts';
import type { Alert } from '../shared/alert/alert.ts';
import { ownLabels } from '../shared/alert/own-labels.ts';
import type { Decision } from '../shared/decision.ts';
import { decideSituation, fillTarget, resolveParameters } from '../shared/runbook/decide.ts';
import type { Runbook } from '../shared/runbook/runbook.ts';
import type { Prediction } from './score.ts';

/** Answers every alert of a set. */
export interface Predictor {
  readonly predict: (alerts: readonly Alert[]) => Promise<readonly Prediction[]>;
  readonly close?: () => Promise<void>;
}

/** Past its deadline: an abstention, as in production. */
const NO_ANSWER: Reasoned = { text: '', confidence: 0, trace: [] };
const NOTHING = { lambda_function: null, parameters: {} } as const;

/** The runbook's matchers, as rule-fallback runs them. */
export function rulesPredictor(runbook: Runbook): Predictor {
  const index = indexEntries(runbook);
  return each((alert) => predictionOf(decideByRules(runbook, index, alert)));
}

/** What anyone would write first: the alert's name in a table. */
export function lookupPredictor(runbook: Runbook): Predictor {
  const table = new Map(runbook.entries.flatMap((entry) => (entry.names ?? []).map((name) => [name, entry] as const)));
  return each((alert) => {
    const entry = table.get(alert.alertname);
    const situation = entry && runbook.situations.get(entry.situation);
    if (situation === undefined) return { ...NOTHING, accepted: false, confidence: 0 };
    const { call = NOTHING } = decideSituation(runbook, situation, ownLabels(runbook.policy, alert));
    return { ...call, accepted: true, confidence: 1 };
  });
}

/** TF-IDF and logistic regression trained on the same pairs (training/baseline.py); undefined without Python or a classifier of the model's vocabulary. */
export function tfidfPredictor(runbook: Runbook, modelsDirectory: string, threshold = 0.8): Predictor | undefined {
  const model = loadModel(modelsDirectory, runbook);
  const script = join(import.meta.dirname, '../training/baseline.py');
  if (model === undefined) return undefined;
  if (spawnSync('python3', [script, 'check', model.card.vocabularySha256]).status !== 0) return undefined;
  return {
    async predict(alerts) {
      const input = alerts.map((alert) => encodeAlert(model.vocabulary, alert, model.reading).join(' ')).join('\n');
      const { stdout, status } = spawnSync('python3', [script, 'predict'], {
        input,
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
      });
      if (status !== 0) throw new Error('training/baseline.py predict failed');
      const rows = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { function: string | null; probability: number });
      return alerts.map((alert, index) => {
        const { function: name = null, probability = 0 } = rows[index] ?? {};
        return { ...fillCall(runbook, alert, name), accepted: probability >= threshold, confidence: probability };
      });
    },
  };
}

/** The shipped model on the code path of trm-reason; undefined where none is installed. */
export async function trmPredictor(
  runbook: Runbook,
  modelsDirectory: string,
  settings: ReasonSettings,
): Promise<Predictor | undefined> {
  const model = loadModel(modelsDirectory, runbook);
  if (model === undefined) return undefined;
  const engine = startModel(model, settings);
  await engine.loaded;
  const thresholds = thresholdsOf(model, settings);
  const predictOne = async (alert: Alert): Promise<Prediction> => {
    const started = performance.now();
    const reasoned = await reasonAboutAlert(engine, model, alert).catch(() => NO_ANSWER);
    const selected = selectRemediation(runbook, alert, reasoned, thresholds);
    const decision = await confirmDecision(engine, model, runbook, alert, selected, thresholds);
    const ms = performance.now() - started;
    // The choice behind an abstention: what the model would have done, had it been sure.
    const choice = selectRemediation(runbook, alert, reasoned, ANY_CONFIDENCE);
    const { confidence = 0, iterations = 0 } = decision;
    return { ...predictionOf(choice), accepted: decision.outcome !== 'abstained', ms, iterations, confidence };
  };
  const predict = async (alerts: readonly Alert[]) => {
    const predictions: Prediction[] = [];
    for (const alert of alerts) predictions.push(await predictOne(alert));
    return predictions;
  };
  return { predict, close: () => engine.close() };
}

function each(predict: (alert: Alert) => Prediction): Predictor {
  return { predict: async (alerts) => alerts.map(predict) };
}

function predictionOf(decision: Decision): Prediction {
  const confidence = decision.confidence ?? (decision.outcome === 'abstained' ? 0 : 1);
  if (decision.outcome !== 'selected') return { ...NOTHING, accepted: decision.outcome === 'none', confidence };
  const { lambda_function, parameters } = decision;
  return { lambda_function, parameters, accepted: true, confidence };
}

/** A function without parameters gets them as a static annotation would. */
function fillCall(runbook: Runbook, alert: Alert, name: string | null) {
  const called = name === null ? undefined : runbook.catalogue.get(name);
  for (const { target, parameters: constants } of called?.fill ?? []) {
    const labels = ownLabels(runbook.policy, alert);
    const templates = fillTarget(runbook.policy.targets.get(target) ?? [], labels);
    const parameters = { ...resolveParameters(templates, labels), ...constants };
    if (called?.complaint(parameters) === undefined) return { lambda_function: name, parameters };
  }
  return { lambda_function: name, parameters: {} };
}
