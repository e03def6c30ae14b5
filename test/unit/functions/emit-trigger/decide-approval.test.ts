import { describe, expect, it } from 'vitest';
import { selectionHash } from '../../../../functions/emit-trigger/approvals.ts';
import type { Around } from '../../../../functions/emit-trigger/decide.ts';
import { decideDenied, decideGranted } from '../../../../functions/emit-trigger/decide-approval.ts';
import type { EpisodeRecord } from '../../../../functions/emit-trigger/episode.ts';
import {
  ALL,
  aroundWith,
  asked,
  attempt,
  attemptOf,
  closedMs,
  denied,
  failure,
  ID,
  knownOf,
  MINUTE_MS,
  restart,
  said,
  writtenBy,
} from '../../../support/decisions.ts';

describe('an answer of a person comes to', () => {
  const ticket = { correlationId: ID, attempt: 1, selection: selectionHash(restart), expiresMs: asked.expiresMs };
  const given = { eventId: 'a', ticket, approval: { token: 't', approver: 'mira' } };
  const used = { ...asked, answeredBy: 'a' };
  const made = attemptOf({ sent: false }, MINUTE_MS);

  it.each<[string, EpisodeRecord, string, Around?]>([
    ['a trigger', { asked }, `triggered ${ALL}`],
    ['nothing where the policy keeps it back', { asked }, 'suppressed off (episode)', aroundWith({}, 'off')],
    [
      'nothing where the limits do',
      { asked },
      'suppressed rate (episode)',
      aroundWith({ limits: { target: { triggers: 0, per: '1h' } } }),
    ],
    ['the trigger again where it may be lost', { asked: used, attempt: made }, `triggered ${ALL}`],
    ['nothing more once it is out', { asked: used, attempt }, 'suppressed duplicate'],
    ['nothing more once it has failed', { asked: used, attempt: { ...made, failure } }, 'suppressed duplicate'],
    ['nothing more after the alert has resolved', { asked: used, attempt: made, closedMs }, 'suppressed resolved'],
    ['nothing again where nothing came of it', { asked: used }, 'done answered'],
    [
      'nothing again where the policy keeps it back now',
      { asked: used, attempt: made },
      'suppressed off',
      aroundWith({}, 'off'),
    ],
  ])('%s, where it is yes', (_, episode, expected, around = aroundWith({ modes: {} })) => {
    expect(said(decideGranted(given, knownOf(episode), around))).toBe(expected);
  });

  it.each<[string, EpisodeRecord, Around]>([
    ['a trigger', { asked: { ...asked, sent: false } }, aroundWith()],
    ['nothing', { asked }, aroundWith({}, 'off')],
    ['nothing for its limits', { asked }, aroundWith({ limits: { target: { triggers: 0, per: '1h' } } })],
  ])('a token that is used up, where it leads to %s', (_, episode, around) => {
    const step = decideGranted(given, knownOf(episode), around);
    expect(writtenBy(step)?.asked).toEqual({ ...asked, answeredBy: 'a' });
  });

  it.each<[string, EpisodeRecord, string, object?]>([
    ['an end', { asked: { ...asked, sent: false } }, 'suppressed denied (episode)', { denied, asked: used }],
    ['the same where it is told again', { asked: used, denied }, 'suppressed denied'],
  ])('%s, where it is no', (_, episode, expected, written) => {
    const step = decideDenied(given, knownOf(episode));
    expect(said(step)).toBe(expected);
    if (written !== undefined) expect(writtenBy(step)).toMatchObject(written);
  });

  it('what the person said, where it is no', () => {
    const step = decideDenied({ ...given, approval: { ...given.approval, comment: 'not now' } }, knownOf({ asked }));
    expect(step).toMatchObject({
      answer: { because: { message: 'mira has said no for this episode: not now' } },
      writes: [{ record: { denied: { by: 'mira', comment: 'not now' } } }],
    });
  });

  it.each<[string, EpisodeRecord, string]>([
    ['was never asked', {}, 'ASRE_APPROVAL_NOT_ASKED'],
    ['was asked anew', { asked: { ...asked, expiresMs: asked.expiresMs + 1 } }, 'ASRE_APPROVAL_NOT_ASKED'],
    ['has been answered', { asked: { ...asked, answeredBy: 'b' } }, 'ASRE_APPROVAL_USED'],
    ['has been denied', { asked, denied }, 'ASRE_APPROVAL_USED'],
    ['has become void', { asked, closedMs }, 'ASRE_APPROVAL_RESOLVED'],
  ])('a rejection of what %s', (_, episode, code) => {
    for (const decide of [decideDenied, decideGranted]) {
      expect(() => decide(given, knownOf(episode), aroundWith())).toThrow(expect.objectContaining({ code }));
    }
  });
});
