import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Alert } from '../../shared/alert/alert.ts';
import type { Config } from '../../shared/config.ts';
import type { Decision, Iteration } from '../../shared/decision.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { encodeAlert } from './encode.ts';
import { type Engine, EngineFailure, startEngine } from './engine.ts';
import type { Step } from './messages.ts';
import type { Model } from './model.ts';
import { type Reasoned, selectRemediation, type Thresholds } from './select.ts';
import { decodeAnswer } from './tokenizer.ts';

export type ReasonSettings = Pick<
  Config,
  'TRM_MAX_ITERATIONS' | 'TRM_MIN_CONFIDENCE' | 'TRM_TIMEOUT_MS' | 'TRM_THREADS'
>;

/** Starts the engine that the card and the settings describe. */
export function startModel({ card, vocabulary, weights }: Model, settings: ReasonSettings): Promise<Engine> {
  const { hidden, answerLength, latentCycles, answerCycles } = card.configuration;
  const worker = {
    weights,
    threads: settings.TRM_THREADS || cpuLimit(),
    hidden,
    vocabularySize: vocabulary.tokens.length,
    prefixLength: 1 + answerLength,
    latentCycles,
    answerCycles,
    haltLogit: card.haltLogit,
    maxIterations: settings.TRM_MAX_ITERATIONS,
  };
  return startEngine(worker, settings.TRM_TIMEOUT_MS);
}

/** The model's decision on an alert. What breaks or takes too long abstains. */
export async function reasonAboutAlert(
  engine: Engine,
  model: Model,
  runbook: Runbook,
  alert: Alert,
  thresholds: Thresholds,
): Promise<Decision> {
  try {
    const steps = await engine.reason(encodeAlert(model.vocabulary, alert, model.preferredKeys));
    return selectRemediation(runbook, alert, readSteps(model, steps), thresholds);
  } catch (error) {
    if (error instanceof EngineFailure) return { outcome: 'abstained', reason: error.reason, reasoning: error.message };
    throw error;
  }
}

/** The thresholds of the card, or TRM_MIN_CONFIDENCE; disruptive functions never take less than the card says. */
export function thresholdsOf({ card }: Model, settings: Pick<Config, 'TRM_MIN_CONFIDENCE'>): Thresholds {
  return { general: settings.TRM_MIN_CONFIDENCE ?? card.threshold, disruptive: card.disruptiveThreshold };
}

/** Steps as texts and calibrated probabilities: sigmoid(halting logit / temperature). */
function readSteps({ card, vocabulary }: Model, steps: readonly Step[]): Reasoned {
  const trace = steps.map(({ ids, haltLogit }) => ({
    answer: decodeAnswer(vocabulary, ids),
    halt_probability: Number.isNaN(haltLogit) ? 0 : 1 / (1 + Math.exp(-haltLogit / card.temperature)),
  }));
  // The surest step, as calibration does it: beyond the depth it was trained at, a model may talk itself out of an answer.
  const surest = trace.reduce<Iteration | undefined>(
    (best, step) => (best === undefined || step.halt_probability > best.halt_probability ? step : best),
    undefined,
  );
  return { text: surest?.answer ?? '', confidence: surest?.halt_probability ?? 0, trace };
}

/** Whole CPUs that the container may use (cgroup v2); one where nothing limits it. */
function cpuLimit(): number {
  try {
    const [quota, period] = readFileSync('/sys/fs/cgroup/cpu.max', 'utf8').split(' ').map(Number);
    const whole = Math.floor((quota ?? 0) / (period ?? 1));
    return Number.isFinite(whole) ? Math.min(Math.max(1, whole), availableParallelism()) : 1;
  } catch {
    return 1; // no cgroup v2 here
  }
}
