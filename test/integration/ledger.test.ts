/** emit-trigger as processes on the stores that it has in earnest: replicas, kills with -9, a storm. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { LEASE_MS } from '../../functions/emit-trigger/decide.ts';
import { TYPES } from '../support/alerts.ts';
import { concurrently, lookAt, restartOf, settleSelection } from '../support/deliver.ts';
import { PLAIN, ROOT, type RunningFunction, startFunction } from '../support/function.ts';
import type { SeenEvent } from '../support/http.ts';
import { REDIS_PROGRAMS, type RunningRedis, startRedis } from '../support/redis.ts';

/** LEDGER_EVENTS=10000 npx vitest run test/integration/ledger.test.ts: docs/testing.md. */
const EVENTS = Number(process.env.LEDGER_EVENTS ?? 100);
const STORM = Number(process.env.LEDGER_STORM ?? 500);
const DELIVERIES = 3;
const WIDTH = 24;
const LIMIT_MS = 600_000;

const folder = mkdtempSync(join(tmpdir(), 'asre-ledger-processes-'));
const SMALL = join(ROOT, 'test/fixtures/runbook-small');
const folderUrl = (name: string) => pathToFileURL(join(folder, name)).href;
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

let running: RunningFunction[] = [];
afterEach(async () => {
  await Promise.all(running.map((one) => one.stop()));
  running = [];
});

const names = (count: number) => Array.from({ length: count }, (_, index) => `svc${index}`);
const typeOf = (event: SeenEvent) => event.attributes.type;
const triggersIn = <Event extends SeenEvent>(outcomes: readonly Event[]) =>
  outcomes.filter((each) => typeOf(each) === TYPES.trigger);
const idsOf = (events: readonly SeenEvent[]) => new Set(events.map(({ attributes }) => attributes.id));

describe.skipIf(REDIS_PROGRAMS.length === 0)('replicas of emit-trigger on one Redis', () => {
  const program = REDIS_PROGRAMS[0] ?? '';

  async function startReplicas(redis: RunningRedis, count: number): Promise<void> {
    const environment = { ...PLAIN, LEDGER_URL: redis.url };
    running = await Promise.all(Array.from({ length: count }, () => startFunction('emit-trigger', environment)));
  }

  const sendAll = (events: readonly string[]) =>
    concurrently(events, WIDTH, (pod, index) =>
      settleSelection(() => running[index % running.length]?.url ?? '', restartOf(pod)),
    );

  it.each([2, 4])(
    '%i of them trigger once for each event that comes three times',
    async (count) => {
      const redis = await startRedis(program);
      await startReplicas(redis, count);
      const startedMs = Date.now();
      const pods = names(EVENTS);
      const events = pods.flatMap((pod) => Array.from({ length: DELIVERIES }, () => pod));
      const outcomes = await sendAll(events);
      expect(outcomes).toHaveLength(EVENTS * DELIVERIES);
      const triggers = triggersIn(outcomes);
      expect(idsOf(triggers).size).toBe(EVENTS);
      // One that took longer than its claim holds, as on a machine that does other things too, is sent again, with the same id.
      const late = triggers.filter(({ tookMs }) => tookMs > LEASE_MS).length;
      const perSecond = Math.round((1_000 * events.length) / (Date.now() - startedMs));
      console.log(
        `${count} replicas, ${events.length} deliveries of ${EVENTS} events, ${perSecond} a second: ` +
          `${idsOf(triggers).size} lambda triggers, ${triggers.length - EVENTS} sent twice, ${late} late`,
      );
      expect(triggers.length - EVENTS, 'triggers sent twice').toBeLessThanOrEqual(late);
      await redis.stop();
    },
    LIMIT_MS,
  );

  it(
    'lose nothing and repeat no other id where Redis is killed in the middle',
    async () => {
      const redis = await startRedis(program);
      await startReplicas(redis, 2);
      const pods = names(EVENTS);
      const sent = sendAll([...pods, ...pods]);
      for (let kills = 0; kills < 3; kills++) {
        await new Promise((resolve) => setTimeout(resolve, 150));
        await redis.kill();
        await redis.restart();
      }
      const outcomes = await sent;
      expect(idsOf(triggersIn(outcomes)).size).toBe(EVENTS);
      await redis.stop();
    },
    LIMIT_MS,
  );
});

