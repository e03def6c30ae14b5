import { describe, expect, it } from 'vitest';
import { changeOf } from '../../../eval/changes.ts';
import { bootstrap, shareValue } from '../../../eval/interval.ts';
import type { Prediction } from '../../../eval/score.ts';
import { wilson } from '../../../shared/interval.ts';
import { loadRunbook } from '../../../shared/runbook/load.ts';
import { createRandom } from '../../../training/data/random.ts';

const { catalogue } = loadRunbook('runbook', { entries: false });

describe('wilson', () => {
  it.each([
    [0, 24, 0, 0.138],
    [24, 24, 0.862, 1],
    [8, 10, 0.49, 0.943],
    [500, 1000, 0.469, 0.531],
    [0, 0, 0, 1],
  ])('of %i out of %i is %f to %f', (count, of, low, high) => {
    const interval = wilson({ count, of });
    expect(interval.low).toBeCloseTo(low, 3);
    expect(interval.high).toBeCloseTo(high, 3);
  });

  it('has the share within it', () => {
    for (const of of [1, 7, 30]) {
      for (let count = 0; count <= of; count++) {
        const { low, high } = wilson({ count, of });
        expect(low).toBeLessThanOrEqual(shareValue({ count, of }));
        expect(high).toBeGreaterThanOrEqual(shareValue({ count, of }));
      }
    }
  });
});

describe('bootstrap', () => {
  const mean = (sample: readonly number[]) => sample.reduce((sum, each) => sum + each, 0) / sample.length;
  const items = Array.from({ length: 100 }, (_, index) => index % 2);

  it('is the same for the same seed, and about as wide as the interval of a share', () => {
    const interval = bootstrap(items, mean, createRandom(1).next);
    expect(interval).toEqual(bootstrap(items, mean, createRandom(1).next));
    expect(interval.low).toBeCloseTo(0.4, 1);
    expect(interval.high).toBeCloseTo(0.6, 1);
  });
});

describe('changeOf', () => {
  const call = (lambda_function: string | null, name = 'a'): Prediction => ({
    lambda_function,
    parameters: lambda_function === null ? {} : { name, namespace: 'n' },
    accepted: true,
    confidence: 1,
  });
  const unsure = { ...call('pod-restart'), accepted: false };

  it.each([
    ['the same call', call('pod-restart'), call('pod-restart'), undefined],
    ['none twice', call(null), call(null), undefined],
    ['two abstentions that lean elsewhere', unsure, { ...call('node-cordon'), accepted: false }, undefined],
    ['another name', call('pod-restart'), call('pod-restart', 'b'), 'to another target'],
    [
      'a look that becomes a mutating call',
      call('pod-check-status'),
      call('pod-restart'),
      'to a new mutating function',
    ],
    ['an abstention that becomes a mutating call', unsure, call('pod-restart'), 'to a new mutating function'],
    ['none that becomes a mutating call', call(null), call('job-rerun'), 'to a new mutating function'],
    ['an action that becomes a look', call('pod-restart'), call('pod-check-status'), 'to another look'],
    ['an action that becomes none', call('pod-restart'), call(null), 'to none'],
    ['an abstention that becomes none', unsure, call(null), 'to none'],
    ['an action that becomes unsure', call('pod-restart'), unsure, 'to abstention'],
    ['none that becomes unsure', call(null), unsure, 'to abstention'],
  ])('%s', (_, before, after, change) => {
    expect(changeOf(catalogue, before, after)).toBe(change);
  });
});
