/** The stores that the interleavings run on, and what is done to each of them: it is emptied, and it is killed. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { AsreError } from '../../shared/errors.ts';
import type { Store } from '../../shared/ledger/ledger.ts';
import { memoryStore } from '../../shared/ledger/memory.ts';
import { redisStore } from '../../shared/ledger/redis.ts';
import { ROOT } from './function.ts';
import type { Question } from './ledger-folder.ts';
import { startRedis } from './redis.ts';

/** Where emit-trigger keeps what it remembers. */
export interface Place {
  /** How many replicas it can serve at once. */
  readonly replicas: number;
  /** Forgets everything. */
  clear(): Promise<void>;
  /** What one replica opens. */
  open(now: () => Date): Store;
  /** Ends it with -9, and starts it again on what it had on its disk; memory has none. */
  kill?(): Promise<void>;
  stop(): Promise<void>;
}

export function memoryPlace(): Place {
  let store: Store | undefined;
  const clear = async () => {
    store = undefined;
  };
  return { replicas: 2, open: (now) => (store ??= memoryStore(now)), clear, stop: clear };
}

/** One server, and a connection to it for each replica. */
export async function redisPlace(program: string): Promise<Place> {
  const redis = await startRedis(program);
  return {
    replicas: 2,
    open: () => redisStore({ url: redis.url, timeoutMs: 5_000 }, () => undefined),
    clear: () => redis.command('FLUSHALL'),
    async kill() {
      await redis.kill();
      await redis.restart();
    },
    stop: () => redis.stop(),
  };
}

/** A folder. A process of its own holds it, since killing that of the test would end the test. */
export async function folderPlace(): Promise<Place> {
  const root = mkdtempSync(join(tmpdir(), 'asre-ledger-place-'));
  const program = await bundled();
  let holder = fork(program, { serialization: 'advanced' });
  let times = 0;
  const folder = () => join(root, String(times));
  const kill = async () => {
    holder.kill('SIGKILL');
    await once(holder, 'exit');
  };
  return {
    replicas: 1,
    open(now) {
      const ask = (what: object) => askHolder(holder, { folder: folder(), nowMs: now().getTime(), ...what });
      return {
        kind: 'embedded',
        read: (keys) => ask({ read: keys }),
        write: (_, writes) => ask({ write: writes }),
        close: () => ask({}),
      };
    },
    async clear() {
      rmSync(folder(), { recursive: true, force: true });
      times++;
    },
    async kill() {
      await kill();
      holder = fork(program, { serialization: 'advanced' });
    },
    async stop() {
      await kill();
      rmSync(root, { recursive: true });
    },
  };
}

/** One question at a time, as a ledger asks its store. */
function askHolder(holder: ChildProcess, question: Question): Promise<never> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new AsreError('ASRE_LEDGER_FAILED', 'the process that holds the folder is gone'));
    holder.once('exit', gone);
    holder.once('message', (answer) => {
      holder.off('exit', gone);
      resolve(answer as never);
    });
    holder.send(question, (error) => {
      if (error !== null) gone();
    });
  });
}

// It starts often: as one file it does so several times as fast as through a loader.
async function bundled(): Promise<string> {
  const outfile = join(ROOT, 'node_modules/.cache/agent-sre/ledger-folder.mjs');
  const entryPoints = [join(import.meta.dirname, 'ledger-folder.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
  return outfile;
}
