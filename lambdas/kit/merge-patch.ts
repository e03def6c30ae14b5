/** The difference of two objects: as a JSON merge patch (RFC 7396) for the API, and as a list for people. */
import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../shared/json.ts';

export interface Change {
  readonly path: string;
  readonly from?: string | number | boolean | null;
  readonly to?: string | number | boolean | null;
}

const MOST_CHANGES = 20;
const LONGEST_VALUE = 200;
/** Places whose values may be secrets. */
const HIDDEN = /\.(env|envFrom|args|command|data|stringData)\b/;

/** What turns `before` into `after`; lists are replaced whole. Undefined where they are the same. */
export function mergePatch(before: unknown, after: unknown): unknown {
  if (isDeepStrictEqual(before, after)) return undefined;
  if (!isObject(before) || !isObject(after)) return after;
  const removed = Object.keys(before)
    .filter((key) => after[key] === undefined)
    .map((key) => [key, null] as const);
  const changed = Object.entries(after)
    .map(([key, value]) => [key, mergePatch(before[key], value)] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries([...removed, ...changed]);
}

/** Where two objects differ, in the order of the paths; values that may be secrets are left out. */
export function changesOf(before: unknown, after: unknown): Change[] {
  return [...differences('', before, after)].slice(0, MOST_CHANGES);
}

function* differences(path: string, before: unknown, after: unknown): Generator<Change> {
  if (isDeepStrictEqual(before, after)) return;
  const tree = isTree(before) ? before : after;
  if (isTree(tree) && isTreeOrMissing(before) && isTreeOrMissing(after)) {
    for (const key of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])) {
      yield* differences(`${path}${step(tree, key, path)}`, valueAt(before, key), valueAt(after, key));
    }
    return;
  }
  yield { path, ...(HIDDEN.test(`.${path}`) ? {} : { from: shown(before), to: shown(after) }) };
}

type Tree = Record<string, unknown> | readonly unknown[];

function isTree(value: unknown): value is Tree {
  return isObject(value) || Array.isArray(value);
}

function isTreeOrMissing(value: unknown): value is Tree | undefined {
  return value === undefined || isTree(value);
}

function valueAt(tree: Tree | undefined, key: string): unknown {
  return (tree as Record<string, unknown> | undefined)?.[key];
}

function step(tree: unknown, key: string, path: string): string {
  if (Array.isArray(tree)) return `[${key}]`;
  if (/^\w+$/.test(key)) return path === '' ? key : `.${key}`;
  return `["${key}"]`;
}

function shown(value: unknown): string | number | boolean | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value : isTree(value) ? '…' : String(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
