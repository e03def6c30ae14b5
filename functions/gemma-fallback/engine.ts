import { type Engine, startEngine } from '../../shared/reasoning/engine.ts';
import { workerFile } from '../../shared/reasoning/worker.ts';
import type { Decoded, Plan } from './decode.ts';

/** What the worker needs to load the model. */
export interface WorkerSettings {
  readonly directory: string;
  readonly threads: number;
  /** Limit of the developer turns that are kept, and the folder that they outlive the process in; empty for none. */
  readonly cacheBytes: number;
  readonly cacheFolder: string;
}

/** A prompt, and what may be called. The alert's own text stands apart: no control token may come out of it. */
export interface Asked {
  readonly prefix: string;
  readonly suffix: { readonly before: string; readonly text: string; readonly after: string };
  readonly plan: Plan;
}

/** FunctionGemma in its worker. */
export type GemmaEngine = Engine<Asked, Decoded>;

/** Reading the tokenizer and a gigabyte of weights takes seconds on a cold disk. */
const LOAD_MS = 60_000;
/** A chunk of the prompt takes a second on two slow CPUs. */
const STALL_MS = 15_000;

/** Starts the worker; `loaded` says when the model has passed its self-test. */
export function startGemmaEngine(
  settings: WorkerSettings,
  alertMs: number,
  report: (message: string) => void,
  file = workerFile('gemma-fallback'),
): GemmaEngine {
  return startEngine({ file, settings, alertMs, report, isAnswer: isDecoded, loadMs: LOAD_MS, stallMs: STALL_MS });
}

function isDecoded(value: unknown): value is Decoded {
  const { tool, values, slots, callProbability } = (value ?? {}) as Partial<Record<keyof Decoded, unknown>>;
  return (
    typeof tool === 'string' && Array.isArray(values) && Array.isArray(slots) && typeof callProbability === 'number'
  );
}
