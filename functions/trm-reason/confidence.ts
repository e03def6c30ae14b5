import { ANSWER_UNIT, type Vocabulary } from './tokenizer.ts';

/** Fitted on alerts of topics that the model has never seen (training/calibrate.py). */
export interface Calibration {
  /** Weight of the halting logit, the model's own estimate that the whole answer is right. */
  readonly halt: number;
  /** Weight of the logit of the least sure unit of the call. */
  readonly call: number;
  readonly bias: number;
}

/** Probabilities are kept this far from 0 and 1, so that no logit is infinite. */
const EDGE = 1e-6;

/**
 * The probability that the call is right: a logistic regression on the halting logit and on the least sure unit of the
 * call, Platt's scaling of two scores (Platt, 1999). The halting head answers for the reasoning too, whose wording is
 * often open where the call is not. A logit that is not a number means no confidence.
 *
 * @param haltLogit logit of "the whole answer is right"
 * @param callLogProbability natural logarithm of the least probability among the units of the call, at most 0
 */
export function confidenceOf(calibration: Calibration, haltLogit: number, callLogProbability: number): number {
  const probability = Math.min(Math.max(Math.exp(callLogProbability), EDGE), 1 - EDGE);
  const callLogit = Math.log(probability / (1 - probability));
  const confidence = sigmoid(calibration.halt * haltLogit + calibration.call * callLogit + calibration.bias);
  return Number.isNaN(confidence) ? 0 : confidence;
}

export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** How many units of an answer hold the call: up to the one that opens the reasoning, or all where none does. */
export function callLength(vocabulary: Vocabulary, ids: readonly number[]): number {
  const last = ids.findIndex((id) => opensReasoning(vocabulary.tokens[id]));
  return last === -1 ? ids.length : last + 1;
}

function opensReasoning(token: string | undefined): boolean {
  return token?.startsWith(ANSWER_UNIT) === true && token.endsWith('"reasoning":"');
}
