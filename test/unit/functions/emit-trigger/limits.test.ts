import { describe, expect, it } from 'vitest';
import type { Mark, TargetRecord } from '../../../../functions/emit-trigger/episode.ts';
import { breakerUntilMs, heldBack, unproven } from '../../../../functions/emit-trigger/limits.ts';
import type { Selection } from '../../../../shared/events/remediation-selected.ts';
import { compileRemediation } from '../../../../shared/runbook/remediation.ts';
import { smallRunbook } from '../../../support/small-runbook.ts';

const MINUTE_MS = 60_000;
const NOW_MS = Date.parse('2026-11-23T12:00:00Z');
const section = { breaker: { after: 2, within: '1h', open: '30m' }, limits: { target: { triggers: 3, per: '1h' } } };
const policy = { ...smallRunbook.policy, remediation: compileRemediation(section) };
const around = { runbook: { ...smallRunbook, policy }, now: new Date(NOW_MS) };
const selection = { lambda_function: 'pod-restart' } as Selection;
const judged = { target: '/shop/web', cooldownMs: 5 * MINUTE_MS, verificationMs: 15 * MINUTE_MS };

/** A mark of each of these minutes ago. */
const ago = (minutes: readonly number[], lambdaFunction = 'pod-restart'): Mark[] =>
  minutes.map((minute) => ({ id: `${lambdaFunction} ${minute}`, lambdaFunction, atMs: NOW_MS - minute * MINUTE_MS }));
const target = (record: Partial<TargetRecord>): TargetRecord => ({ triggers: [], failures: [], worked: [], ...record });

describe('the breaker', () => {
  it.each<[string, TargetRecord, number | undefined]>([
    ['is closed without a failure', target({}), undefined],
    ['is closed after one failure of two', target({ failures: ago([5]) }), undefined],
    ['is open after two', target({ failures: ago([20, 10]) }), 20],
    ['is open until the last millisecond', target({ failures: ago([40, 29.999]) }), 0.001],
    ['is closed when its time is over', target({ failures: ago([40, 30]) }), undefined],
    ['does not count failures that lie too far apart', target({ failures: ago([65, 5]) }), undefined],
    [
      'counts those of its function alone',
      target({ failures: [...ago([20], 'rollout-undo'), ...ago([10])] }),
      undefined,
    ],
  ])('%s', (_, record, minutes) => {
    const untilMs = breakerUntilMs('pod-restart', record, around);
    expect(untilMs === undefined ? undefined : (untilMs - NOW_MS) / MINUTE_MS).toEqual(
      minutes === undefined ? undefined : expect.closeTo(minutes, 6),
    );
  });
});

describe('a call is held back', () => {
  it.each<[string, TargetRecord, number, string | undefined]>([
    ['by nothing at first', target({}), 1, undefined],
    [
      'by the breaker, before its limit',
      target({ failures: ago([20, 10]), triggers: ago([50, 20, 10]) }),
      2,
      'breaker: pod-restart has not worked for /shop/web; none is tried until 2026-11-23T12:20:00.000Z',
    ],
    [
      'by the limit of its target, whatever was called',
      target({ triggers: [...ago([50, 40], 'rollout-undo'), ...ago([30])] }),
      1,
      'rate: /shop/web has had 3 lambda triggers, as many as the policy allows',
    ],
    ['by no limit that it has not reached', target({ triggers: ago([70, 30, 20]) }), 1, undefined],
    [
      'by the cooldown',
      target({ triggers: ago([4]) }),
      1,
      'cooldown: the same function was triggered for the same target a short time ago',
    ],
    ['by no cooldown of another function', target({ triggers: ago([4], 'rollout-undo') }), 1, undefined],
    ['by no cooldown that is over', target({ triggers: ago([5]) }), 1, undefined],
    ['by no cooldown in a further attempt', target({ triggers: ago([4]) }), 2, undefined],
  ])('%s', (_, record, number, expected) => {
    const held = heldBack({ selection, judged, number }, record, around);
    expect(held && `${held.reason}: ${held.message}`).toBe(expected);
  });
});

describe('a person is asked', () => {
  it.each<[string, TargetRecord, number, boolean]>([
    ['about no first attempt', target({}), 1, false],
    ['about a further attempt', target({}), 2, true],
    ['after a failure', target({ failures: ago([10]) }), 1, true],
    ['not after one that it has worked since', target({ failures: ago([10]), worked: ago([5]) }), 1, false],
    ['after one since it has worked', target({ failures: ago([5]), worked: ago([10]) }), 1, true],
    ['not after a failure of another function', target({ failures: ago([5], 'rollout-undo') }), 1, false],
    [
      'after a failure that another function has worked after',
      target({ failures: ago([5]), worked: ago([1], 'rollout-undo') }),
      1,
      true,
    ],
    ['not after one that is long ago', target({ failures: ago([61]) }), 1, false],
  ])('%s', (_, record, number, isAsked) => {
    expect(unproven(selection, number, record, around)?.reason).toBe(isAsked ? 'ineffective' : undefined);
  });

  it('is told which function of the target has failed', () => {
    const asked = unproven(selection, 1, target({ failures: ago([10]) }), around);
    expect(asked?.message).toBe('the last pod-restart of this target has not worked');
  });
});
