/** Single stories of episodes; interleavings.test.ts tells all others. */
import { describe, expect, it } from 'vitest';
import {
  type EpisodeRecord,
  episodeKey,
  type TargetRecord,
  targetKeyOf,
} from '../../../../functions/emit-trigger/episode.ts';
import { durationMs } from '../../../../shared/duration.ts';
import { remediationVerified } from '../../../../shared/events/index.ts';
import type { Verified } from '../../../../shared/events/remediation-outcome.ts';
import type { RemediationSection } from '../../../../shared/runbook/remediation.ts';
import { type Action, World } from '../../../support/interleavings.ts';
import { correlationOf, type Forgery, podAlert } from '../../../support/interleavings-events.ts';
import { memoryPlace } from '../../../support/stores.ts';

const POD = podAlert('shop', 'checkout-7c9f8d5b6-x2x7k');
const SAME_POD = podAlert('shop', 'checkout-7c9f8d5b6-x2x7k', {}, 'KubePodCrashLooping');
const SIBLING = podAlert('shop', 'checkout-7c9f8d5b6-b4dvq');
const LOOKED_AT = podAlert('shop', 'cart-0', { phase: 'Pending' });
const ALERTS = [POD, SAME_POD, SIBLING, LOOKED_AT];

const fire = (alert = 0): Action => ({ kind: 'fire', alert });
const resolve: Action = { kind: 'resolve', alert: 0 };
const deliver: Action = { kind: 'deliver', events: [0], loses: false };
const lose: Action = { kind: 'deliver', events: [0], loses: true };
const wait = (text: string): Action => ({ kind: 'wait', ms: durationMs(text) });
const back = (text: string): Action => ({ kind: 'wait', ms: -durationMs(text) });
const finish = (outcome: 'done' | 'failed' | 'refused'): Action => ({ kind: 'finish', trigger: 0, outcome });
const grant: Action = { kind: 'grant', question: 0 };
const deny: Action = { kind: 'deny', question: 0 };
const ledger = (state: 'up' | 'down' | 'mute'): Action => ({ kind: 'ledger', state });

/** A selection is made and answered, and what comes back is delivered. */
const selected = (alert = 0) => [fire(alert), deliver, deliver];

async function play(
  actions: readonly (Action | readonly Action[])[],
  section: RemediationSection = {},
  { replicas = 1, signs = false } = {},
) {
  const world = new World(ALERTS, { modes: { disruptive: 'auto' }, ...section }, memoryPlace(), { replicas, signs });
  for (const action of actions.flat() as Action[]) await world.act(action);
  return world;
}

/** What was answered, without the events that only come back: the type, and the reason where there is one. */
function told({ handled }: World): string[] {
  return handled.flatMap(({ outcome, answer }) => {
    if (answer === undefined) return outcome === 'retry' ? ['retry'] : [];
    const { reason, code } = answer.data as { reason?: string; code?: string };
    const type = answer.attributes.type?.split('.').at(-1) ?? '';
    return [[type, reason ?? code].filter((part) => part !== undefined).join(' ')];
  });
}

const TRIGGER = 'trigger';

