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

/** Forgets all when the process ends. */
export function memoryStore(now: () => Date): Store {
  const records = new Map<string, { record: Stored; version: string; expiresMs: number }>();
  let writes = 0;
  const find = (key: string) => {
    const found = records.get(key);
    if (found !== undefined && found.expiresMs <= now().getTime()) records.delete(key);
    return records.get(key);
  };
  return {
    kind: 'memory',
    read: async (keys) => keys.map(find),
    async write(versions, changed) {
      if ([...versions].some(([key, version]) => find(key)?.version !== version)) return false;
      writes++;
      for (const { key, record, ttlMs } of changed) {
        records.set(key, { record, version: String(writes), expiresMs: now().getTime() + ttlMs });
      }
      return true;
    },
    close: async () => undefined,
  };
}
