import type { Refusal } from '../../shared/reasoning/guard.ts';
import type { Matched } from './match.ts';
import type { Question } from './reading.ts';

/** A model's call, how sure it is, and how that came about. */
export interface Chosen extends Matched {
  readonly confidence: number;
  readonly parsing: string;
  /** In words, for people. */
  readonly told: string;
}

/** A function-calling model, in this process or at a server. */
export interface Backend {
  readonly health: () => string;
  /** What one alert may take from now on, however often the model reads it. */
  readonly deadline: () => AbortSignal;
  /** @throws {EngineFailure} past the deadline, and where the model breaks or cannot be reached */
  readonly choose: (question: Question, deadline: AbortSignal) => Promise<Chosen | Refusal>;
  readonly close: () => Promise<void>;
}
