/** What keeps a call back because of what was done to its target before. */
import type { ApprovalReason } from '../../shared/events/approval.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import type { SuppressedReason } from '../../shared/events/remediation-suppressed.ts';
import { type Mark, since, type TargetRecord } from './episode.ts';
import { type Asking, asking, type Because, because, type Judgement } from './policy.ts';

type Around = Pick<Asking, 'runbook' | 'now'>;

interface Trying {
  readonly selection: Selection;
  readonly judged: Judgement;
  /** Which attempt of its episode it is. A further one waits for a person, not for the cooldown. */
  readonly number: number;
}

/** Breaker, limit of the target, cooldown. */
export function heldBack(
  { selection, judged, number }: Trying,
  target: TargetRecord,
  around: Around,
): Because<SuppressedReason> | undefined {
  const { lambda_function: lambdaFunction } = selection;
  const untilMs = breakerUntilMs(lambdaFunction, target, around);
  if (untilMs !== undefined) {
    const until = new Date(untilMs).toISOString();
    return because('breaker', `${lambdaFunction} has not worked for ${judged.target}; none is tried until ${until}`);
  }
  const nowMs = around.now.getTime();
  const { triggers, perMs } = around.runbook.policy.remediation.limits.target;
  const count = since(target.triggers, nowMs - perMs).length;
  if (count >= triggers) {
    return because('rate', `${judged.target} has had ${count} lambda triggers, as many as the policy allows`);
  }
  const isRecent = since(of(lambdaFunction, target.triggers), nowMs - judged.cooldownMs).length > 0;
  return isRecent && number === 1 ? because('cooldown') : undefined;
}

/** Until when a function is not tried on a target any more; undefined where it may be. */
export function breakerUntilMs(
  lambdaFunction: string,
  target: TargetRecord,
  { runbook, now }: Around,
): number | undefined {
  const { after, withinMs, openMs } = runbook.policy.remediation.breaker;
  const nowMs = now.getTime();
  const failures = of(lambdaFunction, target.failures);
  const lastMs = latestMs(failures);
  const isOpen = since(failures, lastMs - withinMs).length >= after && lastMs + openMs > nowMs;
  return isOpen ? lastMs + openMs : undefined;
}

/** Why a person must be asked: this episode, or the target, has seen the same function fail. */
export function unproven(
  { lambda_function: lambdaFunction }: Selection,
  number: number,
  target: TargetRecord,
  { runbook, now }: Around,
): Because<ApprovalReason> | undefined {
  if (number > 1) return asking('ineffective');
  const failedMs = latestMs(
    since(of(lambdaFunction, target.failures), now.getTime() - runbook.policy.remediation.breaker.withinMs),
  );
  const workedMs = latestMs(of(lambdaFunction, target.worked));
  const message = `the last ${lambdaFunction} of this target has not worked`;
  return failedMs > workedMs ? asking('ineffective', message) : undefined;
}

function of(lambdaFunction: string, marks: readonly Mark[]): readonly Mark[] {
  return marks.filter((mark) => mark.lambdaFunction === lambdaFunction);
}

function latestMs(marks: readonly Mark[]): number {
  return Math.max(0, ...marks.map(({ atMs }) => atMs));
}
