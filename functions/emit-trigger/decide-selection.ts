import type { Known, Result, Step } from '../../shared/ledger/ledger.ts';
import { isMutating } from '../../shared/runbook/runbook.ts';
import { isWaiting } from './ask.ts';
import { type Answer, type Around, answer, isHeld, type Next, REDELIVERY_MS, suppress } from './decide.ts';
import { type Attempt, type EpisodeRecord, episodeIn, writeEpisode } from './episode.ts';
import { fail } from './outcome.ts';
import { because } from './policy.ts';
import { sendAgain, tryNext } from './try.ts';

/** What becomes of a selection: the first of an episode, the same delivered again, or a repetition of its alert. */
export function decideSelection(next: Next, known: Known, around: Around): Step<Answer> {
  const { correlationId, selection, judged } = next;
  const { suppress: held } = judged;
  const episode = episodeIn(known, correlationId);
  if (held !== undefined) return suppress(selection, held);
  if (episode.closedMs !== undefined) return repeatClosed(next, episode, known, around);
  if (episode.denied !== undefined) return suppress(selection, because('denied', deniedText(episode.denied)));
  if (isWaiting(episode, around.now)) return repeatQuestion(next, episode, around.now);
  const { attempt } = episode;
  if (attempt !== undefined && attempt.failure === undefined)
    return repeatAttempt(next, episode, attempt, known, around);
  // Its record comes first: until remediation.ineffective has come back it may have been lost.
  if (attempt?.failure?.sent === false) return answer({ kind: 'ineffective', attempt });
  return tryNext(next, known, around);
}

export function deniedText({ by, comment }: NonNullable<EpisodeRecord['denied']>): string {
  return `${by} has said no for this episode${comment === undefined ? '' : `: ${comment}`}`;
}

/**
 * The episode is over, and stays so. But an alert that fires on has not resolved because a stranger says so: what was done has
 * not worked, and must not be taken for a success when it resolves at last.
 */
function repeatClosed(
  { correlationId, selection }: Next,
  episode: EpisodeRecord,
  known: Known,
  around: Around,
): Step<Answer> {
  const { attempt, closedUnsigned } = episode;
  if (attempt?.sent === true && closedUnsigned === true) {
    if (attempt.failure?.sent === false) return answer({ kind: 'ineffective', attempt });
    if (attempt.failure === undefined && hasNotWorked(attempt, around))
      return fail(correlationId, episode, attempt, 'still-firing', known, around);
  }
  return suppress(selection, because('resolved'));
}

/** An attempt is under way: sent again where its lambda trigger may have been lost, else kept to. */
function repeatAttempt(
  { correlationId, selection }: Next,
  episode: EpisodeRecord,
  attempt: Attempt,
  known: Known,
  around: Around,
): Step<Answer> {
  const nowMs = around.now.getTime();
  const isOver = isVerificationOver(attempt, around);
  if (!attempt.sent && !isOver) return sendAgain(correlationId, attempt, known, around);
  if (nowMs - attempt.claimedMs < REDELIVERY_MS) return suppress(selection, because('duplicate'));
  if (!isOver) return suppress(selection, because('verifying'));
  if (hasNotWorked(attempt, around)) return fail(correlationId, episode, attempt, 'still-firing', known, around);
  return suppress(selection, because('verifying', 'the episode has had its look, which changes nothing by itself'));
}

/** Of an attempt whose alert fires; a look changes nothing by itself. */
function hasNotWorked(attempt: Attempt, around: Around): boolean {
  return isVerificationOver(attempt, around) && isMutating(around.runbook.catalogue, attempt.selection.lambda_function);
}

function isVerificationOver({ triggeredMs, verificationMs }: Attempt, { now }: Around): boolean {
  return now.getTime() - triggeredMs >= verificationMs;
}

/** A person has been asked: asked again, in the same words, where the question may have been lost. */
function repeatQuestion({ correlationId, selection }: Next, episode: EpisodeRecord, now: Date): Result<Answer> {
  const { asked } = episode;
  if (asked === undefined || asked.sent) return suppress(selection, because('waiting-approval'));
  if (isHeld(asked.claimedMs, now.getTime())) return answer({ kind: 'held' });
  const renewed = { ...asked, claimedMs: now.getTime() };
  return answer({ kind: 'asked', asked: renewed }, [writeEpisode(correlationId, { ...episode, asked: renewed })]);
}
