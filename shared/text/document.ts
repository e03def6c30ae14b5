import { readFileSync } from 'node:fs';
import type { Static, TSchema } from '@sinclair/typebox';
import type { ErrorObject } from 'ajv';
import { type Document, isMap, isPair, isScalar, isSeq, LineCounter } from 'yaml';
import { compileThoroughGuard } from '../json-schema.ts';
import { listed } from './listed.ts';
import { nearest } from './nearest.ts';
import { contentOf, parseDocuments } from './yaml.ts';

/** Something wrong in a file: where it is and how to fix it. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** By file, as these come, and by line within each. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return problems.toSorted(
    (left, right) => files.indexOf(left.file) - files.indexOf(right.file) || left.line - right.line,
  );
}

/** A file that was read and fits its schema; `lineOf` returns the line of a path in it. */
export interface SourceFile<Content> {
  readonly file: string;
  readonly content: Content;
  readonly lineOf: (path: Path) => number;
}

/** What fits of a file, and the paths of what was left out. */
export interface Fitting<Content> extends SourceFile<Content> {
  readonly leftOut: readonly Path[];
}

/** Keys and positions that lead into a document. */
export type Path = readonly (string | number)[];

/** A document whose YAML or JSON is sound; whether it fits a schema is not known yet. */
export type ParsedDocument = SourceFile<unknown>;

/** Reads a YAML (or JSON) file strictly. What is wrong with it goes to `problems`; the answer is then undefined. */
export function readParsed(file: string, problems: Problem[]): ParsedDocument | undefined {
  const text = readText(file, problems);
  if (text === undefined) return undefined;
  const [document, second] = file.endsWith('.json') ? parseJson(file, text, problems) : parseYaml(file, text, problems);
  if (second !== undefined) {
    problems.push({
      file,
      line: second.lineOf([]),
      message: 'a second document begins here; put it into another file',
    });
    return undefined;
  }
  return document;
}

/** Reads a JSON file that has been checked before, and is known not to have changed since. */
export function readChecked<Schema extends TSchema>(
  file: string,
  _schema: Schema,
  problems: Problem[],
): Fitting<Static<Schema>> | undefined {
  const text = readText(file, problems);
  return text === undefined ? undefined : { file, content: JSON.parse(text), lineOf: () => 1, leftOut: [] };
}

/** The documents of a YAML text, at least one; none where the text is not valid YAML. */
export function parseYaml(file: string, text: string, problems: Problem[]): ParsedDocument[] {
  const counter = new LineCounter();
  const documents = parseDocuments(text, { lineCounter: counter });
  const errors = documents.flatMap((document) => document.errors);
  for (const error of errors) {
    problems.push({ file, line: counter.linePos(error.pos[0]).line, message: firstLine(error.message) });
  }
  if (errors.length > 0) return [];
  return documents.flatMap((document) => {
    const content = contentOf(document);
    if (content instanceof Error) {
      problems.push({ file, line: 1, message: firstLine(content.message) });
      return [];
    }
    return [{ file, content, lineOf: (path: Path) => counter.linePos(offsetOf(document, path)).line }];
  });
}

/** The document where it fits the schema; otherwise undefined, and every error goes to `problems`. */
export function checkDocument<Schema extends TSchema>(
  document: ParsedDocument,
  schema: Schema,
  problems: Problem[],
): SourceFile<Static<Schema>> | undefined {
  const { file, content, lineOf } = document;
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
    const key = String(error.params.additionalProperty);
    const meant = nearest(key, Object.keys(error.parentSchema?.properties ?? {}));
    return `${where}: unknown key "${key}"; ${meant === undefined ? 'remove it or correct its spelling' : `did you mean ${meant}?`}`;
  }
  if (error.keyword === 'enum') {
    const known: string[] = error.params.allowedValues;
    const meant = nearest(String(error.data), known);
    return `${where} must be one of ${listed(known)}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
  }
  if (error.keyword === 'type' && error.params.type === 'string') {
    return `${where} must be text, in quotes where it looks like something else`;
  }
  return `${where} ${error.message ?? 'is invalid'}`;
}

/** Where in a document an error is: at a key that is too many, else at the value that does not fit. */
export function pathOf(error: ErrorObject): Path {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return error.keyword === 'additionalProperties' ? [...path, String(error.params.additionalProperty)] : path;
}

// The position of the key (in a map) or the item (in a list) of the last step; of its parent where it is missing.
function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
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

function parseJson(file: string, text: string, problems: Problem[]): ParsedDocument[] {
  try {
    return [{ file, content: JSON.parse(text), lineOf: () => 1 }];
  } catch (error) {
    problems.push({ file, line: 1, message: firstLine(error instanceof Error ? error.message : 'is not JSON') });
    return [];
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
