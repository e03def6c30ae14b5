import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeAlert } from '../../functions/trm-reason/encode.ts';
import { type Engine, EngineFailure, startEngine } from '../../functions/trm-reason/engine.ts';
import type { WorkerSettings } from '../../functions/trm-reason/messages.ts';
import { loadModel } from '../../functions/trm-reason/model.ts';
import { decideByModel } from '../../functions/trm-reason/reason.ts';
import { decodeAnswer } from '../../functions/trm-reason/tokenizer.ts';
import type { Alert } from '../../shared/alert/alert.ts';
import { copyTiny, runbook } from '../support/tiny.ts';

const NEVER = 1e9; // a halting logit that no model reaches
const LONG_MS = 20_000;

const model = loadTiny();
const { hidden, answerLength, latentCycles, answerCycles } = model.card.configuration;
const settings: WorkerSettings = {
  ...{ weights: model.weights, threads: 1, hidden, prefixLength: 1 + answerLength, latentCycles, answerCycles },
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

async function failureOf(answer: Promise<unknown>): Promise<string> {
  const error = await answer.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(EngineFailure);
  return error instanceof EngineFailure ? error.reason : '';
}

describe('the model in its worker', () => {
  let engine: Engine;

  beforeAll(async () => {
    engine = await startEngine(settings, LONG_MS);
  });
  afterAll(() => engine.close());

  it('answers the same alert the same', async () => {
    const first = await engine.reason(tokens);
    expect(await engine.reason(tokens)).toEqual(first);
    const other = await startEngine(settings, LONG_MS);
    expect(await other.reason(tokens)).toEqual(first);
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
        const steps = await engine.reason(input);
        order.push(index);
        return steps;
      }),
    );
    expect(order).toEqual([0, 1, 2, 3]);
    for (const [index, input] of inputs.entries()) expect(together[index]).toEqual(await engine.reason(input));
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
    const engine = await startEngine(settings, LONG_MS);
    expect(await failureOf(engine.reason([...tokens, token]))).toContain('failed');
    expect(await engine.reason(tokens)).toHaveLength(3);
    await engine.close();
  });
});

