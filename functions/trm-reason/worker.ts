import { workerData } from 'node:worker_threads';
import { createSession, type Session } from '../../shared/reasoning/session.ts';
import { type Reasoner, serveThread } from '../../shared/reasoning/thread.ts';
import type { Step, WorkerSettings } from './engine.ts';
import { createStateMemory, improve, initialStates, type StateMemory } from './graph.ts';

// A run blocks its thread from start to end, so the model lives in this one and HTTP in the other.
const settings = workerData as WorkerSettings;

async function load(): Promise<Reasoner<readonly number[], Step[]>> {
  const session = await createSession(settings.weights, settings.threads);
  const memory = createStateMemory(settings);
  await improve(session, settings, [0], initialStates(settings, 1, memory)); // the first run is slow: not at an alert's expense
  return (tokens, progress) => reason(session, memory, tokens, progress);
}

/** Improves answer y and latent z until the halting logit says "right" or the steps are used up. */
async function reason(
  session: Session,
  memory: StateMemory,
  tokens: readonly number[],
  progress: () => void,
): Promise<Step[]> {
  const foreign = tokens.find((token) => !(token >= 0 && token < settings.vocabularySize));
  if (foreign !== undefined) throw new Error(`there is no token ${foreign} in the vocabulary`);
  const steps: Step[] = [];
  let states = initialStates(settings, tokens.length, memory);
  while (steps.length < settings.maxIterations) {
    const improved = await improve(session, settings, tokens, states);
    steps.push(improved.step);
    if (improved.step.haltLogit >= settings.haltLogit) break;
    states = improved.states;
    progress();
  }
  return steps;
}

void serveThread(load);
