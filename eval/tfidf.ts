import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { encodeAlert } from '../functions/trm-reason/encode.ts';
import { loadCurrentModel, type Model } from '../functions/trm-reason/model.ts';
import type { Alert } from '../shared/alert/alert.ts';
import { ownLabels } from '../shared/alert/own-labels.ts';
import type { Call } from '../shared/decision.ts';
import type { Thresholds } from '../shared/reasoning/guard.ts';
import { decideSituation } from '../shared/runbook/decide.ts';
import type { Runbook } from '../shared/runbook/runbook.ts';
import { guarded, type Lean, type Predictor } from './guard.ts';

const SCRIPT = join(import.meta.dirname, '../training/baseline.py');

interface Classified {
  readonly function: string | null;
  readonly probability: number;
}

/**
 * TF-IDF and logistic regression, trained, calibrated and given thresholds on the rows that the model had
 * (training/baseline.py); undefined without Python or a classifier of the model's vocabulary.
 */
export function tfidfPredictor(runbook: Runbook, modelsDirectory: string): Predictor | undefined {
  const model = loadCurrentModel(modelsDirectory, runbook);
  if (model === undefined) return undefined;
  const { status, stdout } = spawnSync('python3', [SCRIPT, 'check', model.card.vocabularySha256], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  return guarded(runbook, JSON.parse(stdout) as Thresholds, (alerts) => {
    const classified = classify(model, alerts);
    return alerts.map((alert, index): Lean => {
      const { function: name = null, probability: confidence = 0 } = classified[index] ?? {};
      return { call: name === null ? null : fillCall(runbook, alert, name), confidence };
    });
  });
}

function classify(model: Model, alerts: readonly Alert[]): Classified[] {
  const input = alerts.map((alert) => encodeAlert(model.vocabulary, alert, model.reading).join(' ')).join('\n');
  const { stdout, stderr, status } = spawnSync('python3', [SCRIPT, 'predict'], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`training/baseline.py predict failed: ${stderr}`);
  const lines = stdout.trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Classified);
}

/** It names a function only: the first situation that decides on it for the alert's labels fills the call. */
function fillCall(runbook: Runbook, alert: Alert, name: string): Call {
  const labels = ownLabels(runbook.policy, alert);
  const decided = [...runbook.situations.values()].map((situation) => decideSituation(runbook, situation, labels).call);
  return decided.find((call) => call?.lambda_function === name) ?? { lambda_function: name, parameters: {} };
}
