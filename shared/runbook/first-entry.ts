import type { Labels } from '../alert/alert.ts';
import { entriesByName, entryNaming } from './named.ts';
import { entryMatches, type Runbook, type RunbookEntry } from './runbook.ts';

/** The entries that take any name, and the order of all. */
export interface EntryIndex {
  readonly anyName: readonly RunbookEntry[];
  /** Where an entry stands in the runbook. */
  readonly position: ReadonlyMap<RunbookEntry, number>;
}

/** Sorts the entries once, so that no alert meets them all. */
export function indexEntries(runbook: Runbook): EntryIndex {
  entriesByName(runbook);
  const anyName = runbook.entries.filter((entry) => entry.names === undefined);
  return { anyName, position: new Map(runbook.entries.map((entry, index) => [entry, index])) };
}

/** The first entry of the runbook that takes an alert of this name with these labels. */
export function firstEntry(
  runbook: Runbook,
  index: EntryIndex,
  alertname: string,
  labels: Labels,
): RunbookEntry | undefined {
  const matches = (entry: RunbookEntry) => entryMatches(entry, alertname, labels);
  const named = entryNaming(runbook, alertname, labels);
  const end = named === undefined ? Number.POSITIVE_INFINITY : (index.position.get(named) ?? 0);
  const general = index.anyName.find((entry) => (index.position.get(entry) ?? 0) < end && matches(entry));
  return general ?? named;
}
