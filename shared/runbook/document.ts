import { readFileSync } from 'node:fs';
import type { Static, TSchema } from '@sinclair/typebox';
import type { ErrorObject } from 'ajv';
import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { compileThoroughGuard } from '../json-schema.ts';

/** Something wrong in a runbook file: where it is and what would mend it. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** A file that was read and fits its schema; `lineOf` tells where a path of it stands. */
export interface SourceFile<Content> {
  readonly file: string;
  readonly content: Content;
  readonly lineOf: (path: Path) => number;
}

type Path = readonly (string | number)[];

/** Reads a YAML (or JSON) file strictly. What is wrong with it goes to `problems`; the answer is then undefined. */
export function readDocument<Schema extends TSchema>(
  file: string,
  schema: Schema,
  problems: Problem[],
): SourceFile<Static<Schema>> | undefined {
  const text = readText(file, problems);
  if (text === undefined) return undefined;
  if (file.endsWith('.json')) return checkSchema(file, parseJson(file, text, problems), schema, () => 1, problems);
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true });
  for (const error of document.errors) {
    problems.push({ file, line: counter.linePos(error.pos[0]).line, message: firstLine(error.message) });
  }
  if (document.errors.length > 0) return undefined;
  const lineOf = (path: Path) => counter.linePos(offsetOf(document, path)).line;
  return checkSchema(file, document.toJS(), schema, lineOf, problems);
}

function checkSchema<Schema extends TSchema>(
  file: string,
  content: unknown,
  schema: Schema,
  lineOf: (path: Path) => number,
  problems: Problem[],
): SourceFile<Static<Schema>> | undefined {
  const validate = compileThoroughGuard(schema);
  if (validate(content)) return { file, content, lineOf };
  for (const error of validate.errors ?? []) {
    problems.push({ file, line: lineOf(pathOf(error)), message: describe(error) });
  }
  return undefined;
}

function describe(error: ErrorObject): string {
  const where = error.instancePath.slice(1).replaceAll('/', '.') || 'the file';
  if (error.keyword === 'additionalProperties') {
    return `${where}: unknown key "${error.params.additionalProperty}"; remove it or correct its spelling`;
  }
  return `${where} ${error.message ?? 'is invalid'}`;
}

function pathOf(error: ErrorObject): Path {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return error.keyword === 'additionalProperties' ? [...path, String(error.params.additionalProperty)] : path;
}

// Where the key (in a map) or the item (in a list) of the last step stands; what is missing stands where its parent does.
function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    const next = child(node, step);
    if (next === undefined) break;
    offset = next.offset ?? offset;
    node = next.value;
  }
  return offset;
}

function child(node: unknown, step: string | number): { offset: number | undefined; value: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
    );
    return pair && isScalar(pair.key) ? { offset: pair.key.range?.[0], value: pair.value } : undefined;
  }
  if (!isSeq(node)) return undefined;
  const item = node.items[Number(step)];
  return item === undefined
    ? undefined
    : { offset: isMap(item) || isScalar(item) ? item.range?.[0] : undefined, value: item };
}

function readText(file: string, problems: Problem[]): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    problems.push({ file, line: 1, message: `cannot be read (${why}); check that it is there and readable` });
    return undefined;
  }
}

function parseJson(file: string, text: string, problems: Problem[]): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    problems.push({ file, line: 1, message: firstLine(error instanceof Error ? error.message : 'is no JSON') });
    return undefined;
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
