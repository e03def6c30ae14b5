/** What the worker needs to load the model. */
export interface WorkerSettings {
  readonly weights: string;
  readonly threads: number;
  readonly hidden: number;
  /** Ids are below it; the runtime aborts the process over one that is not. */
  readonly vocabularySize: number;
  /** Positions before the input: [CLS] and the answer slots. */
  readonly prefixLength: number;
  /** n and T of the paper: latent updates per answer update, answer updates per improvement step. */
  readonly latentCycles: number;
  readonly answerCycles: number;
  /** The halting logit above which the model stops improving. */
  readonly haltLogit: number;
  readonly maxIterations: number;
}

/** One alert to reason about. */
export interface WorkerRequest {
  readonly id: number;
  readonly tokens: readonly number[];
}

/** What the thread is told: an alert to reason about, or to end as soon as no run is under way. */
export type WorkerOrder = WorkerRequest | { readonly stop: true };

/** The model after one improvement step: its answer's ids, and how sure it is of each and of all of them. */
export interface Step {
  readonly ids: readonly number[];
  /** Natural logarithm of each id's probability. */
  readonly logProbabilities: readonly number[];
  /** The logit of "the whole answer is right". */
  readonly haltLogit: number;
}

export type WorkerReply =
  | { readonly ready: true }
  | { readonly id: number; readonly steps: readonly Step[] }
  | { readonly id: number; readonly error: string };
