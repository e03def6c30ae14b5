import type { Alert, Labels } from '../../shared/alert/alert.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import type { Decision } from '../../shared/decision.ts';
import { decideEntry } from '../../shared/runbook/entry.ts';
import { entriesByName, entryNaming } from '../../shared/runbook/named.ts';
import { entryMatches, type Runbook, type RunbookEntry } from '../../shared/runbook/runbook.ts';

/** The entries that take any name, and the order of all. */
export interface RuleIndex {
  readonly anyName: readonly RunbookEntry[];
  /** Where an entry stands in the runbook. */
  readonly position: ReadonlyMap<RunbookEntry, number>;
}

/** Sorts the entries once, so that no alert meets them all. */
export function indexEntries(runbook: Runbook): RuleIndex {
  entriesByName(runbook);
  const anyName = runbook.entries.filter((entry) => entry.names === undefined);
  return { anyName, position: new Map(runbook.entries.map((entry, index) => [entry, index])) };
}

/** The first entry that matches the alert decides by its situation. Without one the tier abstains. */
export function decideByRules(runbook: Runbook, index: RuleIndex, alert: Alert): Decision {
  const labels = ownLabels(runbook.policy, alert);
  const entry = firstMatch(runbook, index, alert.alertname, labels);
  if (entry === undefined) return { outcome: 'abstained', reason: 'no_match' };
  return decideEntry(runbook, entry, alert, labels);
}

function firstMatch(runbook: Runbook, index: RuleIndex, alertname: string, labels: Labels): RunbookEntry | undefined {
  const matches = (entry: RunbookEntry) => entryMatches(entry, alertname, labels);
  const named = entryNaming(runbook, alertname, labels);
  const end = named === undefined ? Number.POSITIVE_INFINITY : (index.position.get(named) ?? 0);
  const general = index.anyName.find((entry) => (index.position.get(entry) ?? 0) < end && matches(entry));
  return general ?? named;
}
