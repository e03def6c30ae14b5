/** What each store must do for a ledger: the same tests for all of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { embeddedStore } from '../../../../shared/ledger/embedded.ts';
import { type Ledger, ledgerOn, type Stored } from '../../../../shared/ledger/ledger.ts';
import { memoryStore } from '../../../../shared/ledger/memory.ts';
import { redisStore } from '../../../../shared/ledger/redis.ts';
import { freePort } from '../../../support/function.ts';
import { PROGRAMS, REDIS_PROGRAMS, type RunningRedis, startRedis } from '../../../support/redis.ts';
import { canMount, smallDisk } from '../../../support/small-disk.ts';

const now = () => new Date();
const HOUR_MS = 3_600_000;

interface Counter {
  readonly count?: number;
}

/** Adds one to the counter under the key, in one step, and answers what it is then. */
function countUp(ledger: Ledger, key: string, ttlMs = HOUR_MS): Promise<number> {
  return ledger.transact([key], (known) => {
    const count = ((known.get(key) as Counter | undefined)?.count ?? 0) + 1;
    return { answer: count, writes: [{ key, record: { count }, ttlMs }] };
  });
}

/** Two processes with ledgers on the same records; of a store for one process they have the same ledger. */
function describeStore(name: string, open: () => Promise<readonly [Ledger, Ledger]>) {
  describe(name, () => {
    let ledgers: readonly [Ledger, Ledger];
    const opened = async () => {
      ledgers = await open();
      return ledgers;
    };
    afterEach(() => Promise.all([...new Set(ledgers)].map((ledger) => ledger.close())));

    it('lets every one of many decisions at once see those before it', async () => {
      const [ledger] = await opened();
      const counts = await Promise.all(Array.from({ length: 500 }, () => countUp(ledger, 'episode:a')));
      expect(counts).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
    });

    it('loses no decision of two processes that change one record', async () => {
      const [one, other] = await opened();
      const counts = await Promise.all(
        Array.from({ length: 200 }, (_, index) => countUp(index % 2 === 0 ? one : other, 'episode:b')),
      );
      expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    });

    it('shows a decision the further keys that it asks for', async () => {
      const [ledger] = await opened();
      await countUp(ledger, 'target:c');
      const answer = await ledger.transact(['episode:c'], (known) =>
        known.has('target:c')
          ? { answer: (known.get('target:c') as Counter).count, writes: [] }
          : { more: ['target:c'] },
      );
      expect(answer).toBe(1);
    });

    it('gives an error of a decision to that one alone', async () => {
      const [ledger] = await opened();
      const failing = ledger.transact(['episode:d'], () => {
        throw new Error('no such token');
      });
      const others = Promise.all([countUp(ledger, 'episode:d'), countUp(ledger, 'episode:d')]);
      await expect(failing).rejects.toThrow('no such token');
      expect(await others).toEqual([1, 2]);
    });

    it('forgets a record when its time is over', async () => {
      const [ledger] = await opened();
      await countUp(ledger, 'episode:e', 30);
      await new Promise((resolve) => setTimeout(resolve, 60));
      expect(await countUp(ledger, 'episode:e')).toBe(1);
    });
  });
}

describeStore('the store in memory', async () => {
  const store = memoryStore(now);
  return [ledgerOn(store), ledgerOn(store)];
});

describe('on disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'asre-ledger-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let opened = 0;
  describeStore('the store in a folder', async () => {
    const ledger = ledgerOn(await embeddedStore(join(folder, String(++opened)), now));
    return [ledger, ledger];
  });

  it('remembers over a restart', async () => {
    const before = ledgerOn(await embeddedStore(join(folder, 'restart'), now));
    await countUp(before, 'episode:a');
    await before.close();
    const after = ledgerOn(await embeddedStore(join(folder, 'restart'), now));
    expect(await countUp(after, 'episode:a')).toBe(2);
    await after.close();
  });

  it('is refused to a second process, which is told so', async () => {
    const store = await embeddedStore(join(folder, 'locked'), now);
    const second = embeddedStore(join(folder, 'locked'), now);
    await expect(second).rejects.toMatchObject({
      code: 'ASRE_CONFIG_INVALID',
      message: expect.stringContaining('is in use by another process'),
    });
    await store.close();
  });

  it.each(['/proc/x', '/dev/null/x'])('says that %s cannot be its folder', async (path) => {
    await expect(embeddedStore(path, now)).rejects.toMatchObject({
      code: 'ASRE_CONFIG_INVALID',
      message: expect.stringContaining(`the folder ${path} cannot be used`),
    });
  });

  it.skipIf(!canMount())('decides nothing while its disk is full, and goes on after that', async () => {
    const disk = smallDisk(join(folder, 'disk'));
    const ledger = ledgerOn(await embeddedStore(join(folder, 'disk/ledger'), now));
    const large = { count: 1, text: 'x'.repeat(200_000) };
    try {
      expect(await countUp(ledger, 'episode:a')).toBe(1);
      disk.fill();
      const written = ledger.transact([], () => ({
        answer: 'done',
        writes: ['episode:a', 'episode:b'].map((key) => ({ key, record: large, ttlMs: HOUR_MS })),
      }));
      await expect(written).rejects.toMatchObject({ code: 'ASRE_LEDGER_FAILED' });
      disk.free();
      expect(await Promise.all(['episode:a', 'episode:b'].map((key) => countUp(ledger, key)))).toEqual([2, 1]);
    } finally {
      await ledger.close();
      disk.unmount();
    }
  });

  it('keeps what is short in memory, and what is long on the disk alone', async () => {
    const store = await embeddedStore(join(folder, 'long'), now);
    const asked = vi.spyOn(ClassicLevel.prototype, 'getMany');
    onTestFinished(() => asked.mockRestore());
    const [short, long] = [{ text: 'x' }, { text: 'x'.repeat(500_000) }];
    const write = (key: string, record: Stored) => store.write(new Map(), [{ key, record, ttlMs: HOUR_MS }]);
    await write('a', short);
    await write('b', short);
    await write('b', long);
    expect((await store.read(['a', 'b'])).map((found) => found?.record)).toEqual([short, long]);
    expect(asked.mock.calls.map(([keys]) => keys)).toEqual([['b']]);
    await store.close();
  });

  it('forgets what is over when it is opened', async () => {
    let time = 0;
    const clock = () => new Date(time);
    const before = ledgerOn(await embeddedStore(join(folder, 'sweep'), clock));
    await countUp(before, 'episode:a', 10);
    await before.close();
    time = 11;
    const store = await embeddedStore(join(folder, 'sweep'), clock);
    time = 0;
    expect(await store.read(['episode:a'])).toEqual([undefined]);
    await store.close();
  });

  it('forgets all that is over, and nothing that is written meanwhile', async () => {
    let time = 0;
    const store = await embeddedStore(join(folder, 'busy'), () => new Date(time));
    const keys = Array.from({ length: 2_500 }, (_, index) => `episode:${index}`);
    const written = (some: readonly string[]) =>
      store.write(
        new Map(),
        some.map((key) => ({ key, record: {}, ttlMs: 10 })),
      );
    await written(keys);
    time = 11;
    const swept = store.sweep();
    await written(['episode:1', 'episode:2499']);
    await swept;
    time = 0; // nothing would be over now
    const left = await store.read(keys);
    expect(keys.filter((_, index) => left[index] !== undefined)).toEqual(['episode:1', 'episode:2499']);
    await store.close();
  });
});

