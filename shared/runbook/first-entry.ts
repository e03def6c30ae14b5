import type { Labels } from '../alert/alert.ts';
import { entryMatches, type Runbook, type RunbookEntry } from './runbook.ts';

/** The entries as an alert asks for them: it meets its handful of candidates rather than the whole runbook. */
export interface EntryIndex {
  /** By the alert names that they list, each list in the runbook's order. */
  readonly byName: ReadonlyMap<string, readonly RunbookEntry[]>;
  /** Those that take any name. */
  readonly anyName: readonly RunbookEntry[];
  /** Where an entry stands in the runbook. */
  readonly position: ReadonlyMap<RunbookEntry, number>;
}

/** Sorts the entries once, so that no alert meets them all. */
export function indexEntries({ entries }: Runbook): EntryIndex {
  const anyName = entries.filter((entry) => entry.names === undefined);
  return { byName: entriesByName(entries), anyName, position: new Map(entries.map((entry, index) => [entry, index])) };
}

function entriesByName(entries: Runbook['entries']): EntryIndex['byName'] {
  const byName = new Map<string, readonly RunbookEntry[]>();
  for (const entry of entries) {
    const alone = [entry];
    for (const name of entry.names ?? []) {
      const others = byName.get(name);
      byName.set(name, others === undefined ? alone : [...others, entry]);
    }
  }
  return byName;
}

/** The first entry of the runbook that takes an alert of this name with these labels. */
export function firstEntry(
  { byName, anyName, position }: EntryIndex,
  alertname: string,
  labels: Labels,
): RunbookEntry | undefined {
  const matches = (entry: RunbookEntry) => entryMatches(entry, alertname, labels);
  const named = byName.get(alertname)?.find(matches);
  const end = named === undefined ? Number.POSITIVE_INFINITY : (position.get(named) ?? 0);
  const general = anyName.find((entry) => (position.get(entry) ?? 0) < end && matches(entry));
  return general ?? named;
}
