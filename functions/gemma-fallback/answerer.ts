import { createSession, type Session } from '../../shared/reasoning/session.ts';
import type { Reasoner } from '../../shared/reasoning/thread.ts';
import { messageOf } from '../../shared/text/message.ts';
import { type Decoded, decodeCall } from './decode.ts';
import { checkDirectory, type ModelDirectory, ModelProblem } from './directory.ts';
import type { Asked, WorkerSettings } from './engine.ts';
import { type Cache, emptyCache, extend, type Layout, layoutOf } from './graph.ts';
import { PrefixCache } from './prefix-cache.ts';
import { selfTest } from './self-test.ts';
import { type GemmaTokenizer, loadTokenizer } from './tokenizer.ts';

/** A loaded model. */
export interface Loaded {
  readonly session: Session;
  readonly layout: Layout;
  readonly tokenizer: GemmaTokenizer;
}

const FIX = 'take all files of one model; see docs/gemma.md';

/** Loads and tests the model; then answers what it is asked. @throws {ModelProblem} */
export async function loadAnswerer(settings: WorkerSettings): Promise<Reasoner<Asked, Decoded>> {
  const directory = checkDirectory(settings.directory);
  const model = await loadModel(directory, settings.threads, settings.cacheFolder);
  await selfTest(directory, model);
  const { layout } = model;
  const { cacheBytes: bytes, cacheFolder: folder } = settings;
  const prefixes = new PrefixCache({ bytes, folder, model: directory.identity, layout });
  return (asked, progress) => answer(model, prefixes, asked, progress);
}

/** @throws {ModelProblem} where a file is not what it should be */
export async function loadModel(directory: ModelDirectory, threads: number, cacheFolder = ''): Promise<Loaded> {
  const { path, graph } = directory;
  const tokenizer = blaming('tokenizer.json', () => loadTokenizer(path, cacheFolder));
  const session = await createSession(graph, threads).catch((error: unknown) => {
    throw new ModelProblem(graph, `cannot be loaded: ${messageOf(error)}`, FIX);
  });
  const layout = blaming(graph, () => layoutOf(session));
  if (tokenizer.size > layout.vocabularySize) {
    throw new ModelProblem('tokenizer.json', `has ${tokenizer.size} tokens, the graph ${layout.vocabularySize}`, FIX);
  }
  return { session, layout, tokenizer };
}

function blaming<Result>(file: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof ModelProblem) throw error;
    throw new ModelProblem(file, messageOf(error), FIX);
  }
}

/** The call that the model makes of a question. */
export async function answer(
  { session, layout, tokenizer }: Loaded,
  prefixes: Pick<PrefixCache, 'get'>,
  { prefix, suffix, plan }: Asked,
  progress: () => void,
): Promise<Decoded> {
  const { encode, control } = tokenizer;
  const prompt = userIds(tokenizer, suffix);
  const prefixIds = encode(prefix);
  let read: Cache = await prefixes.get(
    prefixIds,
    async () => (await extend(session, layout, emptyCache(layout), prefixIds, progress)).cache,
  );
  const next = async (ids: readonly number[]) => {
    const { logits, cache } = await extend(session, layout, read, ids, progress);
    read = cache;
    return logits;
  };
  return decodeCall(next, encode, control, prompt, plan);
}

/** The user turn, whose text must not hold a control token: it would speak with another voice than the user's. */
function userIds({ encode, controls }: GemmaTokenizer, suffix: Asked['suffix']): number[] {
  const text = encode(suffix.text);
  if (text.some((id) => controls.has(id))) throw new Error('the text of the alert holds a control token');
  return [...encode(suffix.before), ...text, ...encode(suffix.after)];
}
