/** What a decision of emit-trigger costs on each store: the three records of an alert read and written in one step. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedStore } from '../shared/ledger/embedded.ts';
import { type Ledger, ledgerOn, type Stored } from '../shared/ledger/ledger.ts';
import { memoryStore } from '../shared/ledger/memory.ts';
import { redisStore } from '../shared/ledger/redis.ts';
import { concurrently } from '../test/support/deliver.ts';
import { REDIS_PROGRAMS, startRedis } from '../test/support/redis.ts';
import { type Latency, latencyOf } from './latency.ts';

export interface LedgerResult extends Latency {
  readonly store: string;
  /** With as many at a time as a Trigger delivers. */
  readonly per_second: number;
}

export interface LedgerPlan {
  readonly alone: number;
  readonly together: number;
}

const WIDTH = 64;
const TTL_MS = 3_600_000;
/** About the size of an episode's: its selection with the alert. */
const RECORD: Stored = { selection: 'x'.repeat(1_500), triggeredMs: 1_764_000_000_000 };

/** Redis is missing where none is installed. */
export async function measureLedgers(plan: LedgerPlan): Promise<LedgerResult[]> {
  const now = () => new Date();
  const folder = mkdtempSync(join(tmpdir(), 'asre-bench-ledger-'));
  const [program] = REDIS_PROGRAMS;
  const redis = program === undefined ? undefined : await startRedis(program);
  try {
    return [
      await measure('memory', ledgerOn(memoryStore(now)), plan),
      await measure('embedded', ledgerOn(await embeddedStore(folder, now)), plan),
      ...(redis === undefined
        ? []
        : [await measure('redis', ledgerOn(redisStore({ url: redis.url, timeoutMs: 5_000 }, () => undefined)), plan)]),
    ];
  } finally {
    await redis?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(store: string, ledger: Ledger, { alone, together }: LedgerPlan): Promise<LedgerResult> {
  await concurrently(numbers(alone), 1, (index) => decide(ledger, `warm-${index}`));
  const times = await concurrently(numbers(alone), 1, async (index) => {
    const started = performance.now();
    await decide(ledger, `alone-${index}`);
    return performance.now() - started;
  });
  const started = performance.now();
  await concurrently(numbers(together), WIDTH, (index) => decide(ledger, `together-${index}`));
  const perSecond = Math.round((together * 1_000) / (performance.now() - started));
  await ledger.close();
  return { store, per_second: perSecond, ...latencyOf(times) };
}

function decide(ledger: Ledger, name: string): Promise<void> {
  const keys = [`episode:${name}`, `target:${name}`, 'overall'];
  const records = [RECORD, { triggers: [] }, { triggers: [] }];
  const writes = keys.map((key, index) => ({ key, record: records[index] ?? {}, ttlMs: TTL_MS }));
  return ledger.transact(keys, () => ({ answer: undefined, writes }));
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
