import { fresh, type Kept, SWEEP_MS } from './kept.ts';
import type { Store } from './ledger.ts';
import { isRecent } from './recent.ts';

/** Remembers nothing: each event is judged by itself. For a look at what would be decided. */
export function forgetfulStore(): Store {
  return {
    kind: 'none',
    read: async (keys) => keys.map(() => undefined),
    write: async () => true,
    close: async () => undefined,
  };
}

/** Forgets all when the process ends, and before that what is over. */
export function memoryStore(now: () => Date): Store {
  const records = new Map<string, Kept>();
  let writes = 0;
  let sweptMs = now().getTime();
  // Nobody asks for an episode that is over: without this it would stay for ever.
  const sweep = (at: Date) => {
    if (isRecent(sweptMs, at.getTime(), SWEEP_MS)) return;
    sweptMs = at.getTime();
    for (const [key, kept] of records) if (fresh(kept, at) === undefined) records.delete(key);
  };
  return {
    kind: 'memory',
    async read(keys) {
      const at = now();
      return keys.map((key) => fresh(records.get(key), at));
    },
    async write(versions, changed) {
      const at = now();
      for (const [key, version] of versions) if (fresh(records.get(key), at)?.version !== version) return false;
      sweep(at);
      writes++;
      for (const { key, record, ttlMs } of changed) {
        records.set(key, { record, version: String(writes), expiresMs: at.getTime() + ttlMs });
      }
      return true;
    },
    close: async () => undefined,
  };
}
