import type { Store, Stored } from './ledger.ts';

/** Remembers nothing: each event is judged by itself. For a look at what would be decided. */
export function forgetfulStore(): Store {
  return {
    kind: 'none',
    read: async (keys) => keys.map(() => undefined),
    write: async () => true,
    close: async () => undefined,
  };
}

interface Kept {
  readonly record: Stored;
  readonly version: string;
  readonly expiresMs: number;
}

const SWEEP_MS = 600_000;

/** Forgets all when the process ends, and before that what is over. */
export function memoryStore(now: () => Date): Store {
  const records = new Map<string, Kept>();
  let writes = 0;
  let sweptMs = now().getTime();
  const find = (key: string) => {
    const found = records.get(key);
    return found !== undefined && found.expiresMs > now().getTime() ? found : undefined;
  };
  // Nobody asks for an episode that is over: without this it would stay for ever.
  const sweep = (nowMs: number) => {
    if (Math.abs(nowMs - sweptMs) < SWEEP_MS) return;
    sweptMs = nowMs;
    for (const [key, { expiresMs }] of records) if (expiresMs <= nowMs) records.delete(key);
  };
  return {
    kind: 'memory',
    read: async (keys) => keys.map(find),
    async write(versions, changed) {
      if ([...versions].some(([key, version]) => find(key)?.version !== version)) return false;
      const nowMs = now().getTime();
      sweep(nowMs);
      writes++;
      for (const { key, record, ttlMs } of changed) {
        records.set(key, { record, version: String(writes), expiresMs: nowMs + ttlMs });
      }
      return true;
    },
    close: async () => undefined,
  };
}
