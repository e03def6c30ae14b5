import { describe, expect, it } from 'vitest';
import { callLength, confidenceOf } from '../../../../functions/trm-reason/confidence.ts';
import { createVocabulary } from '../../../../functions/trm-reason/tokenizer.ts';

const EVEN = { halt: 1, call: 1, bias: 0 };

describe('confidenceOf', () => {
  it.each<[string, number, number, number]>([
    ['an even halting logit, an even call', 0, Math.log(0.5), 0.5],
    ['a sure call moves an even halting logit', 0, Math.log(0.9), 0.9],
    ['a sure halting logit moves an even call', Math.log(9), Math.log(0.5), 0.9],
    ['the two disagree', Math.log(9), Math.log(0.1), 0.5],
    ['a certain call has no infinite logit', 0, 0, 1 - 1e-6],
    ['an impossible one neither', 0, Number.NEGATIVE_INFINITY, 1e-6],
    ['no number for the halting logit', Number.NaN, 0, 0],
    ['no number for the call', 5, Number.NaN, 0],
  ])('%s', (_, haltLogit, callLogProbability, expected) => {
    expect(confidenceOf(EVEN, haltLogit, callLogProbability)).toBeCloseTo(expected, 9);
  });

  it('weighs both as calibration found them', () => {
    expect(confidenceOf({ halt: 2, call: 0, bias: -1 }, 0.5, Math.log(0.01))).toBeCloseTo(0.5, 9);
  });
});

describe('callLength', () => {
  const units = ['{"lambda_function":null,"parameters":{},"reasoning":"', '{"lambda_function":"', 'pod-restart'];
  const answer = [...units, '"},"reasoning":"', 'restart the failing pod', '"}'].map((unit) => `answer:${unit}`);
  const vocabulary = createVocabulary({ tokens: [...answer, 'reasoning":"'], answerTokens: 6 });

  it.each<[string, number[], number]>([
    ['null: one unit', [0, 4, 5], 1],
    ['a call: up to the unit that opens the reasoning', [1, 2, 3, 4, 5], 3],
    ['no reasoning: all of it', [1, 2, 2], 3],
    ['a token that no answer is written in', [6, 1], 2],
    ['nothing', [], 0],
  ])('%s', (_, ids, expected) => {
    expect(callLength(vocabulary, ids)).toBe(expected);
  });
});
