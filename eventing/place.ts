import type { Path, Problem, SourceFile } from '../shared/text/document.ts';

/** A place in a document that was read, for the problems that no schema can express. */
export interface Place {
  /** The place so many steps further in. */
  at(...path: Path): Place;
  /** Adds a problem with file and line. */
  report(message: string): void;
}

/** The place of a path within a document; what is reported goes to `problems`. */
export function placeOf(document: SourceFile<unknown>, problems: Problem[], path: Path = []): Place {
  return {
    at: (...more) => placeOf(document, problems, [...path, ...more]),
    report(message) {
      const text = path.length === 0 ? message : `${path.join('.')} ${message}`;
      problems.push({ file: document.file, line: document.lineOf(path), message: text });
    },
  };
}
