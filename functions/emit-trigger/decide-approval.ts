import { ERRORS } from '../../shared/error-codes.ts';
import { AsreError } from '../../shared/errors.ts';
import type { Approval } from '../../shared/events/approval.ts';
import type { Known, Result, Step } from '../../shared/ledger/ledger.ts';
import { type AskedApproval, complaintAbout, selectionHash, type Ticket } from './approvals.ts';
import { type Answer, type Around, answer, judgeAgain, suppress } from './decide.ts';
import { deniedText } from './decide-selection.ts';
import { type Asked, type EpisodeRecord, episodeIn, episodeKey, writeEpisode } from './episode.ts';
import { because } from './policy.ts';
import { sendAgain, tryNext } from './try.ts';

/** An approval whose token is genuine. */
export interface Answered {
  /** Of the event that brought it: delivered again it is no second answer. */
  readonly eventId: string;
  readonly ticket: Ticket;
  readonly approval: Approval;
}

/** @throws {AsreError} where the token does not count for what the episode knows */
export function decideGranted({ eventId, ticket, approval }: Answered, known: Known, around: Around): Step<Answer> {
  const { correlationId } = ticket;
  const episode = episodeIn(known, correlationId);
  if (episode.asked?.answeredBy === eventId) return repeatGrant(episode, episode.asked, correlationId, known, around);
  const asked = askedFor(ticket, episode);
  const { selection } = asked;
  const judged = judgeAgain(selection, around);
  const used: EpisodeRecord = { ...episode, asked: { ...asked, sent: true, answeredBy: eventId } };
  if (judged.suppress !== undefined) return suppress(selection, judged.suppress, [writeEpisode(correlationId, used)]);
  const next = { correlationId, selection, judged, approvedBy: approval.approver };
  const step = tryNext(next, known, around);
  if ('more' in step) return step;
  // The token is used up, whatever came of it.
  const record = { ...episodeOf(step, correlationId, episode), asked: used.asked } as EpisodeRecord;
  const others = step.writes.filter(({ key }) => key !== episodeKey(correlationId));
  return { ...step, writes: [...others, writeEpisode(correlationId, record)] };
}

/** @throws {AsreError} where the token does not count for what the episode knows */
export function decideDenied({ eventId, ticket, approval }: Answered, known: Known): Step<Answer> {
  const { correlationId } = ticket;
  const episode = episodeIn(known, correlationId);
  const denied = { by: approval.approver, ...(approval.comment === undefined ? {} : { comment: approval.comment }) };
  if (episode.asked?.answeredBy === eventId && episode.denied !== undefined) {
    return suppress(episode.asked.selection, because('denied', deniedText(episode.denied)));
  }
  const asked = askedFor(ticket, episode);
  const record: EpisodeRecord = { ...episode, denied, asked: { ...asked, sent: true, answeredBy: eventId } };
  return suppress(asked.selection, because('denied', deniedText(denied)), [writeEpisode(correlationId, record)]);
}

function askedFor(ticket: Ticket, { asked, closedMs, denied }: EpisodeRecord): Asked {
  const waiting: AskedApproval | undefined = asked && {
    attempt: asked.attempt,
    selection: selectionHash(asked.selection),
    answered: asked.answeredBy !== undefined || denied !== undefined,
    closed: closedMs !== undefined,
  };
  const code = complaintAbout(ticket, waiting);
  if (code !== undefined) throw new AsreError(code, lowerFirst(ERRORS[code].meaning));
  // Asked again after the first token had expired: that one is not what is waited for.
  if (asked === undefined || asked.expiresMs !== ticket.expiresMs) {
    throw new AsreError('ASRE_APPROVAL_NOT_ASKED', 'the episode waits for the answer to a newer question');
  }
  return asked;
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '');
}

/** The same approval delivered again: what it led to is sent again where it may have been lost. */
function repeatGrant(
  episode: EpisodeRecord,
  { attempt: number, selection }: Asked,
  correlationId: string,
  known: Known,
  around: Around,
): Step<Answer> {
  const { attempt } = episode;
  if (episode.closedMs !== undefined) return suppress(selection, because('resolved'));
  if (attempt?.number !== number) return answer({ kind: 'done', reason: 'answered' });
  if (attempt.sent || attempt.failure !== undefined) return suppress(selection, because('duplicate'));
  const { suppress: held } = judgeAgain(selection, around);
  return held === undefined ? sendAgain(correlationId, attempt, known, around) : suppress(selection, held);
}

function episodeOf({ writes }: Result<Answer>, correlationId: string, otherwise: EpisodeRecord): EpisodeRecord {
  const written = writes.find(({ key }) => key === episodeKey(correlationId));
  return written === undefined ? otherwise : (written.record as EpisodeRecord);
}
