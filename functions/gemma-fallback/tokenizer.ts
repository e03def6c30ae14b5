import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { makeFolder } from '../../shared/folder.ts';
import { isObject, parseJson } from '../../shared/json.ts';
import { type Codec, compileTokenizer, openTokenizer } from './compact-tokenizer.ts';
import type { ControlTokens, Encode } from './decode.ts';

/** Every control token that the prompt or a call holds. */
const CONTROL = [
  '<bos>',
  '<eos>',
  '<start_of_turn>',
  '<end_of_turn>',
  '<start_function_declaration>',
  '<end_function_declaration>',
  '<start_function_call>',
  '<end_function_call>',
  '<start_function_response>',
  '<end_function_response>',
  '<escape>',
] as const;

export interface GemmaTokenizer {
  readonly encode: Encode;
  readonly control: ControlTokens;
  /** The ids of all control tokens. */
  readonly controls: ReadonlySet<number>;
  /** Every id is below it. */
  readonly size: number;
}

/**
 * The tokenizer of a model directory, by the library; where there is a folder for it, compiled at the first start.
 *
 * @throws {Error} where a control token is missing or not one token: it is then another model's
 */
export function loadTokenizer(directory: string, folder: string): GemmaTokenizer {
  const content = readFileSync(join(directory, 'tokenizer.json'));
  const compiled = join(folder, `${createHash('sha256').update(content).digest('hex')}.tokenizer`);
  const known = folder === '' ? undefined : openCompiled(compiled);
  if (known !== undefined) return tokenizerOf(known);
  const file = parseJson(content.toString('utf8'));
  const config = parseJson(readFileSync(join(directory, 'tokenizer_config.json'), 'utf8'));
  const codec = libraryCodec(file, config);
  if (folder !== '') storeCompiled(folder, compiled, file, codec);
  return tokenizerOf(codec);
}

/** The tokenizer of tokenizer.json as the library reads it. @throws {Error} as loadTokenizer */
export function createTokenizer(file: unknown, config: unknown): GemmaTokenizer {
  return tokenizerOf(libraryCodec(file, config));
}

function libraryCodec(file: unknown, config: unknown): Codec {
  if (!isObject(file) || !isObject(file.model)) throw new Error('is not a tokenizer.json of Hugging Face');
  const tokenizer = new Tokenizer(file, isObject(config) ? config : {});
  return {
    encode: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
    idOf: (token) => tokenizer.token_to_id(token),
    size: [...tokenizer.get_vocab().values()].reduce((most, each) => Math.max(most, each), 0) + 1,
  };
}

function tokenizerOf({ encode, idOf, size }: Codec): GemmaTokenizer {
  const ids = new Map(CONTROL.map((token) => [token, controlId(idOf, encode, token)]));
  const id = (token: (typeof CONTROL)[number]) => ids.get(token) ?? -1;
  return {
    encode,
    control: { startCall: id('<start_function_call>'), endCall: id('<end_function_call>'), escape: id('<escape>') },
    controls: new Set(ids.values()),
    size,
  };
}

function controlId(idOf: Codec['idOf'], encode: Encode, token: string): number {
  const id = idOf(token);
  const [first, ...more] = encode(token);
  if (id === undefined || first !== id || more.length > 0) {
    throw new Error(`${token} is not a token: this is not the tokenizer of FunctionGemma`);
  }
  return id;
}

function openCompiled(path: string): Codec | undefined {
  try {
    return openTokenizer(readFileSync(path));
  } catch {
    return undefined; // not there, or of another version
  }
}

/** What the compiled tokenizer must read as the library does, or it is not kept. */
const SAMPLES = [
  'call:pod_restart{name:',
  'Pod web-7c9f8-x2x7k crashes: 3.5 %, größer als 日本語\n👍',
  '<escape>a b<escape>\n',
  '  two',
];

/** A folder that cannot be written costs time at the next start, not answers. */
function storeCompiled(folder: string, path: string, file: unknown, library: Codec): void {
  const compiled = compileTokenizer(file);
  if (compiled === undefined) return;
  const { encode } = openTokenizer(compiled);
  if (SAMPLES.some((text) => encode(text).join() !== library.encode(text).join())) return;
  try {
    makeFolder(folder);
    writeFileSync(`${path}.${process.pid}`, compiled);
    renameSync(`${path}.${process.pid}`, path);
  } catch {
    // read by the library again
  }
}