describe('in memory', () => {
  it('lets go of what is over though nobody asks for it again', async () => {
    let time = 0;
    const store = memoryStore(() => new Date(time));
    const written = (key: string) => store.write(new Map(), [{ key, record: {}, ttlMs: HOUR_MS }]);
    await written('episode:a');
    time = HOUR_MS;
    await written('episode:b');
    time = 0; // nothing would be over now
    const [over, kept] = await store.read(['episode:a', 'episode:b']);
    expect(over).toBeUndefined();
    expect(kept).toBeDefined();
  });
});

for (const program of PROGRAMS) {
  describe.skipIf(!REDIS_PROGRAMS.includes(program))(`on ${program}`, () => {
    let redis: RunningRedis;
    beforeAll(async () => {
      redis = await startRedis(program);
    });
    afterAll(() => redis.stop());
    const open = (url = redis.url, timeoutMs = 2_000, report = (_: string) => {}) =>
      ledgerOn(redisStore({ url, timeoutMs }, report));

    describeStore('the store', async () => [open(), open()]);

    it('fails while the server is away, and remembers when it is back', async () => {
      const ledger = open(redis.url, 300);
      await countUp(ledger, 'episode:away');
      await redis.kill();
      await expect(countUp(ledger, 'episode:away')).rejects.toMatchObject({ code: 'ASRE_LEDGER_FAILED' });
      await redis.restart();
      await expect.poll(() => countUp(ledger, 'episode:away').catch(() => 0), { timeout: 5_000 }).toBeGreaterThan(1);
      await ledger.close();
    });

    it.each([
      ['is full', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
      ['is a replica', ['REPLICAOF', '127.0.0.1', '9'], ['REPLICAOF', 'NO', 'ONE']],
      [
        'must have replicas',
        ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
        ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
      ],
    ])('decides nothing while the server %s, and goes on after that', async (_, fault, end) => {
      const ledger = open();
      const before = await countUp(ledger, 'episode:refused');
      await redis.command(...fault);
      const refused = countUp(ledger, 'episode:refused');
      await expect(refused).rejects.toMatchObject({ code: 'ASRE_LEDGER_FAILED' });
      await redis.command(...end);
      expect(await countUp(ledger, 'episode:refused')).toBe(before + 1);
      await ledger.close();
    });

    it('finds the new primary where the old one has become a replica and keeps its connections', async () => {
      const other = await startRedis(program);
      onTestFinished(() => other.stop());
      let primary = redis.port;
      const address = createServer((socket) => socket.pipe(connect(primary, '127.0.0.1')).pipe(socket));
      const port = await freePort();
      address.listen(port, '127.0.0.1');
      onTestFinished(() => void address.close());
      const ledger = open(`redis://127.0.0.1:${port}`);
      await countUp(ledger, 'episode:moved');
      await redis.command('REPLICAOF', '127.0.0.1', String(other.port));
      primary = other.port;
      await expect(countUp(ledger, 'episode:moved')).rejects.toMatchObject({ code: 'ASRE_LEDGER_FAILED' });
      expect(await countUp(ledger, 'episode:moved')).toBe(1);
      await ledger.close();
      await redis.command('REPLICAOF', 'NO', 'ONE');
    });

    it('says where the server would forget what it was told', async () => {
      await redis.command('CONFIG', 'SET', 'maxmemory', '100mb', 'maxmemory-policy', 'allkeys-lru');
      const told: string[] = [];
      const ledger = open(redis.url, 2_000, (why) => told.push(why));
      await expect.poll(() => told).toEqual([expect.stringContaining('must be noeviction, and is allkeys-lru')]);
      await ledger.close();
    });
  });
}
