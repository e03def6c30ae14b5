import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Engine, EngineFailure, type EngineOptions, startEngine } from '../../shared/reasoning/engine.ts';
import { pauseMs } from '../../shared/reasoning/supervisor.ts';

/** Stands in for a model: the input says what the worker does with it, the file `started` how often it was started. */
const FAKE = `
const { appendFileSync, readFileSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');
appendFileSync(workerData.started, 'x');
const start = readFileSync(workerData.started).length;
const post = (reply) => parentPort.postMessage(reply);
if (workerData.broken?.includes(start)) throw new Error('no model in it');
if (workerData.hanging?.includes(start)) for (;;);
let answered = 0;
parentPort.on('message', async ({ id, input, stop }) => {
  if (stop) process.exit(0);
  if (input === 'hangs') for (;;);
  if (input === 'throws') throw new Error('broken on purpose');
  if (input === 'ends') process.exit(3);
  if (input === 'fails') return post({ kind: 'failed', id, message: 'not this one' });
  if (input === 'shouts') return post('not a reply');
  if (input === 'garbage') return post({ kind: 'answer', id, answer: [{}] });
  if (input === 'stale') post({ kind: 'answer', id: id - 1, answer: 'of another alert' });
  for (let step = 0; input === 'slow' && step < 24; step++) {
    post({ kind: 'progress', id });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (++answered > workerData.most) throw new Error('broken at last');
  post({ kind: 'answer', id, answer: 'start ' + start });
});
post({ kind: 'ready' });
`;

const folder = mkdtempSync(join(tmpdir(), 'engine-'));
const started = join(folder, 'started');
const file = join(folder, 'fake.cjs');
writeFileSync(file, FAKE);
afterAll(() => rmSync(folder, { recursive: true }));

let reports: string[];
beforeEach(() => {
  rmSync(started, { force: true });
  reports = [];
});

const isText = (value: unknown): value is string => typeof value === 'string';

function engineOf(model: object = {}, limits: Partial<EngineOptions<string>> = {}): Engine<string, string> {
  const settings = { started, most: 1_000, ...model };
  const options = { file, settings, loadMs: 5_000, alertMs: 5_000, stallMs: 2_000, isAnswer: isText };
  return startEngine({ ...options, report: (message) => reports.push(message), ...limits });
}

async function using(engine: Engine<string, string>, use: () => Promise<void>): Promise<void> {
  await engine.loaded.catch(() => undefined);
  await use().finally(() => engine.close());
}

async function failureOf(answer: Promise<unknown>): Promise<string> {
  const failure = await answer.then(
    (value) => `answered ${String(value)}`,
    (error: unknown) => error,
  );
  return failure instanceof EngineFailure ? failure.reason : String(failure);
}

const isReady = (engine: Engine<string, string>) => expect.poll(engine.health, { timeout: 10_000 }).toBe('ready');

describe('a model that works', () => {
  it('is asked once it is loaded, and says that it is', async () => {
    const engine = engineOf();
    expect([engine.health(), await failureOf(engine.reason('x'))]).toEqual(['starting', 'unavailable']);
    await using(engine, async () => {
      expect([engine.health(), await engine.reason('x')]).toEqual(['ready', 'start 1']);
    });
  });

  it('answers one alert after the other, in their order', async () => {
    const engine = engineOf();
    await using(engine, async () => {
      const order: number[] = [];
      await Promise.all([0, 1, 2, 3].map((index) => engine.reason('x').then(() => order.push(index))));
      expect(order).toEqual([0, 1, 2, 3]);
    });
  });

  it('is not taken for hung while it makes progress, however long it takes', async () => {
    const engine = engineOf({}, { stallMs: 240 });
    await using(engine, async () => {
      expect(await engine.reason('slow')).toBe('start 1');
    });
  });

  it('is kept where an alert waited past its deadline', async () => {
    const engine = engineOf();
    await using(engine, async () => {
      const slow = engine.reason('slow');
      expect(await failureOf(engine.reason('x', AbortSignal.timeout(100)))).toBe('timed_out');
      expect([await slow, await engine.reason('x'), engine.health()]).toEqual(['start 1', 'start 1', 'ready']);
    });
  });

  it.each([
    ['an input that it refuses', 'fails', 'failed'],
    ['an answer to another alert', 'stale', 'answered start 1'],
  ])('is kept after %s', async (_, input, outcome) => {
    const engine = engineOf();
    await using(engine, async () => {
      expect([await failureOf(engine.reason(input)), await engine.reason('x')]).toEqual([outcome, 'start 1']);
    });
  });
});

