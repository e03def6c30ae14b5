import type { Config } from '../../shared/config.ts';
import { cpuLimit } from '../../shared/reasoning/cpu-limit.ts';
import type { Refusal } from '../../shared/reasoning/guard.ts';
import type { Backend, Chosen } from './backend.ts';
import { confidenceOf, type Decoded } from './decode.ts';
import type { Asked, GemmaEngine, WorkerSettings } from './engine.ts';
import { developerTurn, USER_TURN } from './prompt.ts';
import type { Question } from './reading.ts';

export type OnnxSettings = Pick<
  Config,
  | 'GEMMA_MODEL_DIR'
  | 'GEMMA_THREADS'
  | 'GEMMA_TIMEOUT_MS'
  | 'GEMMA_CACHE_MIB'
  | 'GEMMA_CACHE_DIR'
  | 'GEMMA_MIN_CALL_PROBABILITY'
>;

export function workerSettings(settings: OnnxSettings): WorkerSettings {
  return {
    directory: settings.GEMMA_MODEL_DIR,
    threads: settings.GEMMA_THREADS || cpuLimit(),
    cacheBytes: settings.GEMMA_CACHE_MIB * 1024 * 1024,
    cacheFolder: settings.GEMMA_CACHE_DIR,
  };
}

/** FunctionGemma in a worker of this process. */
export function onnxBackend(
  engine: GemmaEngine,
  { GEMMA_MIN_CALL_PROBABILITY }: Pick<OnnxSettings, 'GEMMA_MIN_CALL_PROBABILITY'>,
): Backend {
  return {
    health: () => engine.health(),
    deadline: () => engine.deadline(),
    choose: async (question, deadline) =>
      chosenOf(question, await engine.reason(askedOf(question), deadline), GEMMA_MIN_CALL_PROBABILITY),
    close: () => engine.close(),
  };
}

/** The question as the worker takes it. */
export function askedOf({ listed, text }: Question): Asked {
  const tools = listed.map(({ tool, values, shapes }) => ({
    name: tool.name,
    values: Object.fromEntries(values),
    shapes,
  }));
  return { prefix: developerTurn(listed.map(({ tool }) => tool)), suffix: { ...USER_TURN, text }, plan: { tools } };
}

function chosenOf({ listed }: Question, decoded: Decoded, leastCall: number): Chosen | Refusal {
  const found = listed.find(({ tool }) => tool.name === decoded.tool);
  if (found === undefined)
    return { reason: 'unknown_function', reasoning: 'the model named no function of the catalogue' };
  const slots = decoded.slots.map(({ slot, confidence }) => `${slot} ${confidence.toFixed(3)}`).join(', ');
  const told = `call ${decoded.callProbability.toFixed(3)}, ${slots}`;
  // Not `<`: a model that computes NaN is sure of nothing.
  if (!(decoded.callProbability >= leastCall)) {
    return { reason: 'below_threshold', reasoning: `would rather call nothing; leans to ${decoded.tool} (${told})` };
  }
  return { listed: found, values: new Map(decoded.values), confidence: confidenceOf(decoded), parsing: 'slots', told };
}
