import { appendFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crashing, TYPES } from '../support/alerts.ts';
import { binary, DEAD_LETTER } from '../support/events.ts';
import { type RunningFunction, runToExit, startFunction } from '../support/function.ts';
import { type HttpResponse, readEvent } from '../support/http.ts';
import { copyTiny } from '../support/tiny.ts';

const EXIT_CONFIG = 78;
const NEVER = 1e9; // a halting logit that no model reaches
const WATCHDOG = { alertname: 'Watchdog', labels: { alertname: 'Watchdog', severity: 'none' } };
/** The card's thresholds as the tests need them: the tiny model's own confidence is not what they are about. */
const BOLD = { thresholds: { none: 0, observe: 0, mutating: 0 }, haltLogit: NEVER };
const SHY = { thresholds: { none: 1.1, observe: 1.1, mutating: 1.1 }, haltLogit: NEVER };

interface Decided {
  readonly lambda_function?: string;
  readonly parameters?: object;
  readonly reason?: string;
  readonly attempts: readonly {
    readonly method: string;
    readonly trace?: readonly { readonly answer: string; readonly halt_probability: number }[];
  }[];
}

const asks = (alert: object, attempts: readonly object[] = []) => binary({ type: TYPES.trm }, { alert, attempts });

function read(answer: HttpResponse): { type: string; data: Decided } {
  expect(answer.status).toBe(200);
  const { attributes, data } = readEvent(answer.headers, answer.text);
  return { type: attributes.type ?? '', data: data as Decided };
}

function startWith(change: object, environment: Readonly<Record<string, string>> = {}): Promise<RunningFunction> {
  const folder = copyTiny((card) => ({ ...card, ...change }));
  return startFunction('trm-reason', { MODELS_DIR: folder, TRM_MAX_ITERATIONS: '3', TRM_THREADS: '1', ...environment });
}

describe('with a model', () => {
  let bold: RunningFunction;

  beforeAll(async () => {
    bold = await startWith(BOLD);
  });
  afterAll(async () => {
    expect(await bold.stop()).toBe(0);
  });

  it('readiness says so', async () => {
    const { status, text } = await bold.send({ method: 'GET', path: '/health/readiness' });
    expect({ status, ...JSON.parse(text) }).toEqual({ status: 'ready', model: 'ready' });
  });

  it('a call is selected, and how it was found stands in the attempt', async () => {
    const { type, data } = read(await bold.send(asks(crashing)));
    expect(type).toBe(TYPES.selected);
    expect(data).toMatchObject({
      ...{ lambda_function: 'pod-restart', method: 'trm' },
      parameters: { name: 'checkout-7c9f8d5b6-x2x7k', namespace: 'shop' },
    });
    const [attempt, ...others] = data.attempts;
    expect(others).toEqual([]);
    expect(attempt).toMatchObject({
      ...{ method: 'trm', outcome: 'selected', reason: 'answered', iterations: 3, parsing: 'json' },
      ...{ confidence: expect.any(Number), duration_ms: expect.any(Number), reasoning: 'restart the failing pod' },
    });
    expect(attempt?.trace).toHaveLength(3);
    for (const { answer, halt_probability } of attempt?.trace ?? []) {
      expect(answer).not.toContain('checkout'); // references, not values
      expect(halt_probability).toBeGreaterThanOrEqual(0);
      expect(halt_probability).toBeLessThanOrEqual(1);
    }
  });

  it('a confident "none" is recorded as unresolved', async () => {
    const { type, data } = read(await bold.send(asks(WATCHDOG)));
    expect({ type, reason: data.reason }).toEqual({ type: TYPES.unresolved, reason: 'no_action' });
    expect(data.attempts).toMatchObject([{ method: 'trm', outcome: 'none', reason: 'no_action', iterations: 3 }]);
  });

  it('the votes of the tiers before stay in front', async () => {
    const before = { method: 'static', outcome: 'abstained', reason: 'not_authorised' };
    const { data } = read(await bold.send(asks(crashing, [before])));
    expect(data.attempts.map(({ method }) => method)).toEqual(['static', 'trm']);
  });

  it('the same alert gets the same answer, alone and in a crowd', async () => {
    const decided = async (alert: object) => {
      const { type, data } = read(await bold.send(asks(alert)));
      return { type, call: [data.lambda_function, data.parameters], trace: data.attempts[0]?.trace };
    };
    const alone = await decided(crashing);
    const crowd = await Promise.all([crashing, WATCHDOG, crashing, crashing].map(decided));
    expect([crowd[0], crowd[2], crowd[3]]).toEqual([alone, alone, alone]);
    expect(crowd[1]?.type).toBe(TYPES.unresolved);
  });

  it('a dead letter of alert-router is decided; a resolved alert is not', async () => {
    const dead = await bold.send(binary({ type: TYPES.fired }, crashing));
    expect(read(dead).type).toBe(TYPES.selected);
    const resolved = await bold.send(binary({ type: TYPES.fired }, { ...crashing, status: 'resolved' }, DEAD_LETTER));
    expect(resolved.status).toBeLessThan(300);
    expect(resolved.text).toBe('');
  });

  it('a log line tells the decision, and the metrics count it', async () => {
    const line = { msg: 'event', type: TYPES.trm, answer: TYPES.selected, reason: 'answered' };
    await expect.poll(() => bold.log()).toContainEqual(expect.objectContaining(line));
    const { text } = await bold.send({ method: 'GET', path: '/metrics' });
    expect(text).toMatch(/agent_sre_decisions_total\{method="trm",outcome="selected",reason="answered",.*\} [1-9]/);
  });
});