describe('a model that breaks', () => {
  it.each([
    ['hangs', 'timed_out', 'no progress within 300 ms'],
    ['throws', 'failed', 'broken on purpose'],
    ['ends', 'failed', 'the worker ended with 3'],
    ['shouts', 'failed', 'the worker said what no worker says'],
    ['garbage', 'failed', 'the answer is not one of this model'],
  ])('over an alert that %s: that one %s, those behind it are not kept waiting', async (input, outcome, why) => {
    const engine = engineOf({}, { stallMs: 300 });
    await using(engine, async () => {
      const began = performance.now();
      const answers = [engine.reason(input), engine.reason('x'), engine.reason('x')];
      expect(await Promise.all(answers.map(failureOf))).toEqual([outcome, 'unavailable', 'unavailable']);
      expect(engine.health()).toBe('unavailable');
      const asked = performance.now();
      expect(await failureOf(engine.reason('x'))).toBe('unavailable');
      expect(performance.now() - asked).toBeLessThan(50);
      expect(asked - began).toBeLessThan(2_000);
      await isReady(engine);
      expect(await engine.reason('x')).toBe('start 2');
      expect(reports).toEqual([expect.stringContaining(why)]);
    });
  });

  it('at its third alert is started again', async () => {
    const engine = engineOf({ most: 2 });
    await using(engine, async () => {
      const outcomes = [];
      for (let alert = 0; alert < 3; alert++) outcomes.push(await failureOf(engine.reason('x')));
      expect(outcomes).toEqual(['answered start 1', 'answered start 1', 'failed']);
      await isReady(engine);
      expect(await engine.reason('x')).toBe('start 2');
    });
  });

  it('over every alert is started ever more rarely', async () => {
    const engine = engineOf({ most: 0 });
    await using(engine, async () => {
      expect(await failureOf(engine.reason('x'))).toBe('failed');
      await isReady(engine);
      expect(await failureOf(engine.reason('x'))).toBe('failed');
      await expect.poll(() => reports.at(-1)).toContain('it is started again in 1000 ms');
    });
    expect([1, 2, 3, 4, 8, 9].map(pauseMs)).toEqual([0, 1_000, 2_000, 4_000, 60_000, 60_000]);
  });

  it('over a run that only ever makes progress is started again', async () => {
    const engine = engineOf({}, { alertMs: 200 });
    await using(engine, async () => {
      expect(await failureOf(engine.reason('slow'))).toBe('timed_out');
      await expect.poll(() => reports).toEqual([expect.stringContaining('no answer within 200 ms')]);
      await isReady(engine);
    });
  });
});

describe('a model that cannot be loaded', () => {
  it.each([
    ['crashes', { broken: [1] }, 10_000, 'no model in it'],
    ['hangs', { hanging: [1] }, 1_000, 'the worker was not ready after 1000 ms'],
  ])('because it %s is unavailable, and loaded at the next try', async (_, model, loadMs, why) => {
    const engine = engineOf(model, { loadMs });
    await expect(engine.loaded).rejects.toThrow(why);
    await using(engine, async () => {
      await isReady(engine);
      expect(await engine.reason('x')).toMatch(/^start [2-4]$/); // a busy machine may need more than one try
    });
  });

  it.each([
    ['a file that is not there', '/nowhere/worker.js'],
    ['a worker that says nothing of the kind', join(folder, 'chatty.cjs')],
  ])('because of %s is unavailable', async (_, from) => {
    writeFileSync(join(folder, 'chatty.cjs'), `require('node:worker_threads').parentPort.postMessage('hello');`);
    const engine = engineOf({}, { file: from });
    await expect(engine.loaded).rejects.toThrow();
    expect([engine.health(), await failureOf(engine.reason('x'))]).toEqual(['unavailable', 'unavailable']);
    await engine.close();
  });
});

describe('close', () => {
  it('ends the thread, and fails what still waits', async () => {
    const beat = join(folder, 'beat');
    const beating = join(folder, 'beating.cjs');
    writeFileSync(
      beating,
      `const { writeFileSync } = require('node:fs');
      const { parentPort } = require('node:worker_threads');
      setInterval(() => writeFileSync(${JSON.stringify(beat)}, ''), 10);
      parentPort.on('message', ({ stop }) => stop && process.exit(0));
      parentPort.postMessage({ kind: 'ready' });`,
    );
    const engine = engineOf({}, { file: beating });
    await engine.loaded;
    const waiting = [engine.reason('x'), engine.reason('x')].map(failureOf);
    await expect.poll(() => existsSync(beat)).toBe(true);
    await engine.close();
    expect(await Promise.all(waiting)).toEqual(['failed', 'unavailable']);
    rmSync(beat);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(existsSync(beat)).toBe(false);
  });

  it('does not wait for a model that hangs while it is loaded', async () => {
    const engine = engineOf({ hanging: [1] }, { loadMs: 60_000 });
    await expect.poll(() => existsSync(started), { timeout: 5_000 }).toBe(true);
    const began = performance.now();
    await engine.close();
    await expect(engine.loaded).rejects.toThrow();
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  it('starts no other worker', async () => {
    const engine = engineOf({ most: 0 });
    await engine.loaded;
    expect(await failureOf(engine.reason('x'))).toBe('failed');
    await engine.close();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(engine.health()).toBe('unavailable');
  });
});
