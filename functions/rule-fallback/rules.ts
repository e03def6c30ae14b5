import type { Alert } from '../../shared/alert/alert.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import type { Decision } from '../../shared/decision.ts';
import { decideEntry } from '../../shared/runbook/entry.ts';
import { type EntryIndex, firstEntry } from '../../shared/runbook/first-entry.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';

/** The first entry that matches the alert decides by its situation. Without one the tier abstains. */
export function decideByRules(runbook: Runbook, index: EntryIndex, alert: Alert): Decision {
  const labels = ownLabels(runbook.policy, alert);
  const entry = firstEntry(index, alert.alertname, labels);
  if (entry === undefined) return { outcome: 'abstained', reason: 'no_match' };
  return decideEntry(runbook, entry, alert, labels);
}
