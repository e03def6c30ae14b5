/** What trm-reason takes for an alert, on one thread: whole, per iteration, and beside its matrix products alone. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeAlert } from '../functions/trm-reason/encode.ts';
import { createStateMemory, improve, initialStates } from '../functions/trm-reason/graph.ts';
import { loadCurrentModel, type Model } from '../functions/trm-reason/model.ts';
import { decideByModel, startModel, thresholdsOf, workerSettings } from '../functions/trm-reason/reason.ts';
import type { Alert } from '../shared/alert/alert.ts';
import { readConfig } from '../shared/config.ts';
import { createSession } from '../shared/reasoning/session.ts';
import { loadRunbook } from '../shared/runbook/load.ts';
import type { Runbook } from '../shared/runbook/runbook.ts';
import { ROOT } from '../test/support/function.ts';
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
  readonly peak_mib: number;
}

export interface ModelPlan {
  readonly alerts: number;
  readonly steps: number;
  readonly starts: number;
}

const MODELS = join(ROOT, 'models');
const SEED = 7;
/** Limits far above what is measured: a slow machine must be measurable too. */
const SETTINGS = readConfig({ TRM_THREADS: '1', TRM_TIMEOUT_MS: '60000' });

/** Measures the installed model on alerts that it was not trained on; undefined where none is installed. */
export async function measureModel(plan: ModelPlan): Promise<ModelResult | undefined> {
  const runbook = loadRunbook(join(ROOT, 'runbook'), { entries: true });
  const model = loadCurrentModel(MODELS, runbook);
  if (model === undefined) return undefined;
  const alerts = [...drawSplit(runbook, materials(runbook).unseen_entries, 'unseen_entries', plan.alerts, SEED)].map(
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
  const engine = startModel(model, SETTINGS);
  await engine.loaded;
  let iterations = 0;
  const whole = await latencyOfEach(alerts, async (alert) => {
    const decision = await decideByModel(engine, model, runbook, alert, thresholdsOf(model, SETTINGS));
    iterations += decision.iterations ?? 0;
  });
  await engine.close();
  return { whole, iterations: iterations / alerts.length };
}

async function iterateAll(model: Model, alerts: readonly Alert[]): Promise<Latency> {
  const engine = startModel(model, { ...SETTINGS, TRM_MAX_ITERATIONS: 1 });
  await engine.loaded;
  const iteration = await latencyOfEach(alerts, (alert) => engine.reason(tokensOf(model, alert)));
  await engine.close();
  return iteration;
}

async function latencyOfEach(alerts: readonly Alert[], run: (alert: Alert) => Promise<unknown>): Promise<Latency> {
  const times: number[] = [];
  for (const alert of alerts) {
    const started = performance.now();
    await run(alert);
    times.push(performance.now() - started);
  }
  return latencyOf(times);
}

function tokensOf({ vocabulary, reading }: Model, alert: Alert): number[] {
  return encodeAlert(vocabulary, alert, reading);
}

async function profileSteps(model: Model, alerts: readonly Alert[]) {
  const settings = workerSettings(model, SETTINGS);
  const started = performance.now();
  await (await createSession(settings.weights, settings.threads)).release();
  const session_create_ms = performance.now() - started;
  const folder = mkdtempSync(join(tmpdir(), 'profile-'));
  const session = await createSession(settings.weights, settings.threads, {
    enableProfiling: true,
    profileFilePrefix: join(folder, 'steps'),
  });
  const memory = createStateMemory(settings);
  for (const alert of alerts) {
    const tokens = tokensOf(model, alert);
    await improve(session, settings, tokens, initialStates(settings, tokens.length, memory));
  }
  session.endProfiling();
  const [file = ''] = readdirSync(folder);
  const step_to_products = shareOfProducts(JSON.parse(readFileSync(join(folder, file), 'utf8')));
  rmSync(folder, { recursive: true });
  return { step_to_products, session_create_ms };
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
