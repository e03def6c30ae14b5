import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../../functions/emit-trigger/decide.ts';
import {
  decideFinished,
  decideIneffectiveSent,
  decideQuestionSent,
  decideResolved,
  decideTriggerSent,
} from '../../../../functions/emit-trigger/decide-outcome.ts';
import type { EpisodeRecord } from '../../../../functions/emit-trigger/episode.ts';
import type { Known, Step } from '../../../../shared/ledger/ledger.ts';
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
  NOW_MS,
  said,
  writtenBy,
} from '../../../support/decisions.ts';

describe('a resolution comes to', () => {
  it.each<[string, EpisodeRecord, boolean, string, Partial<EpisodeRecord>?]>([
    ['an end', {}, true, 'done resolved (episode)', { closedMs: NOW_MS }],
    [
      'an end that anyone can have claimed',
      {},
      false,
      'done resolved (episode)',
      { closedMs: NOW_MS, closedUnsigned: true },
    ],
    ['nothing more the second time', { closedMs }, true, 'done resolved'],
    ['nothing more where it is claimed afterwards', { closedMs }, false, 'done resolved'],
    [
      'an end that is known where it was claimed before',
      { closedMs, closedUnsigned: true },
      true,
      'done resolved (episode)',
      { closedMs: NOW_MS },
    ],
    ['a success', { attempt }, true, 'verified (episode,target)', { closedMs: NOW_MS }],
    ['no success of what has failed', { attempt: attemptOf({ failure }) }, true, 'done resolved (episode)'],
    [
      'no success of what may not have gone out',
      { attempt: attemptOf({ sent: false }) },
      true,
      'done resolved (episode)',
    ],
    ['the end of a question', { asked }, true, 'suppressed resolved (episode)'],
    ['no end of one that was answered', { asked: { ...asked, answeredBy: 'a' } }, true, 'done resolved (episode)'],
    ['no end of one that was denied', { asked, denied }, true, 'done resolved (episode)'],
    [
      'no end of one whose attempt was made',
      { asked, attempt: attemptOf({ failure }) },
      true,
      'done resolved (episode)',
    ],
    [
      'the end of one for a further attempt',
      { asked: { ...asked, attempt: 2 }, attempt: attemptOf({ failure }) },
      true,
      'suppressed resolved (episode)',
    ],
  ])('%s', (_, episode, signed, expected, written) => {
    const step = decideResolved(ID, signed, knownOf(episode), aroundWith());
    expect(said(step)).toBe(expected);
    if (written !== undefined) expect(writtenBy(step)).toMatchObject(written);
  });
});

describe('what a Lambda function says comes to', () => {
  const finished = (outcome: 'done' | 'nothing_to_do' | 'failed' | 'refused', trigger_id = 't1') =>
    ({ correlation_id: ID, trigger_id, outcome, code: 'c' }) as Parameters<typeof decideFinished>[0];
  it.each<[string, EpisodeRecord, Parameters<typeof decideFinished>[0], string, boolean?]>([
    ['nothing where there was no attempt', {}, finished('failed'), 'done unknown trigger'],
    ['nothing of another attempt', { attempt }, finished('failed', 't0'), 'done unknown trigger'],
    ['a note', { attempt }, finished('done'), 'done done (episode)'],
    ['a failure', { attempt }, finished('failed'), 'ineffective (episode,target)'],
    ['a failure where it refused', { attempt }, finished('refused'), 'ineffective (episode,target)'],
    [
      'the same failure again',
      { attempt: attemptOf({ failure, finished: { outcome: 'failed', code: 'c' } }) },
      finished('failed'),
      'ineffective',
    ],
    [
      'what it said first',
      { attempt: attemptOf({ finished: { outcome: 'done', code: 'c' } }) },
      finished('failed'),
      'done failed (episode)',
    ],
    [
      'a success where the alert had resolved',
      { attempt: attemptOf({ sent: false }), closedMs },
      finished('done'),
      'verified (episode,target)',
    ],
    [
      'no success of what has failed',
      { attempt: attemptOf({ failure }), closedMs },
      finished('done'),
      'done done (episode)',
    ],
    [
      'a failure where nobody had signed that it was done',
      { attempt: attemptOf({ finished: { outcome: 'done', code: 'c', unsigned: true } }) },
      finished('failed'),
      'ineffective (episode,target)',
    ],
    [
      'what was said first where nobody has signed the second',
      { attempt: attemptOf({ finished: { outcome: 'done', code: 'c', unsigned: true } }) },
      finished('failed'),
      'done failed (episode)',
      false,
    ],
  ])('%s', (_, episode, event, expected, signed = true) => {
    expect(said(decideFinished(event, signed, knownOf(episode), aroundWith()))).toBe(expected);
  });
});

