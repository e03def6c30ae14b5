import type { Path, Problem, SourceFile } from '../../text/document.ts';
import { type AlertsFile, type Entry, familyOf } from '../schema.ts';
import { checkMatchers, type KnownNames, type Report, reporter, requireKnown } from './report.ts';

/** Checks the entries of all files: ids stand once, situations exist, matchers parse, no entry is out of reach. */
export function checkAlerts(sources: readonly SourceFile<AlertsFile>[], known: KnownNames, problems: Problem[]): void {
  const ids = new Map<string, string>();
  const decided = new Map<string, string>(); // alert name → the entry that takes it without further matchers
  for (const source of sources) {
    const report = reporter(source, problems);
    for (const [index, entry] of source.content.alerts.entries()) {
      const path = ['alerts', index];
      const other = ids.get(entry.id);
      if (other !== undefined) report([...path, 'id'], `the id "${entry.id}" stands in ${other} already`);
      ids.set(entry.id, source.file);
      requireKnown('situation', entry.situation, known.situations, [...path, 'situation'], report);
      checkMatchers(entry.match ?? [], [...path, 'match'], report);
      checkReach(entry, path, decided, report);
    }
  }
}

/** Checks that families have members: a misspelt one would separate its entry from its siblings unnoticed. */
export function checkFamilies(sources: readonly SourceFile<AlertsFile>[], problems: Problem[]): void {
  const sizes = new Map<string, number>();
  for (const entry of sources.flatMap(({ content }) => content.alerts)) {
    sizes.set(familyOf(entry), (sizes.get(familyOf(entry)) ?? 0) + 1);
  }
  for (const source of sources) {
    const report = reporter(source, problems);
    for (const [index, { family }] of source.content.alerts.entries()) {
      if (family === undefined || sizes.get(family) !== 1) continue;
      report(['alerts', index, 'family'], `no other entry is of family "${family}": correct its spelling or remove it`);
    }
  }
}

function checkReach(entry: Entry, path: Path, decided: Map<string, string>, report: Report): void {
  if (entry.names === undefined && entry.match === undefined) {
    report(path, `${entry.id}: give names or match, or it would take every alert`);
  }
  if (entry.pinned === true && entry.names === undefined) {
    report([...path, 'pinned'], `${entry.id}: give names; only an alert's exact name is pinned`);
  }
  for (const [position, name] of (entry.names ?? []).entries()) {
    const taken = decided.get(name);
    if (taken !== undefined) {
      report(
        [...path, 'names', position],
        `${name} never gets here: the entry "${taken}" takes it; remove one of the two`,
      );
    } else if (entry.match === undefined) {
      decided.set(name, entry.id);
    }
  }
}
