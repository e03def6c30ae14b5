/** A store that is away, whose answers are lost, or that is killed while it works. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AsreError } from '../../shared/errors.ts';
import type { Store } from '../../shared/ledger/ledger.ts';
import type { Place } from './stores.ts';

export interface Faults {
  /** `down`: it takes nothing. `mute`: it takes what it is given, and the answer that it has is lost. */
  state: 'up' | 'down' | 'mute';
  /** So many milliseconds after it got this one of the next calls. */
  kill: { readonly call: number; readonly afterMs: number } | undefined;
}

/** The store of a place with the faults that it has at the time. */
export function faulty(store: Store, faults: Faults, place: Place): Store {
  const failed = () => new AsreError('ASRE_LEDGER_FAILED', 'away');
  return {
    ...store,
    async read(keys) {
      if (faults.state === 'down') throw failed();
      return structuredClone(await killedAtWork(() => store.read(keys), faults, place));
    },
    async write(versions, writes) {
      if (faults.state === 'down') throw failed();
      const isWritten = await killedAtWork(() => store.write(versions, structuredClone(writes)), faults, place);
      if (faults.state === 'mute') throw failed();
      return isWritten;
    },
  };
}

async function killedAtWork<Result>(work: () => Promise<Result>, faults: Faults, place: Place): Promise<Result> {
  if (faults.kill === undefined || place.kill === undefined) return work();
  const { call, afterMs } = faults.kill;
  faults.kill = call > 1 ? { call: call - 1, afterMs } : undefined;
  if (call > 1) return work();
  const result = work();
  result.catch(() => undefined);
  if (afterMs > 0) await sleep(afterMs);
  await place.kill();
  return result;
}
