import { parentPort, workerData } from 'node:worker_threads';
import { createSession, improve, initialStates, type Session } from './graph.ts';
import type { Step, WorkerOrder, WorkerReply, WorkerRequest, WorkerSettings } from './messages.ts';

// A run blocks its thread from start to end, so the model lives in this one and HTTP in the other.
const settings = workerData as WorkerSettings;

async function main(): Promise<void> {
  const session = await createSession(settings);
  await improve(session, settings, [0], initialStates(settings, 1)); // the first run is slow: not at an alert's expense
  // A run is one call on this thread, so there is none under way where a message is read.
  parentPort?.on('message', (order: WorkerOrder) => ('stop' in order ? process.exit(0) : void answer(session, order)));
  post({ ready: true });
}

async function answer(session: Session, { id, tokens }: WorkerRequest): Promise<void> {
  try {
    post({ id, steps: await reason(session, tokens) });
  } catch (error) {
    post({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

/** Improves answer y and latent z until the halting logit says "right" or the steps are used up. */
async function reason(session: Session, tokens: readonly number[]): Promise<Step[]> {
  const foreign = tokens.find((token) => !(token >= 0 && token < settings.vocabularySize));
  if (foreign !== undefined) throw new Error(`there is no token ${foreign} in the vocabulary`);
  const steps: Step[] = [];
  let states = initialStates(settings, tokens.length);
  while (steps.length < settings.maxIterations) {
    const improved = await improve(session, settings, tokens, states);
    steps.push(improved.step);
    if (improved.step.haltLogit >= settings.haltLogit) break;
    states = improved.states;
  }
  return steps;
}

function post(reply: WorkerReply): void {
  parentPort?.postMessage(reply);
}

void main();
