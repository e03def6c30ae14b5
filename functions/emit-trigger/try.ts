/** An attempt: claimed before its lambda trigger goes out, and sent again where that may have been lost. */
import type { Known, Result, Step } from '../../shared/ledger/ledger.ts';
import { askInStorm, askPerson, stormText } from './ask.ts';
import {
  type Answer,
  type Around,
  answer,
  isHeld,
  judgeAgain,
  keysOf,
  type Next,
  suppress,
  triggerIdOf,
} from './decide.ts';
import {
  type Attempt,
  episodeIn,
  marked,
  OVERALL_KEY,
  overallIn,
  targetIn,
  targetKeyOf,
  writeEpisode,
  writeOverall,
  writeTarget,
} from './episode.ts';
import { heldBack, unproven } from './limits.ts';
import { because } from './policy.ts';
import { counted, movedToNow, tallied } from './tally.ts';

/**
 * The next attempt of an episode that has none under way: triggered, left to a person, or kept back by what was done before.
 * What a person has let happen needs no other person, but meets the breaker, the limit of its target and its cooldown.
 */
export function tryNext(next: Next, known: Known, around: Around): Step<Answer> {
  const { correlationId, selection, judged, approvedBy } = next;
  const unread = keysOf(correlationId, judged).filter((key) => !known.has(key));
  if (unread.length > 0) return { more: unread };
  const episode = episodeIn(known, correlationId);
  const number = (episode.attempt?.number ?? 0) + 1;
  const target = targetIn(known, judged.target);
  const held = heldBack({ selection, judged, number }, target, around);
  if (held !== undefined) return suppress(selection, held);
  if (approvedBy !== undefined) return claim(next, number, known, around);
  const ask = judged.ask ?? unproven(selection, number, target, around);
  if (ask !== undefined) return askPerson(next, number, ask, known, around);
  const { overall } = around.runbook.policy.remediation.limits;
  const isFull = counted(overallIn(known).triggers, overall.perMs, around.now.getTime()) >= overall.triggers;
  return isFull ? askInStorm(next, number, known, around) : claim(next, number, known, around);
}

function claim(next: Next, number: number, known: Known, { runbook, now, trace }: Around): Result<Answer> {
  const { correlationId, selection, judged, approvedBy } = next;
  const { remediation } = runbook.policy;
  const nowMs = now.getTime();
  const attempt: Attempt = {
    number,
    triggerId: triggerIdOf(correlationId, number),
    target: judged.target,
    selection,
    policyHash: remediation.hash,
    triggeredMs: nowMs,
    claimedMs: nowMs,
    sent: false,
    verificationMs: judged.verificationMs,
    ...(approvedBy === undefined ? {} : { approvedBy }),
    ...(trace === undefined ? {} : { trace }),
  };
  const target = targetIn(known, judged.target);
  const mark = { id: attempt.triggerId, lambdaFunction: selection.lambda_function, atMs: nowMs };
  const overall = overallIn(known);
  const triggers = tallied(overall.triggers, remediation.limits.overall.perMs, nowMs);
  return answer({ kind: 'triggered', attempt }, [
    writeEpisode(correlationId, { ...episodeIn(known, correlationId), attempt }),
    writeTarget(judged.target, { ...target, triggers: marked(target.triggers, mark) }, remediation, nowMs),
    writeOverall({ ...overall, triggers }, remediation, nowMs),
  ]);
}

/**
 * The lambda trigger of an attempt once more, unchanged: it may have been lost. Time has passed since it was claimed, so
 * the limits count it as of now.
 */
export function sendAgain(correlationId: string, attempt: Attempt, known: Known, around: Around): Step<Answer> {
  const keys = [targetKeyOf(attempt.target), OVERALL_KEY];
  if (keys.some((key) => !known.has(key))) return { more: keys };
  const { selection, number, approvedBy } = attempt;
  const nowMs = around.now.getTime();
  if (isHeld(attempt.claimedMs, nowMs)) return answer({ kind: 'held' });
  const target = targetIn(known, attempt.target);
  const triggers = target.triggers.filter(({ id }) => id !== attempt.triggerId);
  const judged = { ...judgeAgain(selection, around), target: attempt.target };
  const held = heldBack({ selection, judged, number }, { ...target, triggers }, around);
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
    writeOverall(
      { ...overall, triggers: movedToNow(overall.triggers, attempt.claimedMs, perMs, nowMs) },
      remediation,
      nowMs,
    ),
  ]);
}
