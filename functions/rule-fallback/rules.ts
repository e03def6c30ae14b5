import type { Alert, Labels } from '../../shared/alert/alert.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import type { Decision } from '../../shared/decision.ts';
import { decideEntry } from '../../shared/runbook/entry.ts';
import { entryMatches, type Runbook, type RunbookEntry } from '../../shared/runbook/runbook.ts';

/** Entries by the alert names that they list, each list in the runbook's order; and those that take any name. */
export interface RuleIndex {
  readonly byName: ReadonlyMap<string, readonly RunbookEntry[]>;
  readonly anyName: readonly RunbookEntry[];
  /** Where an entry stands in the runbook. */
  readonly position: ReadonlyMap<RunbookEntry, number>;
}

/** Sorts the entries by name once: an alert meets its handful of candidates rather than the whole runbook. */
export function indexEntries(runbook: Runbook): RuleIndex {
  const byName = new Map<string, RunbookEntry[]>();
  for (const entry of runbook.entries) {
    for (const name of entry.names ?? []) byName.set(name, [...(byName.get(name) ?? []), entry]);
  }
  const anyName = runbook.entries.filter((entry) => entry.names === undefined);
  return { byName, anyName, position: new Map(runbook.entries.map((entry, index) => [entry, index])) };
}

/** The first entry that matches the alert decides by its situation. Without one the tier abstains. */
export function decideByRules(runbook: Runbook, index: RuleIndex, alert: Alert): Decision {
  const labels = ownLabels(runbook.policy, alert);
  const entry = firstMatch(index, alert.alertname, labels);
  if (entry === undefined) return { outcome: 'abstained', reason: 'no_match' };
  return decideEntry(runbook, entry, alert, labels);
}

function firstMatch(index: RuleIndex, alertname: string, labels: Labels): RunbookEntry | undefined {
  const matches = (entry: RunbookEntry) => entryMatches(entry, alertname, labels);
  const named = index.byName.get(alertname)?.find(matches);
  const end = named === undefined ? Number.POSITIVE_INFINITY : (index.position.get(named) ?? 0);
  const general = index.anyName.find((entry) => (index.position.get(entry) ?? 0) < end && matches(entry));
  return general ?? named;
}
