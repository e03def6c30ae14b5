import type { Labels } from '../alert/alert.ts';
import { entryMatches, type Runbook, type RunbookEntry } from './runbook.ts';

/** Entries by the alert names that they list, each list in the runbook's order. */
export type EntriesByName = ReadonlyMap<string, readonly RunbookEntry[]>;

/** The entries of a runbook that has been asked before: they are sorted once. */
const sorted = new WeakMap<Runbook['entries'], EntriesByName>();

/** Sorts the entries by name: an alert meets its handful of candidates rather than the whole runbook. */
export function entriesByName({ entries }: Runbook): EntriesByName {
  const known = sorted.get(entries);
  if (known !== undefined) return known;
  const byName = new Map<string, readonly RunbookEntry[]>();
  for (const entry of entries) {
    const alone = [entry];
    for (const name of entry.names ?? []) {
      const others = byName.get(name);
      byName.set(name, others === undefined ? alone : [...others, entry]);
    }
  }
  sorted.set(entries, byName);
  return byName;
}

/** The first entry that names this very alert and whose matchers take its labels. */
export function entryNaming(runbook: Runbook, alertname: string, labels: Labels): RunbookEntry | undefined {
  return entriesByName(runbook)
    .get(alertname)
    ?.find((entry) => entryMatches(entry, alertname, labels));
}
