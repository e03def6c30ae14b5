/** What an event comes to: pure functions of it, what the ledger knows, the policy and the clock. */
import { eventId } from '../../shared/events/envelope.ts';
import { lambdaTrigger } from '../../shared/events/index.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import type { SuppressedReason } from '../../shared/events/remediation-suppressed.ts';
import type { Remediation } from '../../shared/runbook/remediation.ts';
import {
  type Asked,
  type Attempt,
  counted,
  type EpisodeRecord,
  episodeIn,
  episodeKey,
  marked,
  OVERALL_KEY,
  overallIn,
  tallied,
  targetIn,
  targetKeyOf,
  writeEpisode,
  writeOverall,
  writeTarget,
} from './episode.ts';
import type { Known, Result, Step, Write } from './ledger/ledger.ts';
import { breakerUntilMs, heldBack, unproven } from './limits.ts';
import { type Asking, asking, type Because, because, judge, type Verdict } from './policy.ts';

/** What emit-trigger answers; index.ts makes the event of it. */
export type Answer =
  | { readonly kind: 'triggered'; readonly attempt: Attempt }
  | { readonly kind: 'suppressed'; readonly selection: Selection; readonly because: Because<SuppressedReason> }
  | { readonly kind: 'asked'; readonly asked: Asked }
  | { readonly kind: 'verified'; readonly attempt: Attempt; readonly resolvedMs: number }
  | { readonly kind: 'ineffective'; readonly attempt: Attempt }
  | { readonly kind: 'done'; readonly reason: string }
  /** Another delivery of the event has just been answered. */
  | { readonly kind: 'held' };

/** What a decision may use besides the event and the records. */
export interface Around extends Asking {
  readonly approvalMs: number;
}

/** A remediation that is about to be tried. */
export interface Next {
  readonly correlationId: string;
  readonly selection: Selection;
  readonly verdict: Verdict;
  /** The person who has let it happen. */
  readonly approvedBy?: string;
}

/** How long an answer may take to come back from the broker before it is sent again. */
export const LEASE_MS = 3_000;
/** How long the deliveries of one event go on at most; a repetition of the alert comes later. */
export const REDELIVERY_MS = 60_000;

export function answer(of: Answer, writes: readonly Write[] = []): Result<Answer> {
  return { answer: of, writes };
}

export function suppress(
  selection: Selection,
  why: Because<SuppressedReason>,
  writes: readonly Write[] = [],
): Result<Answer> {
  return answer({ kind: 'suppressed', selection, because: why }, writes);
}

/** The records that a selection is decided on. */
export function keysOf(correlationId: string, { target }: Verdict): readonly string[] {
  return [episodeKey(correlationId), targetKeyOf(target), OVERALL_KEY];
}

/** The id of an attempt's lambda trigger, whatever function it calls. */
export function triggerIdOf(correlationId: string, attempt: number): string {
  return eventId(lambdaTrigger.type, correlationId, String(attempt));
}

/**
 * The next attempt of an episode that has none under way: triggered, left to a person, or kept back by what was done before.
 * What a person has let happen needs no other person, but meets the breaker, the limit of its target and its cooldown.
 */
export function tryNext(next: Next, known: Known, around: Around): Step<Answer> {
  const { correlationId, selection, verdict, approvedBy } = next;
  const unread = keysOf(correlationId, verdict).filter((key) => !known.has(key));
  if (unread.length > 0) return { more: unread };
  const episode = episodeIn(known, correlationId);
  const number = (episode.attempt?.number ?? 0) + 1;
  const target = targetIn(known, verdict.target);
  const held = heldBack({ selection, verdict, number }, target, around);
  if (held !== undefined) return suppress(selection, held);
  if (approvedBy !== undefined) return claim(next, number, known, around);
  const ask = verdict.ask ?? unproven(selection, number, target, around);
  if (ask !== undefined) return askPerson(next, number, ask, known, around);
  const { overall } = around.runbook.policy.remediation.limits;
  const isFull = counted(overallIn(known).triggers, overall.perMs, around.now.getTime()) >= overall.triggers;
  return isFull ? askInStorm(next, number, known, around) : claim(next, number, known, around);
}