describe('an episode', () => {
  it.each<[string, (Action | readonly Action[])[], string[], RemediationSection?]>([
    [
      'is acted on once; a second delivery finds it so',
      [selected(), fire(), deliver],
      [TRIGGER, 'suppressed duplicate'],
    ],
    ['waits while a second delivery comes too soon', [fire(), deliver, fire(), deliver], [TRIGGER, 'retry']],
    ['has its trigger sent again where the answer was lost', [fire(), lose, wait('4s'), deliver], [TRIGGER, TRIGGER]],
    [
      'has no trigger sent again after it has resolved',
      [fire(), lose, resolve, deliver, wait('4s'), deliver],
      [TRIGGER, 'suppressed resolved'],
    ],
    ['is verified by its resolution', [selected(), wait('5m'), resolve, deliver], [TRIGGER, 'verified']],
    [
      'is verified where the resolution comes before its own trigger',
      [fire(), deliver, resolve, deliver, deliver],
      [TRIGGER, 'verified'],
    ],
    [
      'is left alone while its effect is not known',
      [selected(), wait('10m'), fire(), deliver],
      [TRIGGER, 'suppressed verifying'],
    ],
    [
      'asks a person where its effect did not come',
      [selected(), wait('16m'), fire(), deliver, deliver],
      [TRIGGER, 'ineffective still-firing', 'requested ineffective'],
    ],
    [
      'asks a person where the Lambda function failed',
      [selected(), finish('failed'), deliver, deliver],
      [TRIGGER, 'ineffective failed', 'requested ineffective'],
    ],
    [
      'asks nobody where it has resolved before',
      [selected(), finish('failed'), deliver, resolve, deliver, deliver],
      [TRIGGER, 'ineffective failed'],
    ],
    [
      'goes on where a person lets it',
      [selected(), finish('refused'), deliver, deliver, deliver, grant, deliver],
      [TRIGGER, 'ineffective refused', 'requested ineffective', TRIGGER],
    ],
    [
      'ends where a person says no',
      [selected(), finish('refused'), deliver, deliver, deliver, deny, deliver, fire(), deliver],
      [TRIGGER, 'ineffective refused', 'requested ineffective', 'suppressed denied', 'suppressed denied'],
    ],
    ['gets one look', [selected(3), wait('1h'), fire(3), deliver], [TRIGGER, 'suppressed verifying']],
    ['shares its target with another alert for the pod', [selected(), selected(1)], [TRIGGER, 'suppressed cooldown']],
    ['shares its target with the pods beside it', [selected(), selected(2)], [TRIGGER, 'suppressed cooldown']],
    [
      'is not asked about twice',
      [selected(), fire(), deliver],
      ['requested suggest', 'suppressed waiting-approval'],
      { modes: {} },
    ],
    [
      'is not asked about while another one of the target is',
      [selected(), fire(2), deliver],
      ['requested suggest', 'suppressed waiting-approval'],
      { modes: {} },
    ],
    [
      'is asked about again when nobody has answered',
      [selected(), wait('16m'), fire(), deliver],
      ['requested suggest', 'requested suggest'],
      { modes: {} },
    ],
    [
      'takes back its question when it resolves',
      [selected(), resolve, deliver],
      ['requested suggest', 'suppressed resolved'],
      { modes: {} },
    ],
    [
      'does not take an approval after that',
      [selected(), resolve, deliver, grant, deliver],
      ['requested suggest', 'suppressed resolved', 'rejected ASRE_APPROVAL_RESOLVED'],
      { modes: {} },
    ],
    [
      'takes a token once',
      [selected(), grant, deliver, deliver, grant, deliver],
      ['requested suggest', TRIGGER, 'rejected ASRE_APPROVAL_USED'],
      { modes: {} },
    ],
    [
      'takes no expired token',
      [selected(), wait('16m'), grant, deliver],
      ['requested suggest', 'rejected ASRE_APPROVAL_EXPIRED'],
      { modes: {} },
    ],
    [
      'has its trigger sent again where the clock was set back after it was lost',
      [fire(), lose, back('1h'), deliver],
      [TRIGGER, TRIGGER],
    ],
    [
      'asks a person after a failure though the clock was ahead when another attempt had worked',
      [
        ...[selected(), wait('2s'), selected(2), wait('10m'), resolve, deliver],
        ...[back('5m'), finish('failed'), deliver, wait('10m'), fire(1), deliver],
      ],
      [TRIGGER, TRIGGER, 'verified', 'ineffective failed', 'requested ineffective'],
      { cooldown: '1s' },
    ],
    ['waits while the ledger is away', [ledger('down'), fire(), deliver, ledger('up'), deliver], ['retry', TRIGGER]],
    [
      'is known where only the answer of the ledger was lost',
      [ledger('mute'), fire(), deliver, ledger('up'), deliver, wait('4s'), deliver],
      ['retry', 'retry', TRIGGER],
    ],
    [
      'gets its look although the ledger is away, where the policy says so',
      [ledger('down'), fire(3), deliver],
      [TRIGGER],
      { withoutLedger: 'observe' },
    ],
    ['gets no change then', [ledger('down'), fire(), deliver], ['retry'], { withoutLedger: 'observe' }],
  ])('%s', async (_, actions, expected, section) => {
    expect(told(await play(actions, section))).toEqual(expected);
  });

  it('is answered once by two replicas that get it at the same time', async () => {
    const world = await play([fire(), fire(), { kind: 'deliver', events: [0, 1], loses: false }], {}, { replicas: 2 });
    expect(told(world).toSorted()).toEqual(['retry', TRIGGER]);
  });

  it('has no trigger sent again where its target has had its share meanwhile', async () => {
    const section = { limits: { target: { triggers: 1, per: '10m' } }, cooldown: '1s', verification: '1h' };
    const lost = [fire(), lose, wait('11m')];
    const other: Action[] = [fire(2), deliver]; // the lost one waits behind it
    expect(told(await play([lost, other, deliver, deliver], section))).toEqual([TRIGGER, TRIGGER, 'suppressed rate']);
  });

  it('opens the breaker of its target when attempts keep failing, and says until when', async () => {
    const failing = [finish('failed'), deliver, deliver, deliver];
    const again = [grant, deliver, deliver];
    const world = await play([selected(), failing, again, failing], {
      breaker: { after: 2, within: '6h', open: '1h' },
    });
    expect(told(world).at(-1)).toBe('suppressed breaker');
    const opened = world.handled.find(
      ({ answer }) => (answer?.data as { breaker_open_until?: string })?.breaker_open_until,
    );
    expect(opened?.answer?.data).toMatchObject({ reason: 'failed', breaker_open_until: '2026-11-23T03:31:00.000Z' });
  });

  it('tells a person once that there are too many', async () => {
    const section = { limits: { overall: { triggers: 1, per: '10m' } }, modes: { disruptive: 'auto' as const } };
    const alerts = ['a-0', 'b-0', 'c-0', 'd-0'].map((pod) => podAlert('shop', pod));
    const world = new World(alerts, section, memoryPlace(), { replicas: 1, signs: false });
    for (const index of alerts.keys()) for (const action of selected(index)) await world.act(action);
    expect(told(world)).toEqual([TRIGGER, 'requested storm', 'suppressed rate', 'suppressed rate']);
  });

  it('carries the attempt, the policy and who has let it happen', async () => {
    const world = await play([selected(), grant, deliver], { modes: {} });
    expect(world.handled.at(-1)?.answer?.data).toMatchObject({
      ...{ attempt: 1, approved_by: 'mira' },
      policy_hash: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });
});

describe('where the functions sign', () => {
  const forge = (what: Forgery): Action => ({ kind: 'forge', what, alert: 0, attempt: 1 });
  const UNSIGNED = 'rejected ASRE_EVENT_UNSIGNED';
  const STILL_FIRING = 'ineffective still-firing';

  it.each<[string, (Action | readonly Action[])[], string[]]>([
    ['its own trigger', [fire(), deliver, forge('sent'), deliver], [TRIGGER, UNSIGNED]],
    ['its own question', [selected(), forge('asked'), deliver], [TRIGGER, UNSIGNED]],
    [
      'its own result',
      [selected(), finish('failed'), deliver, forge('ineffective'), deliver],
      [TRIGGER, 'ineffective failed', UNSIGNED],
    ],
  ])('a stranger cannot make up that %s has come back', async (_, actions, expected) => {
    expect(told(await play(actions, {}, { signs: true }))).toEqual(expected);
  });

  it.each<[string, (Action | readonly Action[])[], boolean[], number]>([
    ['alert-router tells', [resolve, deliver], [false], 1],
    ['a stranger claims', [forge('resolved'), deliver], [true], 0],
    ['a stranger claims first', [forge('resolved'), deliver, resolve, deliver], [true, false], 1],
    ['a stranger claims too', [resolve, deliver, forge('resolved'), deliver], [false, false], 1],
    ['a stranger claims twice', [forge('resolved'), forge('resolved'), deliver, deliver], [true, true], 0],
    [
      'a stranger claims while it fires',
      [forge('resolved'), deliver, fire(), deliver, resolve, deliver],
      [true, false],
      1,
    ],
  ])('a resolution that %s is known to have worked: $3', async (_, actions, claims, worked) => {
    const world = await play([selected(), ...actions], {}, { signs: true });
    const results = world.handled.flatMap(({ answer }) =>
      answer?.attributes.type === remediationVerified.type ? [answer] : [],
    );
    expect(results.map(({ data }) => (data as Verified).unsigned_resolution === true)).toEqual(claims);
    expect(new Set(results.map(({ attributes }) => attributes.id)).size).toBe(new Set(claims).size);
    const target = (await world.recorded(targetKeyOf('/shop/checkout'))) as TargetRecord;
    expect(target.worked).toHaveLength(worked);
  });

  it.each<[string, Action[], string[]]>([
    ['has said that it is done', [forge('done'), finish('failed')], ['ineffective failed']],
    ['says so too', [finish('failed'), forge('done')], ['ineffective failed', 'ineffective failed']],
    ['says that it has failed, and it has not', [finish('done'), forge('failed')], ['verified']],
  ])('a Lambda function is believed where a stranger %s', async (_, said, expected) => {
    const events = said.flatMap((each) => [each, deliver]);
    const world = await play([selected(), events, resolve, deliver, deliver, deliver], {}, { signs: true });
    expect(told(world)).toEqual([TRIGGER, ...expected]);
  });

  it.each<[string, (Action | readonly Action[])[], string[]]>([
    ['for too long', [wait('16m'), fire(), deliver, deliver], [STILL_FIRING]],
    ['for too long, where that is lost', [wait('16m'), fire(), lose, deliver], [STILL_FIRING, STILL_FIRING]],
  ])('an alert that fires on %s after a stranger has claimed its end is no success', async (_, actions, expected) => {
    const claimed = [selected(), forge('resolved'), deliver];
    const world = await play([...claimed, ...actions, wait('2h'), resolve, deliver], {}, { signs: true });
    expect(told(world)).toEqual([TRIGGER, 'verified', ...expected]);
  });
});

describe('the same events in any order, and twice,', () => {
  const RESOLVED: Action = { kind: 'resolve', alert: 0 };
  const orders = <Item>(items: readonly Item[]): Item[][] =>
    items.length < 2
      ? [[...items]]
      : items.flatMap((item, at) => orders(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));

  it.each(['done', 'nothing_to_do', 'refused', 'failed'] as const)(
    'end in the same state where the Lambda function says %s',
    async (outcome) => {
      const states = new Set<string>();
      const said: Action = { kind: 'finish', trigger: 0, outcome };
      const comesBack: Action = { kind: 'return', trigger: 0 };
      for (const order of orders([comesBack, said, RESOLVED])) {
        for (const events of [order, [...order, ...order]]) {
          const world = await play([fire(), deliver, events.flatMap((event) => [event, deliver])]);
          const { closedMs, attempt } = (await world.recorded(episodeKey(correlationOf(POD)))) as EpisodeRecord;
          states.add(JSON.stringify([closedMs, attempt?.sent, attempt?.failure?.reason, attempt?.finished]));
        }
      }
      expect(states.size).toBe(1);
    },
  );
});
