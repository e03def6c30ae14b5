import type { Alert } from './alert/alert.ts';
import { exclusionOf } from './alert/exclusion.ts';
import { decideAnnotation } from './annotation.ts';
import { type Decision, REASONS } from './decision.ts';
import { decidePinned } from './runbook/entry.ts';
import type { Runbook } from './runbook/runbook.ts';

/**
 * What somebody wrote down for this very alert, before any model: nothing for one that is excluded, else what its annotation
 * says, else what a pinned entry decides. The last decision counts; one before it is an annotation that could not be used.
 */
export function decideStatic(runbook: Runbook, alert: Alert): readonly Decision[] {
  const reason = exclusionOf(runbook.policy, alert);
  if (reason !== undefined) return [{ outcome: 'none', reason, reasoning: REASONS[reason] }];
  const annotated = decideAnnotation(runbook, alert);
  if (annotated !== undefined && annotated.outcome !== 'abstained') return [annotated];
  return [annotated, decidePinned(runbook, alert)].filter((decision) => decision !== undefined);
}