describe('emit-trigger on a folder', () => {
  const OWNERS = 20;
  const PODS = 8;
  const SHARE = 3;

  it(
    'keeps to the limits of each target though it is killed with -9 again and again',
    async () => {
      const runbook = join(folder, 'runbook');
      const limits = { target: { triggers: SHARE, per: '1h' }, overall: { triggers: 100_000, per: '10m' } };
      const policy = { remediation: { modes: { disruptive: 'auto' }, cooldown: '1s', limits } };
      rmSync(runbook, { recursive: true, force: true });
      writePolicy(runbook, policy);
      const environment = { ...PLAIN, RUNBOOK_DIR: `${SMALL}:${runbook}`, LEDGER_URL: folderUrl('killed') };
      running = [await startFunction('emit-trigger', environment)];
      const hashes = ['b4dvq', 'x2x7k', 'zz9zz', 'c5d6f', 'g7h8j', 'k9l2m', 'n4p5q', 'r6s7t'].slice(0, PODS);
      const pods = hashes.flatMap((hash) => names(OWNERS).map((name) => `${name}-7c9f8d5b6-${hash}`));
      let isDone = false;
      const sent = concurrently(pods, WIDTH, (pod) => settleSelection(() => running[0]?.url ?? '', restartOf(pod)));
      const settled = sent.finally(() => {
        isDone = true;
      });
      for (let kills = 0; kills < 4 && !isDone; kills++) {
        await new Promise((resolve) => setTimeout(resolve, 400));
        running[0]?.signal('SIGKILL');
        await running[0]?.exited;
        running = [await startFunction('emit-trigger', environment)];
      }
      const outcomes = await settled;
      expect(outcomes).toHaveLength(pods.length);
      const ofOwner = names(OWNERS).map((name) => {
        const own = triggersIn(outcomes).filter(({ attributes }) => attributes.subject?.startsWith(`shop/${name}-`));
        return idsOf(own).size;
      });
      expect(Math.max(...ofOwner)).toBeLessThanOrEqual(SHARE);
      expect(Math.min(...ofOwner)).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  it(
    'meets a storm with a few lambda triggers, one question, and a record of all the rest',
    async () => {
      const environment = { ...PLAIN, RUNBOOK_DIR: SMALL, LEDGER_URL: folderUrl('storm') };
      running = [await startFunction('emit-trigger', environment)];
      const outcomes = await concurrently(names(STORM), WIDTH, (pod) =>
        settleSelection(() => running[0]?.url ?? '', lookAt(pod)),
      );
      const counts = new Map<string, number>();
      for (const { attributes, data } of outcomes) {
        const { reason = '' } = data as { reason?: string };
        const what = `${attributes.type?.split('.').at(-1)} ${reason}`.trim();
        counts.set(what, (counts.get(what) ?? 0) + 1);
      }
      expect(Object.fromEntries(counts)).toEqual({ trigger: 20, 'requested storm': 1, 'suppressed rate': STORM - 21 });
      const [last] = outcomes.filter(({ data }) => (data as { reason?: string }).reason === 'rate');
      expect(last?.data).toMatchObject({ message: expect.stringContaining('20 lambda triggers in 10 minutes') });
      expect(memoryMb(running[0]?.pid ?? 0)).toBeLessThan(400);
    },
    LIMIT_MS,
  );
});

function writePolicy(runbook: string, policy: object): void {
  mkdirSync(runbook, { recursive: true });
  writeFileSync(join(runbook, 'policy.yaml'), JSON.stringify(policy));
}

function memoryMb(pid: number): number {
  const [, kb = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb) / 1024;
}