function claim(next: Next, number: number, known: Known, { runbook, now }: Around): Result<Answer> {
  const { correlationId, selection, verdict, approvedBy } = next;
  const { remediation } = runbook.policy;
  const nowMs = now.getTime();
  const attempt: Attempt = {
    ...{ number, triggerId: triggerIdOf(correlationId, number), target: verdict.target, selection },
    policyHash: remediation.hash,
    ...(approvedBy === undefined ? {} : { approvedBy }),
    ...{ triggeredMs: nowMs, claimedMs: nowMs, sent: false, verificationMs: verdict.verificationMs },
  };
  const target = targetIn(known, verdict.target);
  const mark = { id: attempt.triggerId, lambdaFunction: selection.lambda_function, atMs: nowMs };
  const overall = overallIn(known);
  const triggers = tallied(overall.triggers, remediation.limits.overall.perMs, nowMs);
  return answer({ kind: 'triggered', attempt }, [
    writeEpisode(correlationId, { ...episodeIn(known, correlationId), attempt }),
    writeTarget(verdict.target, { ...target, triggers: marked(target.triggers, mark) }, remediation, nowMs),
    writeOverall({ ...overall, triggers }, remediation, nowMs),
  ]);
}

/**
 * The lambda trigger of an attempt once more, the same in all: it may have been lost. Time has passed since it was claimed, so
 * the limits count it as of now.
 */
export function sendAgain(correlationId: string, attempt: Attempt, known: Known, around: Around): Step<Answer> {
  const keys = [targetKeyOf(attempt.target), OVERALL_KEY];
  if (keys.some((key) => !known.has(key))) return { more: keys };
  const { selection, number, approvedBy } = attempt;
  const nowMs = around.now.getTime();
  if (nowMs - attempt.claimedMs < LEASE_MS) return answer({ kind: 'held' });
  const target = targetIn(known, attempt.target);
  const triggers = target.triggers.filter(({ id }) => id !== attempt.triggerId);
  const verdict = { ...judgeAgain(selection, around), target: attempt.target };
  const held = heldBack({ selection, verdict, number }, { ...target, triggers }, around);
  if (held !== undefined) return suppress(selection, held);
  const { remediation } = around.runbook.policy;
  const { perMs, triggers: most } = remediation.limits.overall;
  const overall = overallIn(known);
  const own = nowMs - attempt.claimedMs < perMs ? 1 : 0;
  if (approvedBy === undefined && counted(overall.triggers, perMs, nowMs) - own >= most) {
    return suppress(selection, because('rate', stormText(remediation)));
  }
  const renewed: Attempt = { ...attempt, claimedMs: nowMs };
  const mark = { id: attempt.triggerId, lambdaFunction: selection.lambda_function, atMs: nowMs };
  return answer({ kind: 'triggered', attempt: renewed }, [
    writeEpisode(correlationId, { ...episodeIn(known, correlationId), attempt: renewed }),
    writeTarget(attempt.target, { ...target, triggers: [...triggers, mark] }, remediation, nowMs),
    writeOverall({ ...overall, triggers: tallied(overall.triggers, perMs, nowMs) }, remediation, nowMs),
  ]);
}

function stormText({ limits: { overall } }: Remediation): string {
  return `there were ${overall.triggers} lambda triggers in ${overall.perMs / 60_000} minutes, as many as the policy allows`;
}

