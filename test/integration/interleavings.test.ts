import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { durationMs } from '../../shared/duration.ts';
import type { RemediationSection } from '../../shared/runbook/remediation.ts';
import { type Action, World } from '../support/interleavings.ts';
import { FORGERIES, podAlert } from '../support/interleavings-events.ts';
import { type Limits, promisesHold } from '../support/interleavings-hold.ts';
import { PROGRAMS, REDIS_PROGRAMS } from '../support/redis.ts';
import { folderPlace, memoryPlace, type Place, redisPlace } from '../support/stores.ts';

/** In memory; npm run test:interleavings sets it. */
const RUNS = Number(process.env.INTERLEAVINGS ?? 2_500);
/** On a disk: in proportion, and enough to see every kind of answer. */
const DISK_RUNS = Math.max(150, Math.ceil(RUNS * 0.06));
const LIMIT_MS = 7_200_000;
const SEED = Number(
  process.env.FC_SEED ?? (process.env.INTERLEAVINGS === undefined ? 20_261_123 : Date.now() % 2 ** 31),
);

const ALERTS = [
  podAlert('shop', 'checkout-7c9f8d5b6-x2x7k'),
  podAlert('shop', 'checkout-7c9f8d5b6-x2x7k', {}, 'KubePodCrashLooping'), // another name for the same pod
  podAlert('shop', 'checkout-7c9f8d5b6-b4dvq'), // another pod of the same Deployment
  podAlert('shop', 'cart-7c9f8d5b6-x2x7k', { phase: 'Pending' }), // only looked at
  podAlert('shop', 'checkout-7c9f8d5b6-zz9zz'), // and one more
  podAlert('shop', 'queue-0'),
  podAlert('shop', 'worker-0'),
  podAlert('shop', 'api-5d4f8c9b77-x2x7k'),
  podAlert('shop', 'agent-x2x7k'),
  podAlert('closed', 'billing-0'),
  podAlert('shadow', 'web-0'),
  podAlert('off', 'web-0'),
  podAlert('kube-system', 'dns-0'),
];

const SECTION: RemediationSection = {
  cooldown: '5m',
  limits: { target: { triggers: 2, per: '1h' }, overall: { triggers: 3, per: '10m' } },
  verification: '15m',
  breaker: { after: 2, within: '6h', open: '1h' },
  rules: [
    { namespaces: ['shadow'], mode: 'shadow' },
    { namespaces: ['off'], mode: 'off' },
  ],
  maintenance: [{ from: '2026-11-23T02:40:00Z', to: '2026-11-23T03:20:00Z', namespaces: ['closed'] }],
};

const LIMITS: Limits = {
  target: { triggers: 2, perMs: durationMs('1h') },
  overall: { triggers: 3, perMs: durationMs('10m') },
  cooldownMs: durationMs('5m'),
  maintenance: { fromMs: Date.parse('2026-11-23T02:40:00Z'), toMs: Date.parse('2026-11-23T03:20:00Z') },
};

const index = fc.nat({ max: ALERTS.length - 1 });
const outcome = fc.constantFrom('done' as const, 'nothing_to_do' as const, 'refused' as const, 'failed' as const);
const WAITS_MS = ['1s', '4s', '1m', '6m', '16m', '1h'].map(durationMs);
/** The clock is set back. */
const BACK_MS = ['2s', '1m', '1h'].map((text) => -durationMs(text));

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('fire' as const), alert: index }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('resolve' as const), alert: index }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('grant' as const, 'deny' as const), question: index }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('finish' as const), trigger: index, outcome }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('repeat' as const), event: index }) },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ kind: fc.constant('forge' as const), what: fc.constantFrom(...FORGERIES), alert: index },
      attempt: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constant('deliver' as const),
      events: fc.uniqueArray(index, { minLength: 1, maxLength: 3 }),
      loses: fc.boolean(),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(...WAITS_MS) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(...BACK_MS) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('ledger' as const), state: fc.constantFrom('up', 'up', 'down', 'mute') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('mode' as const),
      mode: fc.constantFrom('auto', 'auto', 'shadow', 'off'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('kill' as const),
      call: fc.integer({ min: 1, max: 4 }),
      afterMs: fc.constantFrom(0, 1, 3),
    }),
  },
) as fc.Arbitrary<Action>;

const anyRun = fc.record({
  actions: fc.array(anyAction, { minLength: 5, maxLength: 60, size: 'max' }),
  disruptive: fc.constantFrom('auto' as const, 'suggest' as const),
  replicas: fc.constantFrom(1, 2),
  signs: fc.boolean(),
});

interface Stand {
  readonly on: string;
  readonly start: () => Place | Promise<Place>;
  readonly runs: number;
  readonly isMissing?: boolean;
}

const STANDS: readonly Stand[] = [
  { on: 'in memory', start: memoryPlace, runs: RUNS },
  { on: 'on a folder, whose process is killed', start: folderPlace, runs: DISK_RUNS },
  ...PROGRAMS.map((program) => ({
    on: `on ${program}, which is killed`,
    start: () => redisPlace(program),
    runs: DISK_RUNS,
    isMissing: !REDIS_PROGRAMS.includes(program),
  })),
];

for (const { on, start, runs, isMissing = false } of STANDS) {
  describe.skipIf(isMissing)(`emit-trigger ${on}`, () => {
    let place: Place;
    beforeAll(async () => {
      place = await start();
    });
    afterAll(() => place.stop());

    it(
      'keeps its promises in every interleaving of what can happen',
      async () => {
        const seen = new Map<string, number>();
        await fc.assert(
          fc.asyncProperty(anyRun, async ({ actions, disruptive, replicas, signs }) => {
            await place.clear();
            const world = new World(ALERTS, { ...SECTION, modes: { disruptive } }, place, { replicas, signs });
            try {
              await world.run(actions);
              await promisesHold(world, LIMITS);
            } finally {
              await world.close();
            }
            for (const what of answersOf(world)) seen.set(what, (seen.get(what) ?? 0) + 1);
          }),
          // A kill never strikes at the same moment twice: a shorter example would be another one.
          { numRuns: runs, seed: SEED, verbose: fc.VerbosityLevel.None, endOnFailure: place.kill !== undefined },
        );
        console.log(`${runs} interleavings ${on}, seed ${SEED}`);
        if (process.env.SEEN) console.log([...seen].sort());
        expect([...seen.keys()]).toEqual(expect.arrayContaining(['lambda.trigger', 'remediation.verified']));
      },
      LIMIT_MS,
    );
  });
}

/** The type of each answer, with its reason. */
function answersOf({ handled }: World): string[] {
  return handled.map(({ answer }) => {
    const { reason = '' } = (answer?.data ?? {}) as { reason?: string };
    return [answer?.attributes.type?.split('.').slice(-2).join('.'), reason].join(' ').trim();
  });
}
