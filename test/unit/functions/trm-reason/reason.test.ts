import { describe, expect, it } from 'vitest';
import { confidenceOf } from '../../../../functions/trm-reason/confidence.ts';
import type { TrmEngine } from '../../../../functions/trm-reason/engine.ts';
import { loadModel } from '../../../../functions/trm-reason/model.ts';
import { decideByModel } from '../../../../functions/trm-reason/reason.ts';
import { ANSWER_UNIT } from '../../../../functions/trm-reason/tokenizer.ts';
import type { Alert } from '../../../../shared/alert/alert.ts';
import { EngineFailure } from '../../../../shared/reasoning/engine.ts';
import { copyTiny, runbook } from '../../../support/tiny.ts';

const model = loadTiny();
const crashing: Alert = {
  alertname: 'KubePodCrashLooping',
  status: 'firing',
  labels: { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: 'checkout-7c9f8d5b6-x2x7k' },
  annotations: {},
};

function loadTiny() {
  const loaded = loadModel(copyTiny(), runbook);
  if (loaded === undefined) throw new Error('there is no tiny model');
  return loaded;
}

describe('a decision', () => {
  const END = 3;
  const UNSURE = Math.log(0.6);
  /** A step whose function is less sure than the rest of the call, and whose reasoning is a guess. */
  const step = (ids: readonly number[], haltLogit: number) => {
    const logProbabilities = ids.map((_, slot) => (slot === 1 ? UNSURE : slot > 6 ? Math.log(0.1) : -0.01));
    return { ids, logProbabilities, haltLogit, ms: 1 };
  };
  const call = (name: string) =>
    idsOf([
      '{"lambda_function":"',
      name,
      '","parameters":{"name":"',
      '{{ $labels.pod }}',
      '","namespace":"',
      '{{ $labels.namespace }}',
      '"},"reasoning":"',
      'restart the failing pod',
      '"}',
    ]);
  const idsOf = (units: readonly string[]) => [
    ...units.map((unit) => model.vocabulary.ids.get(ANSWER_UNIT + unit) ?? -1),
    END,
  ];
  /** An engine that has taken these steps. */
  const engineOf = (reason: TrmEngine['reason']): TrmEngine => ({
    ...{ reason, loaded: Promise.resolve(), health: () => 'ready' },
    ...{ deadline: () => AbortSignal.timeout(60_000), close: async () => {} },
  });
  const decide = (reason: TrmEngine['reason']) =>
    decideByModel(engineOf(reason), model, runbook, crashing, { none: 0.5, observe: 0.5, mutating: 0.5 });

  it('is that of the surest step, as the thresholds are chosen for it', async () => {
    const steps = [step(call('pod-check-status'), -1), step(call('pod-restart'), 3), step([END], 2)];
    const decision = await decide(async () => steps);
    expect(decision).toMatchObject({ outcome: 'selected', lambda_function: 'pod-restart', iterations: 3 });
    expect(decision.confidence).toBe(confidenceOf(model.card.confidence, 3, UNSURE));
  });

  it('that is mutating is read a second time without the text; a look is not', async () => {
    const read: string[] = [];
    const answering = (name: string) => async (tokens: readonly number[]) => {
      read.push(tokens.map((id) => model.vocabulary.tokens[id]).join(' '));
      return [step(call(name), 3)];
    };
    const told = { ...crashing, annotations: { summary: 'the pod crashes' } };
    const decideTold = (name: string) =>
      decideByModel(engineOf(answering(name)), model, runbook, told, { none: 0.5, observe: 0.5, mutating: 0.5 });
    expect(await decideTold('pod-restart')).toMatchObject({ outcome: 'selected', lambda_function: 'pod-restart' });
    expect(read).toHaveLength(2);
    expect(read.map((tokens) => tokens.endsWith('[TEXT]'))).toEqual([false, true]);
    await decideTold('pod-check-status');
    expect(read).toHaveLength(3);
  });

  it('gives both readings one deadline', async () => {
    const deadlines = new Set<AbortSignal | undefined>();
    const told = { ...crashing, annotations: { summary: 'the pod crashes' } };
    const engine = engineOf(async (_, deadline) => {
      deadlines.add(deadline);
      return [step(call('pod-restart'), 3)];
    });
    await decideByModel(engine, model, runbook, told, { none: 0.5, observe: 0.5, mutating: 0.5 });
    expect([...deadlines]).toEqual([expect.any(AbortSignal)]);
  });

  it('of a logit that is not a number is none', async () => {
    const decision = await decide(async () => [step(call('pod-check-status'), Number.NaN)]);
    expect(decision).toMatchObject({ outcome: 'abstained', reason: 'below_threshold', confidence: 0 });
  });

  it('of no steps is none', async () => {
    expect(await decide(async () => [])).toMatchObject({ outcome: 'abstained', reason: 'unparsable', confidence: 0 });
  });

  it.each(['timed_out', 'failed', 'unavailable'] as const)('of an engine that %s is an abstention', async (reason) => {
    const failing = () => Promise.reject(new EngineFailure(reason, 'said so'));
    expect(await decide(failing)).toEqual({ outcome: 'abstained', reason, reasoning: 'said so' });
  });

  it('does not hide an error of its own', async () => {
    await expect(decide(() => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
  });
});
