import type { Alert, Labels } from '../alert/alert.ts';
import { ownLabels } from '../alert/own-labels.ts';
import { runbookFor } from '../annotation.ts';
import type { Decision } from '../decision.ts';
import { type Bar, decideSituation } from './decide.ts';
import { entryMatches, type Runbook, type RunbookEntry } from './runbook.ts';

/** Why a call is kept back, in words. */
export const BARRED: Readonly<Record<Bar, string>> = {
  protected: 'nothing is changed in a protected namespace',
  forbidden: 'the policy forbids the function for what the alert is about',
  annotation: 'what the alert says of its function lets only functions that observe follow',
};

/**
 * What an entry that takes the alert makes of it; an entry whose situation is not there decides nothing.
 *
 * @param labels the alert's own (own-labels.ts)
 */
export function decideEntry(runbook: Runbook, entry: RunbookEntry, alert: Alert, labels: Labels): Decision {
  const situation = runbook.situations.get(entry.situation);
  if (situation === undefined) return { outcome: 'abstained', reason: 'no_match' };
  const decided = decideSituation(runbookFor(runbook, alert), situation, labels);
  const evidence = { entry: entry.id, reasoning: decided.reason, confidence: 1 };
  if (decided.call === undefined) {
    const reasoning = decided.bar === undefined ? decided.reason : BARRED[decided.bar];
    return { outcome: 'none', reason: 'no_action', ...evidence, reasoning };
  }
  return { outcome: 'selected', reason: 'matched', ...decided.call, ...evidence };
}

/**
 * What the first pinned entry for this alert decides; undefined where no entry for it is pinned.
 *
 * @param own the alert's own labels, where they are known already
 */
export function decidePinned(runbook: Runbook, alert: Alert, own?: Labels): Decision | undefined {
  const pinned = runbook.entries.filter((entry) => entry.pinned === true);
  if (pinned.length === 0) return undefined;
  const labels = own ?? ownLabels(runbook.policy, alert);
  const entry = pinned.find((candidate) => entryMatches(candidate, alert.alertname, labels));
  return entry && decideEntry(runbook, entry, alert, labels);
}
