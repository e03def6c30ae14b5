import { parentPort, workerData } from 'node:worker_threads';
import ort from 'onnxruntime-node';
import type { Step, WorkerOrder, WorkerReply, WorkerRequest, WorkerSettings } from './messages.ts';

// A run blocks its thread from start to end, so the model lives in this one and HTTP in the other.
const settings = workerData as WorkerSettings;

async function main(): Promise<void> {
  const session = await ort.InferenceSession.create(settings.weights, {
    intraOpNumThreads: settings.threads,
    interOpNumThreads: 1,
    extra: { session: { set_denormal_as_zero: '1', intra_op: { allow_spinning: '0' } } },
  });
  await improve(session, [0], initialState(1), initialState(1)); // the first run is slow: not at an alert's expense
  // A run is one call on this thread, so there is none under way where a message is read.
  parentPort?.on('message', (order: WorkerOrder) => ('stop' in order ? process.exit(0) : void answer(session, order)));
  post({ ready: true });
}

async function answer(session: ort.InferenceSession, { id, tokens }: WorkerRequest): Promise<void> {
  try {
    post({ id, steps: await reason(session, tokens) });
  } catch (error) {
    post({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

/** Improves answer y and latent z until the halting logit says "right" or the steps are used up. */
async function reason(session: ort.InferenceSession, tokens: readonly number[]): Promise<Step[]> {
  const foreign = tokens.find((token) => !(token >= 0 && token < settings.vocabularySize));
  if (foreign !== undefined) throw new Error(`there is no token ${foreign} in the vocabulary`);
  const steps: Step[] = [];
  let y = initialState(tokens.length);
  let z = initialState(tokens.length);
  while (steps.length < settings.maxIterations) {
    const improved = await improve(session, tokens, y, z);
    steps.push(improved.step);
    if (improved.step.haltLogit >= settings.haltLogit) break;
    [y, z] = [improved.y, improved.z];
  }
  return steps;
}

async function improve(session: ort.InferenceSession, tokens: readonly number[], y: ort.Tensor, z: ort.Tensor) {
  const output = await session.run({
    tokens: new ort.Tensor('int64', BigInt64Array.from(tokens, BigInt), [1, tokens.length]),
    y,
    z,
    n: scalar(settings.latentCycles),
    t: scalar(settings.answerCycles),
  });
  const ids = Array.from(named(output, 'ids').data as BigInt64Array, Number);
  const logProbabilities = Array.from(named(output, 'log_probabilities').data as Float32Array);
  const [haltLogit = Number.NEGATIVE_INFINITY] = named(output, 'halt_logit').data as Float32Array;
  return { step: { ids, logProbabilities, haltLogit }, y: named(output, 'y_next'), z: named(output, 'z_next') };
}

function named(output: ort.InferenceSession.ReturnType, name: string): ort.Tensor {
  const tensor = output[name];
  if (tensor === undefined) throw new Error(`the graph has no output ${name}`);
  return tensor;
}

function initialState(inputLength: number): ort.Tensor {
  const shape = [1, settings.prefixLength + inputLength, settings.hidden];
  return new ort.Tensor('float32', new Float32Array(shape.reduce((product, size) => product * size)), shape);
}

function scalar(value: number): ort.Tensor {
  return new ort.Tensor('int64', BigInt64Array.of(BigInt(value)), []);
}

function post(reply: WorkerReply): void {
  parentPort?.postMessage(reply);
}

void main();
