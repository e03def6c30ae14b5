import type { Path, Problem, SourceFile } from '../../text/document.ts';
import { listed } from '../../text/listed.ts';
import { didYouMean } from '../../text/nearest.ts';
import { checkMatcher } from '../matcher.ts';

export type Report = (path: Path, message: string) => void;

/** The names that a runbook declares; undefined where the file that declares them cannot be read. */
export interface KnownNames {
  readonly functions?: readonly string[];
  /** The parameters of each function; undefined of one whose schema does not list them. */
  readonly parameters?: ReadonlyMap<string, readonly string[] | undefined>;
  readonly targets?: readonly string[];
  readonly conditions?: readonly string[];
  readonly situations?: readonly string[];
}

/** Checks that each matcher can be read. */
export function checkMatchers(texts: readonly string[], path: Path, report: Report): void {
  for (const [index, text] of texts.entries()) attempt(() => checkMatcher(text), [...path, index], report);
}

/** Reports what a check throws. */
export function attempt(check: () => unknown, path: Path, report: Report): void {
  try {
    check();
  } catch (error) {
    report(path, error instanceof Error ? error.message : 'is invalid');
  }
}

/** Like requireKnown, for each of a list. */
export function requireAllKnown(
  kind: string,
  names: readonly string[],
  known: readonly string[] | undefined,
  path: Path,
  report: Report,
): void {
  for (const [index, name] of names.entries()) requireKnown(kind, name, known, [...path, index], report);
}

/** Reports a name that is not among those known, with the nearest that is. */
export function requireKnown(
  kind: string,
  name: string,
  known: readonly string[] | undefined,
  path: Path,
  report: Report,
): void {
  if (known === undefined || known.includes(name)) return;
  report(path, `unknown ${kind} "${name}"; ${didYouMean(name, known)}known are ${listed(known)}`);
}

/** Reports at the line of a path in a file. */
export function reporter({ file, lineOf }: SourceFile<unknown>, problems: Problem[]): Report {
  return (path, message) => problems.push({ file, line: lineOf(path), message });
}