describe('with a model that is not sure', () => {
  it('the next tier is asked; TRM_MIN_CONFIDENCE lowers the bar, but not for mutating functions', async () => {
    const shy = await startWith(SHY, { TRM_MIN_CONFIDENCE: '0' });
    expect(read(await shy.send(asks(WATCHDOG))).type).toBe(TYPES.unresolved);
    const { type, data } = read(await shy.send(asks(crashing)));
    expect(type).toBe(TYPES.gemma);
    expect(data.attempts).toMatchObject([
      {
        method: 'trm',
        outcome: 'abstained',
        reason: 'below_threshold',
        reasoning: expect.stringMatching(/^leans to pod-restart \(confidence 0\.\d{3} of 1\.100\)$/),
      },
    ]);
    await shy.stop();
  });
});

describe('a run that takes long', () => {
  it('keeps nothing from answering health, and ends at the deadline; the next one works', async () => {
    const tiny = copyTiny((card) => {
      const configuration = { ...card.configuration, latentCycles: 2_000 };
      return { ...card, ...BOLD, configuration, haltLogit: 1_000 };
    });
    const limits = { TRM_MAX_ITERATIONS: '32', TRM_TIMEOUT_MS: '700', TRM_THREADS: '1' };
    const slow = await startFunction('trm-reason', { MODELS_DIR: tiny, ...limits });
    let running = true;
    const answer = slow.send(asks(crashing)).finally(() => {
      running = false;
    });
    for (let probe = 0; probe < 3; probe++) {
      const started = performance.now();
      expect(await slow.send({ method: 'GET', path: '/health/liveness' })).toMatchObject({ status: 200 });
      expect(running).toBe(true);
      expect(performance.now() - started).toBeLessThan(1_000);
    }
    const { type, data } = read(await answer);
    expect(type).toBe(TYPES.gemma);
    expect(data.attempts).toMatchObject([{ method: 'trm', outcome: 'abstained', reason: 'timed_out' }]);
    const next = read(await slow.send(asks(crashing)));
    expect(next.data.attempts).toMatchObject([{ reason: expect.stringMatching(/^(unavailable|timed_out)$/) }]);
    const health = async () => JSON.parse((await slow.send({ method: 'GET', path: '/health/readiness' })).text);
    await expect.poll(health, { timeout: 10_000 }).toEqual({ status: 'ready', model: 'ready' });
    expect(await slow.stop()).toBe(0);
    const errors = slow.log().filter(({ level }) => level === 'error' || level === 'fatal');
    for (const { msg } of errors) expect(msg).toMatch(/^the model is unavailable \(no answer within 700 ms\)/);
  });
});

describe('a graph that cannot be run', () => {
  it('is no reason to wait: it is ready, says so, and asks the next tier at once', async () => {
    const tiny = copyTiny((card) => ({ ...card, configuration: { ...card.configuration, hidden: 7 } }));
    const broken = await startFunction('trm-reason', { MODELS_DIR: tiny, TRM_THREADS: '1' });
    const { text } = await broken.send({ method: 'GET', path: '/health/readiness' });
    expect(JSON.parse(text)).toEqual({ status: 'ready', model: 'unavailable' });
    const asked = performance.now();
    const { type, data } = read(await broken.send(asks(crashing)));
    expect(performance.now() - asked).toBeLessThan(1_000);
    expect(type).toBe(TYPES.gemma);
    expect(data.attempts).toMatchObject([{ method: 'trm', outcome: 'abstained', reason: 'unavailable' }]);
    await broken.stop();
  });
});

describe('without a model', () => {
  it('it is ready, and asks the next tier', async () => {
    const bare = await startFunction('trm-reason', { MODELS_DIR: mkdtempSync(join(tmpdir(), 'no-model-')) });
    const { text } = await bare.send({ method: 'GET', path: '/health/readiness' });
    expect(JSON.parse(text)).toEqual({ status: 'ready', model: 'model_not_installed' });
    const { type, data } = read(await bare.send(asks(crashing)));
    expect(type).toBe(TYPES.gemma);
    expect(data.attempts).toMatchObject([{ method: 'trm', outcome: 'abstained', reason: 'model_not_installed' }]);
    await bare.stop();
  });
});

describe('a model that the catalogue has outgrown', () => {
  const outgrown = () =>
    copyTiny((card) => ({ ...card, functions: { ...Object(card.functions), 'node-cordon': '0' } }));

  it('it is ready, says why it decides nothing, and every alert goes on with that reason', async () => {
    const outdated = await startFunction('trm-reason', { MODELS_DIR: outgrown() });
    const { text } = await outdated.send({ method: 'GET', path: '/health/readiness' });
    expect(JSON.parse(text)).toEqual({ status: 'ready', model: 'model_outdated' });
    const { type, data } = read(await outdated.send(asks(crashing)));
    expect(type).toBe(TYPES.gemma);
    expect(data.attempts).toMatchObject([{ method: 'trm', outcome: 'abstained', reason: 'model_outdated' }]);
    await outdated.stop();
  });
});

describe('a model that does not fit', () => {
  it.each<[string, () => string, string]>([
    ['with changed weights', () => changed('trm.onnx'), 'trm.onnx is not the file that trm.json describes'],
    [
      'with a card that is cut off',
      () => copyTiny(({ format }) => ({ format })),
      'trm.json must have required property',
    ],
  ])('%s: exit 78, and the log says what to do', async (_, folder, expected) => {
    const { code, log } = await runToExit('trm-reason', { MODELS_DIR: folder() });
    expect(code).toBe(EXIT_CONFIG);
    const message = expect.stringMatching(new RegExp(`${expected}.*; train it again`));
    expect(log.at(-1)).toMatchObject({ level: 'fatal', code: 'ASRE_MODEL_INVALID', err: { message } });
  });
});

function changed(file: string): string {
  const folder = copyTiny();
  appendFileSync(join(folder, file), '\0');
  return folder;
}
