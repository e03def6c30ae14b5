/** The exported graph: what it takes and gives, and how text is read into its keys and values. */
import { outputOf, type Session, Tensor } from '../../shared/reasoning/session.ts';

/** Keys and values of what the model has read; never changed, so that many alerts can go on from one. */
export interface Cache {
  readonly length: number;
  /** By the name of the graph's input. */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

export interface Layout {
  readonly layers: number;
  readonly heads: number;
  readonly headSize: number;
  readonly vocabularySize: number;
  /** Whether the graph can leave out the logits of all positions but the last, which take most of its time and memory. */
  readonly lastLogitsOnly: boolean;
}

const PAST = /^past_key_values\.(\d+)\.(?:key|value)$/;
const KEEP = 'num_logits_to_keep';
/** Tokens that are read in one run: where logits of all of them come out, each takes a mebibyte. */
const CHUNK = 256;
const CHUNK_WITH_LOGITS = 64;

/** What the session says of its inputs and outputs. @throws {Error} where it is not the graph of such a model */
export function layoutOf(session: Session): Layout {
  const inputs = new Map(session.inputMetadata.map((input) => [input.name, input]));
  for (const name of ['input_ids', 'attention_mask', 'position_ids']) expectType(inputs.get(name), name, 'int64');
  const pasts = [...inputs.values()].filter(({ name }) => PAST.test(name));
  for (const past of pasts) expectType(past, past.name, 'float32');
  const layers = new Set(pasts.map(({ name }) => PAST.exec(name)?.[1])).size;
  if (layers === 0 || pasts.length !== 2 * layers) throw new Error('has no past_key_values for its layers');
  const [first] = pasts;
  const shape = first?.isTensor ? first.shape : [];
  const [heads, headSize] = [shape[1], shape[3]];
  if (typeof heads !== 'number' || typeof headSize !== 'number') throw new Error('does not tell the size of its heads');
  const logits = session.outputMetadata.find(({ name }) => name === 'logits');
  expectType(logits, 'logits', 'float32');
  const vocabularySize = logits?.isTensor ? logits.shape[2] : undefined;
  if (typeof vocabularySize !== 'number') throw new Error('does not tell the size of its vocabulary');
  return { layers, heads, headSize, vocabularySize, lastLogitsOnly: inputs.has(KEEP) };
}

function expectType(
  value: Session['inputMetadata'][number] | undefined,
  name: string,
  type: 'int64' | 'float32',
): void {
  if (value === undefined) throw new Error(`has no ${name}`);
  if (!value.isTensor || value.type !== type) {
    throw new Error(`${name} is not of type ${type}: only model.onnx and model_q4.onnx are supported, none of fp16`);
  }
}

export function emptyCache({ layers, heads, headSize }: Layout): Cache {
  const tensors: Record<string, Tensor> = {};
  for (let layer = 0; layer < layers; layer++) {
    for (const part of ['key', 'value']) {
      tensors[`past_key_values.${layer}.${part}`] = new Tensor('float32', new Float32Array(), [1, heads, 0, headSize]);
    }
  }
  return { length: 0, tensors };
}

/** Bytes of a cache. */
export function sizeOf({ tensors }: Cache): number {
  return Object.values(tensors).reduce((bytes, { size }) => bytes + 4 * size, 0);
}

/**
 * Reads ids behind what `cache` holds, in chunks.
 *
 * @param progress called before each run
 * @returns the logits of what follows the last of them
 */
export async function extend(
  session: Session,
  layout: Layout,
  cache: Cache,
  ids: readonly number[],
  progress: () => void,
  chunk = layout.lastLogitsOnly ? CHUNK : CHUNK_WITH_LOGITS,
): Promise<{ logits: Float32Array; cache: Cache }> {
  const foreign = ids.find((id) => !(id >= 0 && id < layout.vocabularySize)); // the runtime would abort the process
  if (foreign !== undefined) throw new Error(`there is no token ${foreign} in the vocabulary`);
  let read = cache;
  let logits = new Float32Array();
  for (let start = 0; start < ids.length; start += chunk) {
    progress();
    const part = ids.slice(start, start + chunk);
    const output = await session.run(feedsOf(layout, read, part));
    const all = outputOf(output, 'logits');
    logits = (all.data as Float32Array).slice(-layout.vocabularySize);
    all.dispose();
    read = { length: read.length + part.length, tensors: presentsOf(read, output) };
  }
  return { logits, cache: read };
}

function feedsOf(
  { lastLogitsOnly }: Layout,
  { length, tensors }: Cache,
  ids: readonly number[],
): Record<string, Tensor> {
  const positions = ids.map((_, index) => length + index);
  const ones = new BigInt64Array(length + ids.length).fill(1n);
  return {
    input_ids: integers(ids),
    attention_mask: new Tensor('int64', ones, [1, ones.length]),
    position_ids: integers(positions),
    ...(lastLogitsOnly ? { [KEEP]: new Tensor('int64', BigInt64Array.of(1n), []) } : {}),
    ...tensors,
  };
}

function integers(values: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
}

function presentsOf({ tensors }: Cache, output: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const names = Object.keys(tensors).map((past) => [past, past.replace('past_key_values', 'present')] as const);
  return Object.fromEntries(names.map(([past, present]) => [past, outputOf(output, present)]));
}
