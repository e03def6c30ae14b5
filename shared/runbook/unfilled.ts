import type { Path, Problem, SourceFile } from '../text/document.ts';
import type { Layer } from './layer.ts';

/** The places that say what must be filled in, as agent-sre new leaves them. */
export function unfilledIn({ catalogue, policy, situations, alerts, patterns }: Layer): Problem[] {
  const files = [catalogue, policy, situations, ...alerts, ...patterns];
  return files.flatMap((source) => (source === undefined ? [] : placesIn(source)));
}

function placesIn({ file, content, lineOf }: SourceFile<unknown>): Problem[] {
  return pathsIn(content, []).map((path) => ({
    file,
    line: lineOf(path),
    message: `${path.join('.')} says TODO; fill it in`,
  }));
}

function pathsIn(value: unknown, path: Path): Path[] {
  if (typeof value === 'string') return /^TODO\b/.test(value) ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return members.flatMap(([key, member]) => pathsIn(member, [...path, key]));
}
