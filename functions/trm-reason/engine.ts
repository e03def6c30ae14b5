import { type Engine, startEngine } from '../../shared/reasoning/engine.ts';
import { workerFile } from '../../shared/reasoning/worker.ts';

/** What the worker needs to load the model. */
export interface WorkerSettings {
  readonly weights: string;
  readonly threads: number;
  readonly hidden: number;
  /** Every id must be below it: the runtime aborts the process otherwise. */
  readonly vocabularySize: number;
  /** Positions before the input: [CLS] and the answer slots. */
  readonly prefixLength: number;
  /** Tokens of the longest input. */
  readonly inputLength: number;
  /** n and T of the paper: latent updates per answer update, answer updates per improvement step. */
  readonly latentCycles: number;
  readonly answerCycles: number;
  /** The halting logit above which the model stops improving. */
  readonly haltLogit: number;
  readonly maxIterations: number;
}

/** The model after one improvement step: its answer's ids, and the confidence in each and in all of them. */
export interface Step {
  readonly ids: readonly number[];
  /** Natural logarithm of each id's probability. */
  readonly logProbabilities: readonly number[];
  /** The logit of "the whole answer is right". */
  readonly haltLogit: number;
  /** How long the step took. */
  readonly ms: number;
}

/** TRM in its worker: token ids in, the improvement steps out. */
export type TrmEngine = Engine<readonly number[], readonly Step[]>;

const LOAD_MS = 15_000;
/** A step takes some 10 ms; on a busy machine a hundred times as long is still no hang. */
const STALL_MS = 3_000;

/** Starts TRM's worker; `loaded` says when the model has made its first run. */
export function startTrmEngine(
  settings: WorkerSettings,
  alertMs: number,
  report: (message: string) => void,
  file = workerFile('trm-reason'),
): TrmEngine {
  return startEngine({ file, settings, alertMs, report, isAnswer: isSteps, loadMs: LOAD_MS, stallMs: STALL_MS });
}

function isSteps(value: unknown): value is readonly Step[] {
  return Array.isArray(value) && value.every(isStep);
}

function isStep(value: unknown): value is Step {
  const { ids, logProbabilities, haltLogit, ms } = (value ?? {}) as Partial<Record<keyof Step, unknown>>;
  return isNumbers(ids) && isNumbers(logProbabilities) && isNumbers([haltLogit, ms]);
}

function isNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}
