/** Whether an attempt has worked, recorded against its function and target. */
import type { Known, Step } from '../../shared/ledger/ledger.ts';
import { type Answer, type Around, answer } from './decide.ts';
import {
  type Attempt,
  type EpisodeRecord,
  marked,
  targetIn,
  targetKeyOf,
  writeEpisode,
  writeTarget,
} from './episode.ts';
import { breakerUntilMs } from './limits.ts';

/** The attempt as one that has not worked, recorded against its function and target. */
export function fail(
  correlationId: string,
  episode: EpisodeRecord,
  attempt: Attempt,
  reason: NonNullable<Attempt['failure']>['reason'],
  known: Known,
  { runbook, now }: Around,
): Step<Answer> {
  const key = targetKeyOf(attempt.target);
  if (!known.has(key)) return { more: [key] };
  const { remediation } = runbook.policy;
  const nowMs = now.getTime();
  const { lambda_function: lambdaFunction } = attempt.selection;
  const target = targetIn(known, attempt.target);
  const failures = marked(target.failures, { id: attempt.triggerId, lambdaFunction, atMs: nowMs });
  // One that worked later than now was written by a clock that was ahead: it must not outlive this failure.
  const worked = target.worked.filter(({ id, atMs }) => id !== attempt.triggerId && atMs < nowMs);
  const untilMs = breakerUntilMs(lambdaFunction, { ...target, failures }, { runbook, now });
  const failure = { reason, atMs: nowMs, sent: false, ...(untilMs === undefined ? {} : { breakerUntilMs: untilMs }) };
  const failed: Attempt = { ...attempt, sent: true, failure };
  return answer({ kind: 'ineffective', attempt: failed }, [
    writeEpisode(correlationId, { ...episode, attempt: failed }),
    writeTarget(attempt.target, { ...target, failures, worked }, remediation, nowMs),
  ]);
}

/** The attempt of an alert that has resolved, recorded as one that worked where the resolution is signed or need not be. */
export function verify(
  correlationId: string,
  episode: EpisodeRecord,
  attempt: Attempt,
  resolvedMs: number,
  known: Known,
  { runbook, now }: Around,
): Step<Answer> {
  const key = targetKeyOf(attempt.target);
  if (!known.has(key)) return { more: [key] };
  const target = targetIn(known, attempt.target);
  const { lambda_function: lambdaFunction } = attempt.selection;
  const closedUnsigned = episode.closedUnsigned === true;
  const mark = { id: attempt.triggerId, lambdaFunction, atMs: resolvedMs };
  const worked = closedUnsigned ? target.worked : marked(target.worked, mark);
  return answer({ kind: 'verified', attempt, resolvedMs, closedUnsigned }, [
    writeEpisode(correlationId, { ...episode, attempt }),
    writeTarget(attempt.target, { ...target, worked }, runbook.policy.remediation, now.getTime()),
  ]);
}
