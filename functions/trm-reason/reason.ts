import type { Alert } from '../../shared/alert/alert.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import type { Config } from '../../shared/config.ts';
import type { Decision } from '../../shared/decision.ts';
import { cpuLimit } from '../../shared/reasoning/cpu-limit.ts';
import { EngineFailure } from '../../shared/reasoning/engine.ts';
import { confirmDecision, type Thresholds } from '../../shared/reasoning/guard.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { NO_SPAN, type Span, traced } from '../../shared/traces/span.ts';
import { callLength, confidenceOf, sigmoid } from './confidence.ts';
import { encodeAlert } from './encode.ts';
import { type Step, startTrmEngine, type TrmEngine, type WorkerSettings } from './engine.ts';
import type { Model } from './model.ts';
import { proposalOf, type Reasoned, selectRemediation } from './select.ts';
import { ownReferences, standInsFor } from './stand-ins.ts';
import { decodeAnswer } from './tokenizer.ts';

export type ReasonSettings = Pick<
  Config,
  'TRM_MAX_ITERATIONS' | 'TRM_MIN_CONFIDENCE' | 'TRM_MIN_CONFIDENCE_MUTATING' | 'TRM_TIMEOUT_MS' | 'TRM_THREADS'
>;

/** Starts the engine that the card and the settings describe; a caller that needs it at once awaits its `loaded`. */
export function startModel(
  model: Model,
  settings: ReasonSettings,
  report: (message: string) => void = ignore,
): TrmEngine {
  return startTrmEngine(workerSettings(model, settings), settings.TRM_TIMEOUT_MS, report);
}

function ignore(): void {}

/** What the worker needs to know of the model and the settings. */
export function workerSettings({ card, vocabulary, weights }: Model, settings: ReasonSettings): WorkerSettings {
  const { hidden, answerLength, inputLength, latentCycles, answerCycles } = card.configuration;
  return {
    weights,
    threads: settings.TRM_THREADS || cpuLimit(),
    hidden,
    vocabularySize: vocabulary.tokens.length,
    prefixLength: 1 + answerLength,
    inputLength,
    latentCycles,
    answerCycles,
    haltLogit: card.haltLogit,
    maxIterations: settings.TRM_MAX_ITERATIONS,
  };
}

/** The model's decision on an alert, both readings within one deadline. What breaks or takes too long abstains. */
export async function decideByModel(
  engine: TrmEngine,
  model: Model,
  runbook: Runbook,
  alert: Alert,
  thresholds: Thresholds,
  span: Span = NO_SPAN,
): Promise<Decision> {
  const deadline = engine.deadline();
  try {
    const reasoned = await traced(span, 'inference', (reading) =>
      reasonAboutAlert(engine, model, alert, deadline, reading),
    );
    const selected = selectRemediation(runbook, alert, reasoned, thresholds);
    return await confirmByModel(engine, model, runbook, alert, selected, deadline, span);
  } catch (error) {
    if (error instanceof EngineFailure) return { outcome: 'abstained', reason: error.reason, reasoning: error.message };
    throw error;
  }
}

/** The decision as it stands without the alert's text (guard.ts). */
export function confirmByModel(
  engine: TrmEngine,
  model: Model,
  runbook: Runbook,
  alert: Alert,
  decision: Decision,
  deadline = engine.deadline(),
  span: Span = NO_SPAN,
): Promise<Decision> {
  return confirmDecision(runbook, alert, decision, (bare) =>
    traced(span, 'inference without text', async (reading) =>
      proposalOf(runbook, bare, await reasonAboutAlert(engine, model, bare, deadline, reading)),
    ),
  );
}

/** What the model writes about an alert, and how sure it is. @throws {EngineFailure} past the deadline */
export async function reasonAboutAlert(
  engine: TrmEngine,
  model: Model,
  alert: Alert,
  deadline = engine.deadline(),
  span: Span = NO_SPAN,
): Promise<Reasoned> {
  const steps = await engine.reason(encodeAlert(model.vocabulary, alert, model.reading), deadline);
  const reasoned = inOwnWords(model, alert, readSteps(model, steps));
  if (span !== NO_SPAN) tellSteps(span, steps, reasoned, Date.now());
  return reasoned;
}

/** The references that the model has written, to the labels that the alert has. */
function inOwnWords({ reading }: Model, alert: Alert, reasoned: Reasoned): Reasoned {
  if (reading.standIns.size === 0) return reasoned; // the shipped policy has no new key
  const readAs = standInsFor(reading.standIns, ownLabels(reading, alert));
  if (readAs.size === 0) return reasoned;
  const own = (text: string) => ownReferences(readAs, text);
  const trace = reasoned.trace.map((iteration) => ({ ...iteration, answer: own(iteration.answer) }));
  return { ...reasoned, text: own(reasoned.text), trace };
}

/** The iterations as events of the span: when each ended, and how sure the model then was that all of its answer is right. */
function tellSteps(span: Span, steps: readonly Step[], { trace }: Reasoned, endMs: number): void {
  let atMs = endMs - steps.reduce((sum, { ms }) => sum + ms, 0);
  for (const [index, { ms }] of steps.entries()) {
    atMs += ms;
    const halt = trace[index]?.halt_probability;
    span.event('iteration', { 'agent_sre.iteration': index + 1, 'agent_sre.halt_probability': halt }, atMs);
  }
}

/** The thresholds of the card, where the settings name no others. */
export function thresholdsOf(
  { card: { thresholds } }: Model,
  settings: Pick<Config, 'TRM_MIN_CONFIDENCE' | 'TRM_MIN_CONFIDENCE_MUTATING'>,
): Thresholds {
  return {
    none: settings.TRM_MIN_CONFIDENCE ?? thresholds.none,
    observe: settings.TRM_MIN_CONFIDENCE ?? thresholds.observe,
    mutating: settings.TRM_MIN_CONFIDENCE_MUTATING ?? thresholds.mutating,
  };
}

/**
 * Steps as texts and probabilities, and the surest of them: beyond the depth that it was trained at, a model may talk
 * itself out of an answer. Calibration reads the steps in the same way (training/trm/inference.py).
 */
function readSteps(model: Model, steps: readonly Step[]): Reasoned {
  const trace = steps.map(({ ids, haltLogit }) => ({
    answer: decodeAnswer(model.vocabulary, ids),
    halt_probability: Number.isNaN(haltLogit) ? 0 : sigmoid(haltLogit),
  }));
  const [surest] = [...steps].sort((left, right) => certainty(right) - certainty(left));
  if (surest === undefined) return { text: '', confidence: 0, trace };
  return { text: decodeAnswer(model.vocabulary, surest.ids), confidence: confidenceOfStep(model, surest), trace };
}

function certainty({ haltLogit }: Step): number {
  return Number.isNaN(haltLogit) ? Number.NEGATIVE_INFINITY : haltLogit;
}

function confidenceOfStep({ card, vocabulary }: Model, { ids, logProbabilities, haltLogit }: Step): number {
  const call = logProbabilities.slice(0, callLength(vocabulary, ids));
  return confidenceOf(card.confidence, haltLogit, Math.min(...call));
}
