import type { Static, TSchema } from '@sinclair/typebox';
import type { ErrorObject } from 'ajv';
import { isObject } from '../json.ts';
import { compileThoroughGuard } from '../json-schema.ts';
import {
  checkDocument,
  type Fitting,
  type ParsedDocument,
  type Path,
  type Problem,
  pathOf,
  readParsed,
} from './document.ts';

/** Each round leaves out what the one before made unfit: a member that is required, its object, its list. */
const ROUNDS = 10;

/**
 * Reads a YAML (or JSON) file strictly; what is wrong with it goes to `problems`. The answer is what fits the schema, so that the
 * rest of the file can be checked too: whoever mends it wants to hear of all that is wrong. Undefined where nothing can be used.
 *
 * @param depth how deep in the file those things are that make sense as a whole alone
 */
export function readFitting<Schema extends TSchema>(
  file: string,
  schema: Schema,
  problems: Problem[],
  depth = Number.POSITIVE_INFINITY,
): Fitting<Static<Schema>> | undefined {
  const document = readParsed(file, problems);
  if (document === undefined) return undefined;
  const whole = checkDocument(document, schema, problems);
  return whole === undefined ? fittingPart(document, schema, depth) : { ...whole, leftOut: [] };
}

/** A document without what does not fit the schema; undefined where the document as a whole does not. */
function fittingPart<Schema extends TSchema>(
  { file, content, lineOf }: ParsedDocument,
  schema: Schema,
  depth: number,
): Fitting<Static<Schema>> | undefined {
  const validate = compileThoroughGuard(schema);
  const part: unknown = structuredClone(content);
  const origins: Origins = new WeakMap();
  const leftOut: Path[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    if (validate(part))
      return { file, content: part, lineOf: (path) => lineOf(originOf(part, path, origins)), leftOut };
    const paths = unfitPaths(validate.errors ?? [], depth);
    if (paths.some((path) => path.length === 0)) return undefined;
    leftOut.push(...paths.map((path) => originOf(part, path, origins)));
    for (const path of paths) leaveOut(part, path, origins);
  }
  return undefined;
}

/** For each list that is shorter than it was: where its items stood. */
type Origins = WeakMap<object, number[]>;

/** Each once, the last of a list first: what is left out moves what stands behind it. */
function unfitPaths(errors: readonly ErrorObject[], depth: number): Path[] {
  const paths = errors.map((error) => pathOf(error).slice(0, depth));
  const byText = new Map(paths.map((path) => [JSON.stringify(path), path]));
  return [...byText.values()].sort(laterFirst);
}

function laterFirst(left: Path, right: Path): number {
  const at = left.findIndex((step, index) => step !== right[index]);
  const [ours, theirs] = [left[at], right[at]];
  if (at === -1 || theirs === undefined) return right.length - left.length; // what is within, before what it is in
  return Number(theirs) - Number(ours) || String(theirs).localeCompare(String(ours));
}

function leaveOut(part: unknown, path: Path, origins: Origins): void {
  const within = path.slice(0, -1).reduce(memberOf, part);
  const step = path.at(-1) ?? '';
  if (Array.isArray(within)) {
    const places = origins.get(within) ?? within.map((_, index) => index);
    within.splice(Number(step), 1);
    places.splice(Number(step), 1);
    origins.set(within, places);
  } else if (isObject(within)) {
    delete within[step];
  }
}

/** The path in the whole document of a path in its part. */
function originOf(part: unknown, path: Path, origins: Origins): Path {
  let within = part;
  return path.map((step) => {
    const places = Array.isArray(within) ? origins.get(within) : undefined;
    within = memberOf(within, step);
    return places?.[Number(step)] ?? step;
  });
}

function memberOf(value: unknown, step: string | number): unknown {
  if (Array.isArray(value)) return value[Number(step)];
  return isObject(value) ? value[step] : undefined;
}
