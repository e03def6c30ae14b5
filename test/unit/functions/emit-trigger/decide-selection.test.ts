/** Single decisions; episodes.test.ts tells how one leads to the next. */
import { describe, expect, it } from 'vitest';
import { type Around, judgeAgain } from '../../../../functions/emit-trigger/decide.ts';
import { decideSelection } from '../../../../functions/emit-trigger/decide-selection.ts';
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
  look,
  MINUTE_MS,
  NOW_MS,
  restart,
  SECOND_MS,
  said,
  writtenBy,
} from '../../../support/decisions.ts';

describe('a selection comes to', () => {
  const claimed = { closedMs, closedUnsigned: true as const };
  it.each<[string, EpisodeRecord, string, { call?: typeof look; around?: Around }?]>([
    ['a trigger', {}, `triggered ${ALL}`],
    ['nothing where the policy keeps it back', { attempt }, 'suppressed off', { around: aroundWith({}, 'off') }],
    ['nothing after the alert has resolved', { closedMs, asked }, 'suppressed resolved'],
    ['nothing after a signed end', { closedMs, attempt: attemptOf({}, 16 * MINUTE_MS) }, 'suppressed resolved'],
    ['nothing soon after a claimed end', { ...claimed, attempt: attemptOf({}, MINUTE_MS) }, 'suppressed resolved'],
    [
      'a failure where it fires on after a claimed end',
      { ...claimed, attempt: attemptOf({}, 16 * MINUTE_MS) },
      'ineffective (episode,target)',
    ],
    [
      'that failure again until it has come back',
      { ...claimed, attempt: attemptOf({ failure: { ...failure, sent: false } }, 16 * MINUTE_MS) },
      'ineffective',
    ],
    ['nothing more after that', { ...claimed, attempt: attemptOf({ failure }, 16 * MINUTE_MS) }, 'suppressed resolved'],
    [
      'no failure of what may not have gone out',
      { ...claimed, attempt: attemptOf({ sent: false }, 16 * MINUTE_MS) },
      'suppressed resolved',
    ],
    ['nothing after a no', { denied, asked }, 'suppressed denied'],
    ['nothing while a person is asked', { asked }, 'suppressed waiting-approval'],
    ['nothing while the question may come back', { asked: { ...asked, sent: false } }, 'held'],
    [
      'the question again where it may be lost',
      { asked: { ...asked, sent: false, claimedMs: NOW_MS - 3 * SECOND_MS } },
      'asked (episode)',
    ],
    [
      'another question where nobody has answered',
      { asked: { ...asked, expiresMs: NOW_MS } },
      `asked ${ALL}`,
      { around: aroundWith({ modes: {} }) },
    ],
    ['nothing while the trigger may come back', { attempt: attemptOf({ sent: false }) }, 'held'],
    [
      'the trigger again where it may be lost',
      { attempt: attemptOf({ sent: false }, 3 * SECOND_MS) },
      `triggered ${ALL}`,
    ],
    ['a duplicate for a minute', { attempt: attemptOf({}, 59_999) }, 'suppressed duplicate'],
    ['a wait for the effect after that', { attempt: attemptOf({}, MINUTE_MS) }, 'suppressed verifying'],
    ['a failure when its time is over', { attempt: attemptOf({}, 15 * MINUTE_MS) }, 'ineffective (episode,target)'],
    ['a wait to the last millisecond', { attempt: attemptOf({}, 15 * MINUTE_MS - 1) }, 'suppressed verifying'],
    [
      'a failure though its trigger was never seen',
      { attempt: attemptOf({ sent: false }, 15 * MINUTE_MS) },
      'ineffective (episode,target)',
    ],
    [
      'no failure of a look',
      { attempt: attemptOf({ selection: look }, 15 * MINUTE_MS) },
      'suppressed verifying',
      { call: look },
    ],
    [
      'the failure again until it has come back',
      { attempt: attemptOf({ failure: { ...failure, sent: false } }) },
      'ineffective',
    ],
    ['a question after a failure', { attempt: attemptOf({ failure }) }, `asked ${ALL}`],
  ])('%s', (_, episode, expected, { call = restart, around = aroundWith() } = {}) => {
    const next = { correlationId: ID, selection: call, judged: judgeAgain(call, around) };
    expect(said(decideSelection(next, knownOf(episode), around))).toBe(expected);
  });

  it.each([
    ['with what the person said', { ...denied, comment: 'not now' }, 'mira has said no for this episode: not now'],
    ['alone where nothing was said', denied, 'mira has said no for this episode'],
  ])('the name of who said no, %s', (_, no, message) => {
    const next = { correlationId: ID, selection: restart, judged: judgeAgain(restart, aroundWith()) };
    expect(decideSelection(next, knownOf({ denied: no }), aroundWith())).toMatchObject({
      answer: { because: { message } },
    });
  });

  it('the same question again, as of now', () => {
    const lost = { ...asked, sent: false, claimedMs: NOW_MS - MINUTE_MS };
    const next = { correlationId: ID, selection: restart, judged: judgeAgain(restart, aroundWith()) };
    const renewed = { ...lost, claimedMs: NOW_MS };
    const step = decideSelection(next, knownOf({ asked: lost }), aroundWith());
    expect(step).toMatchObject({ answer: { kind: 'asked', asked: renewed } });
    expect(writtenBy(step)).toEqual({ asked: renewed });
  });
});
