import { outputOf, type Session, Tensor } from '../../shared/reasoning/session.ts';
import type { Step, WorkerSettings } from './engine.ts';

/** The answer y and the latent z, each (1, prefix + input, hidden). */
export interface States {
  readonly y: Tensor;
  readonly z: Tensor;
}

/** Both states of an input of so many tokens before the first step: zeros. */
export function initialStates(settings: WorkerSettings, inputLength: number): States {
  const shape = [1, settings.prefixLength + inputLength, settings.hidden];
  const zeros = () => new Tensor('float32', new Float32Array(shape.reduce((all, size) => all * size)), shape);
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
    tokens: new Tensor('int64', BigInt64Array.from(tokens, BigInt), [1, tokens.length]),
    ...states,
    n: scalar(settings.latentCycles),
    t: scalar(settings.answerCycles),
  });
  const ids = Array.from(outputOf(output, 'ids').data as BigInt64Array, Number);
  const logProbabilities = Array.from(outputOf(output, 'log_probabilities').data as Float32Array);
  const [haltLogit = Number.NEGATIVE_INFINITY] = outputOf(output, 'halt_logit').data as Float32Array;
  return {
    step: { ids, logProbabilities, haltLogit },
    states: { y: outputOf(output, 'y_next'), z: outputOf(output, 'z_next') },
  };
}

function scalar(value: number): Tensor {
  return new Tensor('int64', BigInt64Array.of(BigInt(value)), []);
}