function askPerson(
  { correlationId, selection, verdict }: Next,
  number: number,
  ask: NonNullable<Verdict['ask']>,
  known: Known,
  { runbook, now, approvalMs }: Around,
): Step<Answer> {
  const { remediation } = runbook.policy;
  const { perMs, triggers } = remediation.limits.overall;
  const nowMs = now.getTime();
  const target = targetIn(known, verdict.target);
  const rival = target.asked?.find((each) => each.lambdaFunction === selection.lambda_function);
  if (rival !== undefined && rival.id !== correlationId) {
    const key = episodeKey(rival.id);
    if (!known.has(key)) return { more: [key] };
    const message = 'a person has been asked about the same call for this target already';
    if (isWaiting(episodeIn(known, rival.id), now)) return suppress(selection, because('waiting-approval', message));
  }
  const overall = overallIn(known);
  if (counted(overall.asked, perMs, nowMs) >= triggers) {
    return suppress(selection, because('rate', `a person was asked ${triggers} times in a short time already`));
  }
  const asked: Asked = {
    ...{ attempt: number, ...ask, selection, policyHash: remediation.hash },
    ...{ claimedMs: nowMs, expiresMs: nowMs + approvalMs, sent: false },
  };
  const others = target.asked?.filter((each) => each !== rival) ?? [];
  const mark = { id: correlationId, lambdaFunction: selection.lambda_function, atMs: nowMs };
  return answer({ kind: 'asked', asked }, [
    writeEpisode(correlationId, { ...episodeIn(known, correlationId), asked }),
    writeTarget(verdict.target, { ...target, asked: [...others, mark] }, remediation, nowMs),
    writeOverall({ ...overall, asked: tallied(overall.asked, perMs, nowMs) }, remediation, nowMs),
  ]);
}

// One person is told once: after that the others are only recorded.
function askInStorm(next: Next, number: number, known: Known, around: Around): Step<Answer> {
  const { overall } = around.runbook.policy.remediation.limits;
  const { stormMs } = overallIn(known);
  const nowMs = around.now.getTime();
  const message = stormText(around.runbook.policy.remediation);
  if (stormMs !== undefined && nowMs - stormMs < overall.perMs) {
    return suppress(next.selection, because('rate', `${message}; a person was told`));
  }
  const step = askPerson(next, number, asking('storm', message), known, around);
  if ('more' in step || step.answer.kind !== 'asked') return step;
  const told = step.writes.map((write) =>
    write.key === OVERALL_KEY ? { ...write, record: { ...write.record, stormMs: nowMs } } : write,
  );
  return { ...step, writes: told };
}

/** Whether a person can still answer. */
export function isWaiting({ asked, closedMs, denied }: EpisodeRecord, now: Date): boolean {
  if (asked === undefined || closedMs !== undefined || denied !== undefined) return false;
  return asked.answeredBy === undefined && asked.expiresMs > now.getTime();
}

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
  const worked = target.worked.filter(({ id }) => id !== attempt.triggerId);
  const untilMs = breakerUntilMs(lambdaFunction, { ...target, failures }, { runbook, now });
  const failure = { reason, atMs: nowMs, sent: false, ...(untilMs === undefined ? {} : { breakerUntilMs: untilMs }) };
  const failed: Attempt = { ...attempt, sent: true, failure };
  return answer({ kind: 'ineffective', attempt: failed }, [
    writeEpisode(correlationId, { ...episode, attempt: failed }),
    writeTarget(attempt.target, { ...target, failures, worked }, remediation, nowMs),
  ]);
}

/** The attempt of an alert that has resolved, recorded as one that worked. */
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
  const worked = marked(target.worked, { id: attempt.triggerId, lambdaFunction, atMs: resolvedMs });
  return answer({ kind: 'verified', attempt, resolvedMs }, [
    writeEpisode(correlationId, { ...episode, attempt }),
    writeTarget(attempt.target, { ...target, worked }, runbook.policy.remediation, now.getTime()),
  ]);
}

/** The verdict of now on what was selected before; a person answers for whether it was signed. */
export function judgeAgain(selection: Selection, around: Around): Verdict {
  return judge(around, selection, true);
}
