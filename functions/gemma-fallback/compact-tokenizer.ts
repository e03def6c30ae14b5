/**
 * tokenizer.json compiled to what encoding needs. Reading the published file by the library takes a second and 300 MiB, most
 * of them for the maps of 262,144 tokens and 514,906 merges; this is read in some ten milliseconds.
 */
import { isObject } from '../../shared/json.ts';
import type { Encode } from './decode.ts';

/** What a tokenizer does for the function. */
export interface Codec {
  readonly encode: Encode;
  readonly idOf: (token: string) => number | undefined;
  /** Every id is below it. */
  readonly size: number;
}

interface Header {
  readonly size: number;
  /** Tokens that are cut out of the text before all else. */
  readonly added: readonly (readonly [token: string, id: number])[];
  /** Tokens of one character. */
  readonly characters: readonly (readonly [character: string, id: number])[];
  /** The ids of the 256 bytes, for characters that are no token. */
  readonly bytes: readonly number[];
  readonly slots: number;
}

/** A blank, in the tokens. */
const BLANK = '\u2581';
const EMPTY = -1;
/** Left and right token of a merge, what they become, and its rank; lower ranks merge first. */
const FIELDS = 4;
const HEADER_LENGTH = 4;
const MAGIC = 'asre-tokenizer-1';

/** The compiled file; undefined where the tokenizer has a part that is not compiled. */
export function compileTokenizer(file: unknown): Buffer | undefined {
  if (!isObject(file) || !isObject(file.model) || !isPlain(file)) return undefined;
  const { vocab, merges } = file.model;
  if (!isObject(vocab) || !Array.isArray(merges)) return undefined;
  const ids = new Map(Object.entries(vocab) as [string, number][]);
  const added = (file.added_tokens as { content: string; id: number }[]).map(
    ({ content, id }) => [content, id] as const,
  );
  const bytes = Array.from({ length: 256 }, (_, byte) =>
    ids.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
  );
  if (bytes.includes(undefined)) return undefined;
  const slots = 2 ** Math.ceil(Math.log2(2 * merges.length + 2));
  const table = new Int32Array(FIELDS * slots).fill(EMPTY);
  for (const [rank, merge] of merges.entries()) {
    const [left = '', right = ''] = typeof merge === 'string' ? merge.split(' ') : (merge as string[]);
    const parts = [ids.get(left), ids.get(right), ids.get(left + right)];
    const [leftId, rightId, id] = parts;
    if (leftId === undefined || rightId === undefined || id === undefined) return undefined;
    table.set([leftId, rightId, id, rank], FIELDS * freeSlot(table, slots, leftId, rightId));
  }
  const most = [...ids.values(), ...added.map(([, id]) => id)].reduce((left, right) => Math.max(left, right), 0);
  const characters = [...ids].filter(([token]) => [...token].length === 1);
  const header = { magic: MAGIC, size: most + 1, added, characters, bytes, slots };
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc(-text.length & 3, ' ')]);
  const length = Buffer.alloc(HEADER_LENGTH);
  length.writeUInt32LE(padded.length);
  return Buffer.concat([length, padded, Buffer.from(table.buffer)]);
}

/** Gemma's: blanks become U+2581, byte pairs are merged with bytes to fall back on, and nothing else is done. */
function isPlain({ normalizer, model, added_tokens: added, pre_tokenizer: split }: Record<string, unknown>): boolean {
  if (!isObject(normalizer) || normalizer.type !== 'Replace' || normalizer.content !== BLANK) return false;
  if (!isObject(normalizer.pattern) || normalizer.pattern.String !== ' ') return false;
  if (!isObject(model) || model.type !== 'BPE' || model.byte_fallback !== true || model.ignore_merges === true)
    return false;
  if (!isObject(split) || split.type !== 'Split' || !isObject(split.pattern) || split.pattern.String !== ' ')
    return false;
  if (!Array.isArray(added)) return false;
  return added.every((token) => isObject(token) && !token.lstrip && !token.rstrip && !token.single_word);
}

function freeSlot(table: Int32Array, slots: number, left: number, right: number): number {
  let slot = slotOf(slots, left, right);
  while (table[FIELDS * slot] !== EMPTY) slot = (slot + 1) & (slots - 1);
  return slot;
}

function slotOf(slots: number, left: number, right: number): number {
  return (Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)) & (slots - 1);
}

/** The tokenizer in a compiled file. @throws {Error} where it is not one of this version */
export function openTokenizer(file: Buffer): Codec {
  const start = HEADER_LENGTH + file.readUInt32LE(0);
  const header = JSON.parse(file.toString('utf8', HEADER_LENGTH, start)) as Header & { magic: string };
  const { size, slots } = header;
  if (header.magic !== MAGIC || file.length !== start + 4 * FIELDS * slots)
    throw new Error('is not a compiled tokenizer');
  const table = new Int32Array(file.buffer.slice(file.byteOffset + start, file.byteOffset + file.length));
  const added = new Map(header.added);
  const cut = cutter([...added.keys()]);
  const characters = new Map(header.characters);
  const letters = (text: string) =>
    [...text].flatMap(
      (letter) => characters.get(letter) ?? [...Buffer.from(letter)].map((byte) => header.bytes[byte] ?? 0),
    );
  const encode = (text: string) =>
    cut(text.replaceAll(' ', BLANK)).flatMap((part) => added.get(part) ?? merge(table, slots, letters(part)));
  return { encode, idOf: (token) => added.get(token), size };
}

/** Cuts a text at the tokens, the longest first where several begin at one place. */
function cutter(tokens: readonly string[]): (text: string) => string[] {
  const longest = tokens.toSorted((left, right) => right.length - left.length);
  const pattern = new RegExp(`(${longest.map((token) => token.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`);
  return (text) => text.split(pattern).filter((part) => part !== '');
}

/** Merges neighbours, the lowest rank first and from the left, until none merge. */
function merge(table: Int32Array, slots: number, ids: number[]): number[] {
  const merged = [...ids];
  const found = merged.map((id, index) => lookUp(table, slots, id, merged[index + 1]));
  for (;;) {
    let best = EMPTY;
    for (let index = 0; index < found.length; index++) {
      if (rankAt(table, found[index]) < rankAt(table, found[best])) best = index;
    }
    if (best === EMPTY) return merged;
    merged.splice(best, 2, table[FIELDS * (found[best] ?? 0) + 2] ?? 0);
    found.splice(best, 1);
    found[best] = lookUp(table, slots, merged[best] ?? EMPTY, merged[best + 1]);
    if (best > 0) found[best - 1] = lookUp(table, slots, merged[best - 1] ?? EMPTY, merged[best]);
  }
}

function rankAt(table: Int32Array, slot: number | undefined): number {
  return slot === undefined || slot === EMPTY ? Number.POSITIVE_INFINITY : (table[FIELDS * slot + 3] ?? 0);
}

function lookUp(table: Int32Array, slots: number, left: number, right: number | undefined): number {
  if (right === undefined) return EMPTY;
  for (let slot = slotOf(slots, left, right); ; slot = (slot + 1) & (slots - 1)) {
    const at = FIELDS * slot;
    if (table[at] === EMPTY) return EMPTY;
    if (table[at] === left && table[at + 1] === right) return slot;
  }
}
