import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeAlert } from '../../functions/trm-reason/encode.ts';
import { startTrmEngine, type TrmEngine, type WorkerSettings } from '../../functions/trm-reason/engine.ts';
import { loadModel } from '../../functions/trm-reason/model.ts';
import { decideByModel } from '../../functions/trm-reason/reason.ts';
import { decodeAnswer } from '../../functions/trm-reason/tokenizer.ts';
import type { Alert } from '../../shared/alert/alert.ts';
import { EngineFailure } from '../../shared/reasoning/engine.ts';
import { copyTiny, runbook } from '../support/tiny.ts';

const NEVER = 1e9; // a halting logit that no model reaches
const LONG_MS = 20_000;

const model = loadTiny();
const { hidden, answerLength, inputLength, latentCycles, answerCycles } = model.card.configuration;
const settings: WorkerSettings = {
  ...{ weights: model.weights, threads: 1, hidden, prefixLength: 1 + answerLength, inputLength },
  ...{ latentCycles, answerCycles },
  ...{ haltLogit: NEVER, maxIterations: 3, vocabularySize: model.vocabulary.tokens.length },
};
const crashing: Alert = {
  alertname: 'KubePodCrashLooping',
  status: 'firing',
  labels: { alertname: 'KubePodCrashLooping', severity: 'warning', namespace: 'shop', pod: 'checkout-7c9f8d5b6-x2x7k' },
  annotations: {},
};
const tokens = encodeAlert(model.vocabulary, crashing, model.reading);

function loadTiny() {
  const loaded = loadModel(copyTiny(), runbook);
  if (loaded === undefined) throw new Error('there is no tiny model');
  return loaded;
}

async function load(given: WorkerSettings, alertMs: number): Promise<TrmEngine> {
  const engine = startTrmEngine(given, alertMs, () => {});
  await engine.loaded;
  return engine;
}

/** What the model wrote, without how long it took. */
async function stepsOf(engine: TrmEngine, input: readonly number[]) {
  return (await engine.reason(input)).map(({ ms: _, ...step }) => step);
}

async function failureOf(answer: Promise<unknown>): Promise<string> {
  const error = await answer.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(EngineFailure);
  return error instanceof EngineFailure ? error.reason : '';
}

describe('the model in its worker', () => {
  let engine: TrmEngine;

  beforeAll(async () => {
    engine = await load(settings, LONG_MS);
  });
  afterAll(() => engine.close());

  it('answers the same alert the same', async () => {
    const first = await stepsOf(engine, tokens);
    expect(await stepsOf(engine, tokens)).toEqual(first);
    const other = await load(settings, LONG_MS);
    expect(await stepsOf(other, tokens)).toEqual(first);
    await other.close();
  });

  it('writes an answer at every step, of as many ids as there are slots', async () => {
    const steps = await engine.reason(tokens);
    expect(steps).toHaveLength(3);
    for (const { ids, haltLogit } of steps) {
      expect(ids).toHaveLength(answerLength);
      expect(Number.isFinite(haltLogit)).toBe(true);
    }
    expect(decodeAnswer(model.vocabulary, steps.at(-1)?.ids ?? [])).toMatch(/^\{"lambda_function":"pod-restart"/);
  });

  it('answers alerts that come at once each for itself, in their order', async () => {
    const inputs = [tokens, tokens.slice(0, 5), tokens.slice(0, 2), tokens];
    const order: number[] = [];
    const together = await Promise.all(
      inputs.map(async (input, index) => {
        const steps = await stepsOf(engine, input);
        order.push(index);
        return steps;
      }),
    );
    expect(order).toEqual([0, 1, 2, 3]);
    for (const [index, input] of inputs.entries()) expect(together[index]).toEqual(await stepsOf(engine, input));
  });

  it('of ids that the model does not have fails, and answers the next', async () => {
    expect(await failureOf(engine.reason([1_000_000]))).toBe('failed');
    expect(await engine.reason(tokens)).toHaveLength(3);
  });

  it('decides an alert like the function does', async () => {
    const thresholds = { none: 0, observe: 0, mutating: 0 };
    const decision = await decideByModel(engine, model, runbook, crashing, thresholds);
    expect(decision).toMatchObject({
      ...{ outcome: 'selected', lambda_function: 'pod-restart', iterations: 3, parsing: 'json' },
      parameters: { name: 'checkout-7c9f8d5b6-x2x7k', namespace: 'shop' },
    });
  });
});

describe('a token outside the vocabulary', () => {
  it.each([-1, model.vocabulary.tokens.length, Number.NaN])('%s fails its alert and no other', async (token) => {
    const engine = await load(settings, LONG_MS);
    expect(await failureOf(engine.reason([...tokens, token]))).toContain('failed');
    expect(await engine.reason(tokens)).toHaveLength(3);
    await engine.close();
  });
});

describe('iterations', () => {
  const steps = async (changed: Partial<WorkerSettings>) => {
    const engine = await load({ ...settings, ...changed }, LONG_MS);
    const answer = await engine.reason(tokens);
    await engine.close();
    return answer;
  };

  it('end at the limit where the model is never sure', async () => {
    expect(await steps({ maxIterations: 1 })).toHaveLength(1);
    expect(await steps({ maxIterations: 7 })).toHaveLength(7);
  });

  it('end as soon as the halting logit is reached', async () => {
    expect(await steps({ haltLogit: -NEVER, maxIterations: 7 })).toHaveLength(1);
    const logits = (await steps({ maxIterations: 7 })).map(({ haltLogit }) => haltLogit);
    const highest = Math.max(...logits);
    expect(await steps({ haltLogit: highest, maxIterations: 7 })).toHaveLength(logits.indexOf(highest) + 1);
  });
});

describe('a run past the deadline', () => {
  it('is ended between two steps, and the process lives', async () => {
    const reports: string[] = [];
    const engine = startTrmEngine({ ...settings, maxIterations: 1_000_000 }, 200, (message) => reports.push(message));
    await engine.loaded;
    for (let round = 1; round <= 2; round++) {
      await expect.poll(engine.health, { timeout: 10_000 }).toBe('ready');
      expect(await failureOf(engine.reason(tokens))).toBe('timed_out');
      await expect.poll(() => reports.length).toBe(round);
    }
    await engine.close();
  });
});

describe('a model that cannot be loaded', () => {
  it.each([
    ['weights that are not there', { weights: '/nowhere/trm.onnx' }],
    ['weights that are not a graph', { weights: import.meta.filename }],
    ['a graph of another width', { hidden: hidden + 1 }],
  ])('by %s: the engine is unavailable', async (_, changed) => {
    const engine = startTrmEngine({ ...settings, ...changed }, LONG_MS, () => {});
    await expect(engine.loaded).rejects.toThrow();
    expect(engine.health()).toBe('unavailable');
    await engine.close();
  });
});
