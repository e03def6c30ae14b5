/** What trm-reason takes for an alert, on one thread: whole, per iteration, and beside its matrix products alone. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { encodeAlert } from '../functions/trm-reason/encode.ts';
import { loadModel, type Model } from '../functions/trm-reason/model.ts';
import { decideByModel, startModel, thresholdsOf } from '../functions/trm-reason/reason.ts';
import type { Alert } from '../shared/alert/alert.ts';
import { readConfig } from '../shared/config.ts';
import { loadRunbook } from '../shared/runbook/load.ts';
import type { Runbook } from '../shared/runbook/runbook.ts';
import { ROOT } from '../test/contract/function.ts';
import { drawSplit, materials } from '../training/data/split.ts';
import { coldStart } from './cold-start.ts';
import { type Latency, latencyOf } from './latency.ts';

export interface ModelResult {
  readonly alerts: number;
  /** From the alert to the decision. */
  readonly whole: Latency;
  readonly iterations: number;
  readonly iteration: Latency;
  /** Time of a step over that of its matrix products, as the runtime's profile of the same steps counts both. */
  readonly step_to_products: number;
  readonly session_create_ms: number;
  /** From the start of the process to readiness, and the memory that it holds after the alerts. */
  readonly ready_ms: number;
  readonly resident_mib: number;
}

export interface ModelPlan {
  readonly alerts: number;
  readonly steps: number;
  readonly starts: number;
}

const MODELS = join(ROOT, 'models');
const SEED = 7;
/** Limits far above what is measured: a slow machine is to be measured too. */
const SETTINGS = readConfig({ TRM_THREADS: '1', TRM_TIMEOUT_MS: '60000' });

/** Measures the installed model on alerts that it was not trained on; undefined where none is installed. */
export async function measureModel(plan: ModelPlan): Promise<ModelResult | undefined> {
  const runbook = loadRunbook(join(ROOT, 'runbook'), { entries: true });
  const model = loadModel(MODELS, runbook.catalogue);
  if (model === undefined) return undefined;
  const alerts = [...drawSplit(runbook, materials(runbook).valid, 'valid', plan.alerts, SEED)].map(
    ({ alert }) => alert,
  );
  const whole = await decideAll(runbook, model, alerts);
  const { step_to_products, session_create_ms } = await profileSteps(model, alerts.slice(0, plan.steps));
  return {
    alerts: alerts.length,
    ...whole,
    iteration: await iterateAll(model, alerts),
    step_to_products,
    session_create_ms,
    ...(await coldStart('trm-reason', { MODELS_DIR: MODELS, TRM_THREADS: '1' }, alerts, plan.starts)),
  };
}

async function decideAll(runbook: Runbook, model: Model, alerts: readonly Alert[]) {
  const engine = await startModel(model, SETTINGS);
  const times: number[] = [];
  let iterations = 0;
  for (const alert of alerts) {
    const started = performance.now();
    const decision = await decideByModel(engine, model, runbook, alert, thresholdsOf(model, SETTINGS));
    times.push(performance.now() - started);
    iterations += decision.iterations ?? 0;
  }
  await engine.close();
  return { whole: latencyOf(times), iterations: iterations / alerts.length };
}

async function iterateAll(model: Model, alerts: readonly Alert[]): Promise<Latency> {
  const engine = await startModel(model, { ...SETTINGS, TRM_MAX_ITERATIONS: 1 });
  const times: number[] = [];
  for (const alert of alerts) {
    const started = performance.now();
    await engine.reason(encodeAlert(model.vocabulary, alert, model.preferredKeys));
    times.push(performance.now() - started);
  }
  await engine.close();
  return latencyOf(times);
}

async function profileSteps(model: Model, alerts: readonly Alert[]) {
  const folder = mkdtempSync(join(tmpdir(), 'profile-'));
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  const started = performance.now();
  await ort.InferenceSession.create(model.weights, options);
  const session_create_ms = performance.now() - started;
  const profiled = { ...options, enableProfiling: true, profileFilePrefix: join(folder, 'steps') };
  const session = await ort.InferenceSession.create(model.weights, profiled);
  for (const alert of alerts) await step(session, model, encodeAlert(model.vocabulary, alert, model.preferredKeys));
  session.endProfiling();
  const [file = ''] = readdirSync(folder);
  const step_to_products = shareOfProducts(JSON.parse(readFileSync(join(folder, file), 'utf8')));
  rmSync(folder, { recursive: true });
  return { step_to_products, session_create_ms };
}

async function step(session: ort.InferenceSession, { card }: Model, tokens: readonly number[]): Promise<void> {
  const { hidden, answerLength, latentCycles, answerCycles } = card.configuration;
  const shape = [1, 1 + answerLength + tokens.length, hidden];
  const state = () => new ort.Tensor('float32', new Float32Array(shape.reduce((all, size) => all * size)), shape);
  const scalar = (value: number) => new ort.Tensor('int64', BigInt64Array.of(BigInt(value)), []);
  const input = new ort.Tensor('int64', BigInt64Array.from(tokens, BigInt), [1, tokens.length]);
  await session.run({ tokens: input, y: state(), z: state(), n: scalar(latentCycles), t: scalar(answerCycles) });
}

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  /** Microseconds. */
  readonly dur?: number;
  readonly args?: { readonly op_name?: string };
}

// The runtime fuses a product with the quantisation of its input: that time counts as the product's.
function shareOfProducts(events: readonly ProfileEvent[]): number {
  const total = (holds: (event: ProfileEvent) => boolean) =>
    events.filter(holds).reduce((sum, { dur = 0 }) => sum + dur, 0);
  const products = total(({ cat, args }) => cat === 'Node' && /MatMul|Gemm/.test(args?.op_name ?? ''));
  return total(({ name }) => name === 'model_run') / products;
}
