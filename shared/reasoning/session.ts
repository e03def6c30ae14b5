import ort from 'onnxruntime-node';

/** A loaded graph; this file alone knows the runtime, and only workers import it: the library takes its time to load. */
export type Session = ort.InferenceSession;
export type Tensor = ort.Tensor;
export const Tensor = ort.Tensor;
export type SessionOptions = ort.InferenceSession.SessionOptions;

/** Loads an exported graph for `threads` threads of the CPU. */
export function createSession(weights: string, threads: number, options: SessionOptions = {}): Promise<Session> {
  return ort.InferenceSession.create(weights, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    extra: { session: { set_denormal_as_zero: '1', intra_op: { allow_spinning: '0' } } },
    ...options,
  });
}

/** The output of that name. @throws {Error} where the graph has none */
export function outputOf(outputs: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const tensor = outputs[name];
  if (tensor === undefined) throw new Error(`the graph has no output ${name}`);
  return tensor;
}
