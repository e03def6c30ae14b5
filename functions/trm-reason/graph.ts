import { outputOf, type Session, Tensor } from '../../shared/reasoning/session.ts';
import type { Step, WorkerSettings } from './engine.ts';

/** The answer y and the latent z, each (1, prefix + input, hidden), and where those after the next step are written. */
export interface States {
  readonly y: Tensor;
  readonly z: Tensor;
  readonly nextY: Tensor;
  readonly nextZ: Tensor;
}

/** Room for the states of the longest input, which one input after the other has: 400 KB of garbage a step is collected late. */
export type StateMemory = readonly [y: Float32Array, z: Float32Array, nextY: Float32Array, nextZ: Float32Array];

export function createStateMemory({ prefixLength, inputLength, hidden }: WorkerSettings): StateMemory {
  const room = () => new Float32Array((prefixLength + inputLength) * hidden);
  return [room(), room(), room(), room()];
}

/** The states of an input of so many tokens before the first step, which are zeros. What the memory held before is lost. */
export function initialStates(settings: WorkerSettings, tokens: number, [y, z, nextY, nextZ]: StateMemory): States {
  const shape = [1, settings.prefixLength + tokens, settings.hidden];
  const view = (room: Float32Array) =>
    new Tensor('float32', room.subarray(0, (settings.prefixLength + tokens) * settings.hidden), shape);
  return { y: view(y.fill(0)), z: view(z.fill(0)), nextY: view(nextY), nextZ: view(nextZ) };
}

/** One improvement step: its answer, and the states for the next one, which take the place of those given. */
export async function improve(
  session: Session,
  settings: WorkerSettings,
  tokens: readonly number[],
  { y, z, nextY, nextZ }: States,
): Promise<{ step: Step; states: States }> {
  const startedMs = performance.now();
  const output = await session.run(
    {
      tokens: new Tensor('int64', BigInt64Array.from(tokens, BigInt), [1, tokens.length]),
      ...{ y, z, n: scalar(settings.latentCycles), t: scalar(settings.answerCycles) },
    },
    { ids: null, log_probabilities: null, halt_logit: null, y_next: nextY, z_next: nextZ },
  );
  const ids = Array.from(outputOf(output, 'ids').data as BigInt64Array, Number);
  const logProbabilities = Array.from(outputOf(output, 'log_probabilities').data as Float32Array);
  const [haltLogit = Number.NEGATIVE_INFINITY] = outputOf(output, 'halt_logit').data as Float32Array;
  return {
    step: { ids, logProbabilities, haltLogit, ms: performance.now() - startedMs },
    states: { y: nextY, z: nextZ, nextY: y, nextZ: z },
  };
}

function scalar(value: number): Tensor {
  return new Tensor('int64', BigInt64Array.of(BigInt(value)), []);
}
