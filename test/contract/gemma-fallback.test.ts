import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { crashing, TYPES } from '../support/alerts.ts';
import { binary, DEAD_LETTER } from '../support/events.ts';
import { PLAIN, type RunningFunction, startFunction } from '../support/function.ts';
import { makeGemma } from '../support/gemma.ts';
import { type HttpResponse, readEvent } from '../support/http.ts';

/** The tiny model's own confidence is that of dice. */
const BOLD = { GEMMA_MIN_CONFIDENCE: '0', GEMMA_MIN_CONFIDENCE_MUTATING: '0', GEMMA_MIN_CALL_PROBABILITY: '0' };
const SETTINGS = { RUNBOOK_DIR: PLAIN.RUNBOOK_DIR, GEMMA_THREADS: '1' };

interface Decided {
  readonly alert: object;
  readonly attempts: readonly {
    readonly method: string;
    readonly outcome: string;
    readonly reason: string;
    readonly reasoning?: string;
  }[];
}

const asks = (alert: object) => binary({ type: TYPES.gemma }, { alert, attempts: [] });

function read(answer: HttpResponse): { type: string; data: Decided } {
  expect(answer.status).toBe(200);
  const { attributes, data } = readEvent(answer.headers, answer.text);
  return { type: attributes.type ?? '', data: data as Decided };
}

async function readiness(running: RunningFunction): Promise<unknown> {
  return JSON.parse((await running.send({ method: 'GET', path: '/health/readiness' })).text);
}

describe('with a model directory of the published layout', () => {
  let bold: RunningFunction;

  beforeAll(async () => {
    bold = await startFunction('gemma-fallback', { ...SETTINGS, ...BOLD, GEMMA_MODEL_DIR: makeGemma() });
  });
  afterAll(async () => {
    expect(await bold.stop()).toBe(0);
  });

  it('readiness says so', async () => {
    expect(await readiness(bold)).toEqual({ status: 'ready', model: 'ready' });
  });

  it('answers the same alert the same, by a call or a no whose slots are told', async () => {
    const { data, type } = read(await bold.send(asks(crashing)));
    expect([TYPES.selected, TYPES.unresolved, TYPES.rules]).toContain(type);
    const [attempt, ...others] = data.attempts;
    expect(others).toEqual([]);
    expect(attempt).toMatchObject({ method: 'gemma', parsing: 'slots', confidence: expect.any(Number) });
    const { data: again } = read(await bold.send(asks(crashing)));
    expect(again.attempts[0]).toEqual({ ...attempt, duration_ms: expect.any(Number) });
  });

  it("takes TRM's dead letter, and records TRM's failure before its own vote", async () => {
    const letter = binary({ type: TYPES.trm, ...DEAD_LETTER }, { alert: crashing, attempts: [] });
    const { data } = read(await bold.send(letter));
    expect(data.attempts).toMatchObject([
      { method: 'trm', outcome: 'abstained', reason: 'undelivered' },
      { method: 'gemma', parsing: 'slots' },
    ]);
  });

  it('abstains where no label names a target, without asking the model', async () => {
    const { type, data } = read(await bold.send(asks({ alertname: 'Slow', labels: { alertname: 'Slow', team: 'a' } })));
    expect(type).toBe(TYPES.rules);
    expect(data.attempts).toMatchObject([{ method: 'gemma', outcome: 'abstained', reason: 'missing_label' }]);
  });
});

describe('a worker', () => {
  const DEADLINE_MS = 2_000;
  /** Runs in the worker before its own code: the pod's name says what it does with the order. */
  const FAULTS = `import { isMainThread, parentPort } from 'node:worker_threads';
    const faults = { 'pod: hangs': () => { for (;;); }, 'pod: ends': () => process.exit(3), 'pod: throws': () => { throw new Error('on purpose'); } };
    if (!isMainThread) parentPort.on('message', (order) => {
      for (const [sign, fault] of Object.entries(faults)) if (order.input?.suffix.text.includes(sign)) fault();
    });`;
  const named = (pod: string) => asks({ ...crashing, labels: { ...crashing.labels, pod } });

  it.each([
    ['hangs', 'timed_out'],
    ['ends', 'failed'],
    ['throws', 'failed'],
  ])(
    'that %s: the alert goes on to the rules within the deadline, and the next ones are answered',
    async (pod, reason) => {
      const environment = { ...SETTINGS, ...BOLD, GEMMA_MODEL_DIR: makeGemma(), GEMMA_TIMEOUT_MS: String(DEADLINE_MS) };
      const running = await startFunction('gemma-fallback', environment, FAULTS);
      const started = performance.now();
      const { type, data } = read(await running.send(named(pod)));
      expect(performance.now() - started).toBeLessThan(DEADLINE_MS + 1_000);
      expect(type).toBe(TYPES.rules);
      expect(data.attempts).toMatchObject([{ method: 'gemma', outcome: 'abstained', reason }]);
      const { data: next } = read(await running.send(asks(crashing)));
      expect(next.attempts).toHaveLength(1);
      await vi.waitFor(
        async () =>
          expect(read(await running.send(asks(crashing))).data.attempts).toMatchObject([{ parsing: 'slots' }]),
        { timeout: 20_000, interval: 100 },
      );
      expect(await running.stop()).toBe(0);
    },
  );
});

describe('a model directory with a fault', () => {
  const broken = (change: (folder: string) => void): string => {
    const folder = makeGemma();
    change(folder);
    return folder;
  };
  it.each<[string, (folder: string) => void, RegExp]>([
    [
      'no graph',
      (folder) => rmSync(join(folder, 'onnx/model.onnx')),
      /model_q4\.onnx or onnx\/model\.onnx: is missing/,
    ],
    ['no weights beside it', (folder) => rmSync(join(folder, 'onnx/model.onnx_data')), /model\.onnx_data: is missing/],
    [
      'weights cut off',
      (folder) => writeFileSync(join(folder, 'onnx/model.onnx_data'), 'x'),
      /model\.onnx: cannot be loaded/,
    ],
    [
      'the tokenizer of plain Gemma',
      (folder) => rewrite(folder, 'tokenizer.json', '<start_function_call>', '<unused7>'),
      /tokenizer\.json: <start_function_call> is not a token/,
    ],
    ['another model', (folder) => rewrite(folder, 'config.json', 'gemma3_text', 'llama'), /config\.json: model_type/],
    [
      'a self-test that it does not pass',
      (folder) => writeFileSync(join(folder, 'self-test.json'), '{"prompt": "<bos>a", "ids": [0, 0, 0, 0]}'),
      /does not go on as self-test\.json has it/,
    ],
  ])('%s: one error that names the file and the fix, and it abstains', async (_, change, expected) => {
    const environment = { ...SETTINGS, GEMMA_MODEL_DIR: broken(change) };
    const running = await startFunction('gemma-fallback', environment);
    const { type, data } = read(await running.send(asks(crashing)));
    expect(type).toBe(TYPES.rules);
    expect(data.attempts).toMatchObject([{ outcome: 'abstained', reason: 'model_not_installed' }]);
    expect(data.attempts[0]?.reasoning).toMatch(expected);
    const logged = () => running.log().filter(({ level }) => level === 'error' || level === 50);
    await expect.poll(logged).toHaveLength(1);
    const errors = logged();
    expect(errors[0]?.msg).toMatch(expected);
    expect(errors[0]?.msg).toMatch(/see docs\/gemma\.md\)$/);
    expect(await running.stop()).toBe(0);
  });
});

function rewrite(folder: string, name: string, from: string, to: string): void {
  const path = join(folder, name);
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(from, to));
}