describe('what comes back comes to', () => {
  const around = aroundWith();
  const failedBack =
    (triggerId: string, by = around) =>
    (known: Known) =>
      decideIneffectiveSent(ID, triggerId, known, by);
  const failed = attemptOf({ failure: { ...failure, sent: false } });
  it.each<[string, EpisodeRecord, (known: Known) => Step<Answer>, string, object?]>([
    [
      'a trigger that is out',
      { attempt: attemptOf({ sent: false }) },
      (known) => decideTriggerSent(ID, 't1', known, around),
      'done sent (episode)',
      { attempt: { sent: true } },
    ],
    [
      'nothing of another trigger',
      { attempt },
      (known) => decideTriggerSent(ID, 't2', known, around),
      'done unknown trigger',
    ],
    [
      'nothing of a trigger without an episode',
      {},
      (known) => decideTriggerSent(ID, 't1', known, around),
      'done unknown trigger',
    ],
    [
      'a question that is out',
      { asked: { ...asked, sent: false } },
      (known) => decideQuestionSent(ID, asked.expiresMs, known),
      'done asked (episode)',
      { asked: { sent: true } },
    ],
    [
      'nothing of one that is known to be',
      { asked },
      (known) => decideQuestionSent(ID, asked.expiresMs, known),
      'done asked',
    ],
    ['nothing of an older question', { asked }, (known) => decideQuestionSent(ID, 1, known), 'done unknown question'],
    [
      'nothing of a question without an episode',
      {},
      (known) => decideQuestionSent(ID, 1, known),
      'done unknown question',
    ],
    [
      'a question after a failure',
      { attempt: failed },
      failedBack('t1'),
      `asked ${ALL}`,
      { attempt: { failure: { reason: 'failed', sent: true } } },
    ],
    [
      'a note where the alert has resolved',
      { attempt: failed, closedMs },
      failedBack('t1'),
      'done resolved (episode)',
      { attempt: { failure: { sent: true } } },
    ],
    ['a note where a person has said no', { attempt: failed, denied }, failedBack('t1'), 'done denied (episode)'],
    ['a note while a person is asked', { attempt: failed, asked }, failedBack('t1'), 'done asked (episode)'],
    [
      'a note where the policy keeps the next back',
      { attempt: failed },
      failedBack('t1', aroundWith({}, 'off')),
      'suppressed off (episode)',
    ],
    [
      'a note where the limits do',
      { attempt: failed },
      failedBack('t1', aroundWith({ limits: { target: { triggers: 0, per: '1h' } } })),
      'suppressed rate (episode)',
    ],
    ['nothing of a failure that is none', { attempt }, failedBack('t1'), 'done unknown trigger'],
    ['nothing of another attempt', { attempt: failed }, failedBack('t2'), 'done unknown trigger'],
    ['nothing of a failure without an episode', {}, failedBack('t1'), 'done unknown trigger'],
  ])('%s', (_, episode, decide, expected, written) => {
    const step = decide(knownOf(episode));
    expect(said(step)).toBe(expected);
    if (written !== undefined) expect(writtenBy(step)).toMatchObject(written);
  });
});
