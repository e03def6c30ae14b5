/** What gemma-fallback takes for an alert with the directory in GEMMA_MODEL_DIR, beside TRM's in the same run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Loaded, loadModel } from '../functions/gemma-fallback/answerer.ts';
import { checkDirectory } from '../functions/gemma-fallback/directory.ts';
import { startGemmaEngine } from '../functions/gemma-fallback/engine.ts';
import { emptyCache, extend } from '../functions/gemma-fallback/graph.ts';
import { onnxBackend, workerSettings } from '../functions/gemma-fallback/onnx.ts';
import { questionOf, type Reading, readingOf } from '../functions/gemma-fallback/reading.ts';
import { decideByGemma } from '../functions/gemma-fallback/reason.ts';
import { createTokenizer } from '../functions/gemma-fallback/tokenizer.ts';
import type { Alert } from '../shared/alert/alert.ts';
import { readConfig } from '../shared/config.ts';
import { ANY_CONFIDENCE } from '../shared/reasoning/guard.ts';
import { loadRunbook } from '../shared/runbook/load.ts';
import { ROOT } from '../test/support/function.ts';
import { drawSplit, materials } from '../training/data/split.ts';
import { coldStart } from './cold-start.ts';
import { type Latency, latencyOf, median } from './latency.ts';

export interface GemmaResult {
  readonly alerts: number;
  readonly prefill_tokens_per_second: number;
  readonly decode_tokens_per_second: number;
  /** From the alert to the decision, the developer turn known. */
  readonly whole: Latency;
  readonly tokenizer_ms: number;
  readonly session_ms: number;
  readonly ready_ms: number;
  readonly resident_mib: number;
  readonly peak_mib: number;
}

export interface GemmaPlan {
  readonly alerts: number;
  readonly starts: number;
}

const PREFILL = 512;
const DECODED = 16;
const SEED = 7;

export async function measureGemma({ alerts: count, starts }: GemmaPlan): Promise<GemmaResult | undefined> {
  const path = process.env.GEMMA_MODEL_DIR;
  if (path === undefined) return undefined;
  const runbook = loadRunbook(join(ROOT, 'runbook'), { entries: true });
  const reading = readingOf(runbook);
  const alerts = asked(reading, count);
  const directory = checkDirectory(path);
  const read = (name: string): unknown => JSON.parse(readFileSync(join(path, name), 'utf8'));
  const tokenizer_ms = await timed(() => createTokenizer(read('tokenizer.json'), read('tokenizer_config.json')));
  let model: Loaded | undefined;
  const load_ms = await timed(async () => (model = await loadModel(directory, 1)));
  const speed = model === undefined ? undefined : await speedOf(model);
  await model?.session.release();
  const environment = { GEMMA_MODEL_DIR: path, GEMMA_THREADS: '1', GEMMA_TIMEOUT_MS: '120000' };
  return {
    alerts: alerts.length,
    prefill_tokens_per_second: speed?.prefill ?? 0,
    decode_tokens_per_second: speed?.decode ?? 0,
    whole: await decideAll(reading, alerts, environment),
    tokenizer_ms,
    session_ms: load_ms - tokenizer_ms,
    ...(await coldStart('gemma-fallback', { ...environment, RUNBOOK_DIR: join(ROOT, 'runbook') }, alerts, starts)),
  };
}

/** Alerts that no model was trained on, and about which one would be asked. */
function asked(reading: Reading, count: number): Alert[] {
  const { runbook } = reading;
  const drawn = [...drawSplit(runbook, materials(runbook).unseen_entries, 'unseen_entries', 2 * count, SEED)];
  return drawn
    .map(({ alert }) => alert)
    .filter((alert) => questionOf(reading, alert).listed.length > 1)
    .slice(0, count);
}

async function speedOf({ session, layout }: Loaded) {
  const ids = Array.from({ length: PREFILL }, (_, index) => 300 + (index % 500));
  const ignore = () => {};
  let { cache } = await extend(session, layout, emptyCache(layout), ids, ignore); // the first run is slow
  const prefill = await timed(() => extend(session, layout, emptyCache(layout), ids, ignore));
  const decode = await timed(async () => {
    for (let index = 0; index < DECODED; index++) ({ cache } = await extend(session, layout, cache, [300], ignore));
  });
  return { prefill: (1000 * PREFILL) / prefill, decode: (1000 * DECODED) / decode };
}

async function decideAll(reading: Reading, alerts: readonly Alert[], environment: Readonly<Record<string, string>>) {
  const config = readConfig(environment);
  const engine = startGemmaEngine(workerSettings(config), config.GEMMA_TIMEOUT_MS, () => {});
  await engine.loaded;
  const backend = onnxBackend(engine, { GEMMA_MIN_CALL_PROBABILITY: 0 });
  const decide = (alert: Alert) => decideByGemma(backend, reading, alert, ANY_CONFIDENCE);
  for (const alert of alerts) await decide(alert); // the developer turns are read
  const times: number[] = [];
  for (const alert of alerts) times.push(await timed(() => decide(alert)));
  await engine.close();
  return latencyOf(times);
}

async function timed(run: () => unknown): Promise<number> {
  const started = performance.now();
  await run();
  return median([performance.now() - started]);
}
