import { readFileSync } from 'node:fs';
import { type Alert, parseAlert } from '../shared/alert/alert.ts';
import type { Parameters } from '../shared/decision.ts';
import { isObject } from '../shared/json.ts';

/** An answer by label: a function, or null for no action, with label references or constants for parameters. */
export interface Expected {
  readonly lambda_function: string | null;
  readonly parameters: Parameters;
}

/** One labelled alert. `also` are other answers that a careful reader could defend. */
export interface Labelled {
  readonly id: string;
  readonly alert: Alert;
  readonly expected: Expected;
  readonly also: readonly Expected[];
}

/** Reads labelled alerts, one JSON object a line. @throws {Error} naming the line that is not one */
export function readLabelled(path: string): Labelled[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, index) => (line.trim() === '' ? [] : [parseLine(line, `${path}:${index + 1}`)]));
}

function parseLine(line: string, where: string): Labelled {
  const row: unknown = JSON.parse(line);
  if (!isObject(row) || !isObject(row.expected)) throw new Error(`${where}: needs id, alert and expected`);
  const also = Array.isArray(row.also) ? row.also.map(parseExpected) : [];
  return { id: String(row.id ?? where), alert: parseAlert(row.alert), expected: parseExpected(row.expected), also };
}

function parseExpected(value: unknown): Expected {
  const { lambda_function = null, parameters = {} } = value as Partial<Expected>;
  return { lambda_function, parameters };
}