describe('iterations', () => {
  const steps = async (changed: Partial<WorkerSettings>) => {
    const engine = await startEngine({ ...settings, ...changed }, LONG_MS);
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

/** Stands in for the worker; the first token says what it does. `weights` names a file that its first start leaves. */
const STUB = `
const { existsSync, writeFileSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');
const again = existsSync(workerData.weights);
writeFileSync(workerData.weights, '');
if (again && workerData.threads === 2) throw new Error('broken at the second start');
parentPort.on('message', ({ id, tokens, stop }) => {
  if (stop) process.exit(0);
  const [what] = tokens;
  if (what === 1) for (;;);
  if (what === 2) throw new Error('broken on purpose');
  if (what === 3) process.exit(3);
  if (what === 4) parentPort.postMessage({ id: id - 1, steps: [] });
  parentPort.postMessage({ id, steps: [{ ids: [what], logProbabilities: [0], haltLogit: again ? 1 : 0 }] });
});
parentPort.postMessage({ ready: true });
`;
const [HANGS, THROWS, EXITS, STALE, ANSWERS] = [1, 2, 3, 4, 5];

describe('a worker that breaks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  const file = join(folder, 'stub.cjs');
  const mark = join(folder, 'started');
  writeFileSync(file, STUB);
  afterAll(() => rmSync(folder, { recursive: true }));

  async function withStub(timeoutMs: number, use: (engine: Engine) => Promise<void>, threads = 1): Promise<void> {
    rmSync(mark, { force: true });
    const engine = await startEngine({ ...settings, weights: mark, threads }, timeoutMs, file);
    await use(engine);
    await engine.close();
  }
  const fresh = [{ ids: [ANSWERS], logProbabilities: [0], haltLogit: 0 }];
  const replaced = [{ ids: [ANSWERS], logProbabilities: [0], haltLogit: 1 }];

  it('past the deadline: timed out, and the next alert gets a new one', () =>
    withStub(1_000, async (engine) => {
      expect(await engine.reason([ANSWERS])).toEqual(fresh);
      expect(await failureOf(engine.reason([HANGS]))).toBe('timed_out');
      expect(await engine.reason([ANSWERS])).toEqual(replaced);
    }));

  it('past the deadline: who waits behind it times out too, by a deadline of its own', () =>
    withStub(600, async (engine) => {
      const waiting = [engine.reason([HANGS]), engine.reason([ANSWERS]), engine.reason([ANSWERS])];
      expect(await Promise.all(waiting.map(failureOf))).toEqual(['timed_out', 'timed_out', 'timed_out']);
      await expect.poll(() => engine.reason([ANSWERS]).catch(() => undefined), { timeout: 5_000 }).toEqual(replaced);
    }));

  it('a model in the middle of its steps is ended by the deadline, and the process lives', async () => {
    const engine = await startEngine({ ...settings, maxIterations: 1_000_000 }, 200);
    for (let round = 0; round < 3; round++) expect(await failureOf(engine.reason(tokens))).toBe('timed_out');
    const last = failureOf(engine.reason(tokens));
    await engine.close();
    expect(await last).toBe('failed');
  });

  it.each([
    ['by an error', THROWS],
    ['by ending', EXITS],
  ])('%s: that alert failed, and those behind it are answered by a new one', (_, how) =>
    withStub(LONG_MS, async (engine) => {
      const [broken, ...behind] = [engine.reason([how]), engine.reason([ANSWERS]), engine.reason([ANSWERS])];
      expect(await failureOf(broken)).toBe('failed');
      expect(await Promise.all(behind)).toEqual([replaced, replaced]);
      expect(await failureOf(engine.reason([how]))).toBe('failed');
      expect(await engine.reason([ANSWERS])).toEqual(replaced);
    }),
  );

  it('and cannot be started again: alerts fail, none hangs, and the next one tries again', () =>
    withStub(
      LONG_MS,
      async (engine) => {
        const both = [engine.reason([THROWS]), engine.reason([ANSWERS])];
        expect(await Promise.all(both.map(failureOf))).toEqual(['failed', 'failed']);
        expect(await failureOf(engine.reason([ANSWERS]))).toBe('failed');
        rmSync(mark);
        expect(await engine.reason([ANSWERS])).toEqual(fresh);
      },
      2,
    ));

  it('an answer to another alert is no answer', () =>
    withStub(LONG_MS, async (engine) => {
      expect(await engine.reason([STALE])).toEqual([{ ids: [STALE], logProbabilities: [0], haltLogit: 0 }]);
    }));

  it.each([
    ['a file that is not there', settings, '/nowhere/worker.js'],
    ['weights that are not there', { ...settings, weights: '/nowhere/trm.onnx' }, undefined],
    ['weights that are no graph', { ...settings, weights: file }, undefined],
    ['a graph of another width', { ...settings, hidden: hidden + 1 }, undefined],
  ])('at the start, by %s: no engine', async (_, given, from) => {
    await expect(startEngine(given, LONG_MS, from)).rejects.toThrow();
  });

  it('at the start, by ending: no engine', async () => {
    const ending = join(folder, 'ending.cjs');
    writeFileSync(ending, 'process.exit(4);');
    await expect(startEngine(settings, LONG_MS, ending)).rejects.toThrow('ended with 4 before it was ready');
  });
});

describe('close', () => {
  it('ends the thread, and fails what still waits', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'engine-'));
    const beat = join(folder, 'beat');
    const file = join(folder, 'beating.cjs');
    writeFileSync(
      file,
      `const { writeFileSync } = require('node:fs');
      const { parentPort } = require('node:worker_threads');
      setInterval(() => writeFileSync(${JSON.stringify(beat)}, ''), 10);
      parentPort.on('message', ({ stop }) => stop && process.exit(0));
      parentPort.postMessage({ ready: true });`,
    );
    const engine = await startEngine(settings, LONG_MS, file);
    const waiting = failureOf(engine.reason([1]));
    await expect.poll(() => existsSync(beat)).toBe(true);
    await engine.close();
    expect(await waiting).toBe('failed');
    rmSync(beat);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(existsSync(beat)).toBe(false);
  });
});
