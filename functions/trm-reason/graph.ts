import ort from 'onnxruntime-node';
import type { Step, WorkerSettings } from './engine.ts';

/** A loaded graph; this file alone knows the runtime. */
export type Session = ort.InferenceSession;

/** Loads the exported graph, which is one improvement step. */
export function createSession(
  { weights, threads }: Pick<WorkerSettings, 'weights' | 'threads'>,
  options: ort.InferenceSession.SessionOptions = {},
): Promise<Session> {
  return ort.InferenceSession.create(weights, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    extra: { session: { set_denormal_as_zero: '1', intra_op: { allow_spinning: '0' } } },
    ...options,
  });
}

/** The answer y and the latent z, each (1, prefix + input, hidden). */
export interface States {
  readonly y: ort.Tensor;
  readonly z: ort.Tensor;
}

/** Both states of an input of so many tokens before the first step: zeros. */
export function initialStates(settings: WorkerSettings, inputLength: number): States {
  const shape = [1, settings.prefixLength + inputLength, settings.hidden];
  const zeros = () => new ort.Tensor('float32', new Float32Array(shape.reduce((all, size) => all * size)), shape);
  return { y: zeros(), z: zeros() };
}

/** One improvement step: its answer, and the states for the next one. */
export async function improve(
  session: Session,
  settings: WorkerSettings,
  tokens: readonly number[],
  states: States,
): Promise<{ step: Step; states: States }> {
  const output = await session.run({
    tokens: new ort.Tensor('int64', BigInt64Array.from(tokens, BigInt), [1, tokens.length]),
    ...states,
    n: scalar(settings.latentCycles),
    t: scalar(settings.answerCycles),
  });
  const ids = Array.from(named(output, 'ids').data as BigInt64Array, Number);
  const logProbabilities = Array.from(named(output, 'log_probabilities').data as Float32Array);
  const [haltLogit = Number.NEGATIVE_INFINITY] = named(output, 'halt_logit').data as Float32Array;
  return {
    step: { ids, logProbabilities, haltLogit },
    states: { y: named(output, 'y_next'), z: named(output, 'z_next') },
  };
}

function named(output: ort.InferenceSession.ReturnType, name: string): ort.Tensor {
  const tensor = output[name];
  if (tensor === undefined) throw new Error(`the graph has no output ${name}`);
  return tensor;
}

function scalar(value: number): ort.Tensor {
  return new ort.Tensor('int64', BigInt64Array.of(BigInt(value)), []);
}
