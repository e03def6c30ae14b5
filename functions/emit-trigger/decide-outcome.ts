/** What became of what was triggered: the alert resolves, the Lambda function has finished, an own event comes back. */
import type { LambdaFinished } from '../../shared/events/lambda-finished.ts';
import type { Known, Step } from '../../shared/ledger/ledger.ts';
import { isWaiting } from './ask.ts';
import { type Answer, type Around, answer, judgeAgain, suppress } from './decide.ts';
import { type Attempt, type EpisodeRecord, episodeIn, writeEpisode } from './episode.ts';
import { fail, verify } from './outcome.ts';
import { because } from './policy.ts';
import { tryNext } from './try.ts';

const UNKNOWN = answer({ kind: 'done', reason: 'unknown trigger' });

/**
 * The alert has resolved: the episode is over, whoever says so, and says so a second time.
 *
 * @param signed false where alert-router should have signed it and has not: then nothing is known to have worked
 */
export function decideResolved(correlationId: string, signed: boolean, known: Known, around: Around): Step<Answer> {
  const { closedMs, closedUnsigned, ...before } = episodeIn(known, correlationId);
  const isProven = closedMs !== undefined && closedUnsigned !== true;
  const isFresh = closedMs === undefined || (signed && !isProven);
  const resolvedMs = isFresh ? around.now.getTime() : closedMs;
  const unsigned = signed || isProven ? {} : { closedUnsigned: true as const };
  const episode: EpisodeRecord = { ...before, closedMs: resolvedMs, ...unsigned };
  const { attempt, asked } = episode;
  if (attempt?.sent === true && attempt.failure === undefined) {
    return verify(correlationId, episode, attempt, resolvedMs, known, around);
  }
  const writes = isFresh ? [writeEpisode(correlationId, episode)] : [];
  const isCancelled = asked !== undefined && asked.answeredBy === undefined && episode.denied === undefined;
  if (isCancelled && asked.attempt > (attempt?.number ?? 0))
    return suppress(asked.selection, because('resolved'), writes);
  return answer({ kind: 'done', reason: 'resolved' }, writes);
}

/**
 * What a Lambda function says of its own work: the first that counts, but what is signed rather than what is not. That it has
 * worked, only the alert can tell.
 */
export function decideFinished(said: LambdaFinished, signed: boolean, known: Known, around: Around): Step<Answer> {
  const { correlation_id: correlationId, trigger_id, outcome, code } = said;
  const episode = episodeIn(known, correlationId);
  if (episode.attempt?.triggerId !== trigger_id) return UNKNOWN;
  const { finished: before } = episode.attempt;
  const counts = before === undefined || (signed && before.unsigned === true);
  const finished = counts ? { outcome, code, ...(signed ? {} : { unsigned: true as const }) } : before;
  const attempt: Attempt = { ...episode.attempt, finished };
  if (finished.outcome === 'failed' || finished.outcome === 'refused') {
    if (attempt.failure !== undefined) return answer({ kind: 'ineffective', attempt });
    return fail(correlationId, episode, attempt, finished.outcome, known, around);
  }
  return markSent(correlationId, episode, attempt, known, around, outcome);
}

/** Its own lambda trigger has come back: it is on its way to the Lambda function. */
export function decideTriggerSent(
  correlationId: string,
  triggerId: string,
  known: Known,
  around: Around,
): Step<Answer> {
  const episode = episodeIn(known, correlationId);
  if (episode.attempt?.triggerId !== triggerId) return UNKNOWN;
  return markSent(correlationId, episode, episode.attempt, known, around, 'sent');
}

/** Its own approval.requested has come back. */
export function decideQuestionSent(correlationId: string, expiresMs: number, known: Known): Step<Answer> {
  const episode = episodeIn(known, correlationId);
  if (episode.asked?.expiresMs !== expiresMs) return answer({ kind: 'done', reason: 'unknown question' });
  const writes = episode.asked.sent
    ? []
    : [writeEpisode(correlationId, { ...episode, asked: { ...episode.asked, sent: true } })];
  return answer({ kind: 'done', reason: 'asked' }, writes);
}

/** Its own remediation.ineffective has come back: a person decides on the next attempt while the alert fires. */
export function decideIneffectiveSent(
  correlationId: string,
  triggerId: string,
  known: Known,
  around: Around,
): Step<Answer> {
  const before = episodeIn(known, correlationId);
  const { attempt } = before;
  if (attempt?.triggerId !== triggerId || attempt.failure === undefined) return UNKNOWN;
  const episode: EpisodeRecord = { ...before, attempt: { ...attempt, failure: { ...attempt.failure, sent: true } } };
  const told = [writeEpisode(correlationId, episode)];
  if (episode.closedMs !== undefined || episode.denied !== undefined) {
    return answer({ kind: 'done', reason: episode.denied === undefined ? 'resolved' : 'denied' }, told);
  }
  if (isWaiting(episode, around.now)) return answer({ kind: 'done', reason: 'asked' }, told);
  const { selection } = attempt;
  const judged = judgeAgain(selection, around);
  if (judged.suppress !== undefined) return suppress(selection, judged.suppress, told);
  const after = new Map(known).set(told[0]?.key ?? '', episode as never);
  const step = tryNext({ correlationId, selection, judged }, after, around);
  if ('more' in step) return step;
  return step.writes.length === 0 ? { ...step, writes: told } : step;
}

// A resolution that came first could not tell whether anything had been triggered.
function markSent(
  correlationId: string,
  episode: EpisodeRecord,
  attempt: Attempt,
  known: Known,
  around: Around,
  reason: string,
): Step<Answer> {
  const sent: Attempt = { ...attempt, sent: true };
  if (episode.closedMs !== undefined && attempt.failure === undefined) {
    return verify(correlationId, episode, sent, episode.closedMs, known, around);
  }
  return answer({ kind: 'done', reason }, [writeEpisode(correlationId, { ...episode, attempt: sent })]);
}
