import { ClassicLevel } from 'classic-level';
import { AsreError } from '../errors.ts';
import { makeFolder } from '../folder.ts';
import { isObject } from '../json.ts';
import { causeOf } from '../level.ts';
import { messageOf } from '../text/message.ts';
import { fresh, type Kept, SWEEP_MS } from './kept.ts';
import type { Store, Write } from './ledger.ts';

type Level = ClassicLevel<string, string>;

interface Put {
  readonly key: string;
  readonly kept: Kept;
  /** As it stands on the disk. */
  readonly text: string;
}

const SWEPT_AT_ONCE = 1_000;
/** Records that are kept at hand: what is written now is asked for again within a second. */
const AT_HAND = 1_000;
/** A longer record is read from the disk: an alert may have 500,000 characters, and a function 256 MB. */
const AT_HAND_LENGTH = 16_384;

/**
 * A folder on a disk for one process: on the disk before an answer goes out, whole after a kill or a power failure, locked
 * against a second process.
 *
 * @throws {AsreError} ASRE_CONFIG_INVALID where the folder cannot be used
 */
export async function embeddedStore(folder: string, now: () => Date): Promise<Store & Pick<EmbeddedStore, 'sweep'>> {
  try {
    makeFolder(folder);
    const level: Level = new ClassicLevel<string, string>(folder, { valueEncoding: 'utf8' });
    await level.open();
    const store = new EmbeddedStore(level, now);
    await store.sweep();
    return store;
  } catch (error) {
    throw new AsreError('ASRE_CONFIG_INVALID', `LEDGER_URL: ${whyNot(folder, error)}`, { cause: error });
  }
}

class EmbeddedStore implements Store {
  readonly kind = 'embedded';
  private readonly level: Level;
  private readonly now: () => Date;
  private readonly sweeper: NodeJS.Timeout;
  /** What was last written, the oldest first; nobody else writes. */
  private readonly atHand = new Map<string, Kept>();
  private version = 0;
  private changing: Promise<unknown> = Promise.resolve();

  constructor(level: Level, now: () => Date) {
    this.level = level;
    this.now = now;
    this.sweeper = setInterval(() => void this.sweep().catch(() => undefined), SWEEP_MS).unref();
  }

  async read(keys: readonly string[]): Promise<(Kept | undefined)[]> {
    const far = keys.filter((key) => !this.atHand.has(key));
    const values = far.length === 0 ? [] : await this.using(() => this.level.getMany(far));
    const found = new Map(far.map((key, index) => [key, parseKept(values[index])]));
    const at = this.now();
    return keys.map((key) => fresh(this.atHand.get(key) ?? found.get(key), at));
  }

  // Nobody else writes: the lock keeps other processes out, and the ledger asks for one batch at a time.
  async write(_: ReadonlyMap<string, string | undefined>, writes: readonly Write[]): Promise<boolean> {
    const nowMs = this.now().getTime();
    const puts = writes.map(({ key, record, ttlMs }): Put => {
      const kept: Kept = { record, version: String(++this.version), expiresMs: nowMs + ttlMs };
      return { key, kept, text: JSON.stringify(kept) };
    });
    await this.inTurn(() => this.using(() => this.putAll(puts)));
    for (const put of puts) this.keepAtHand(put);
    return true;
  }

  // A chained batch takes half of the CPU that an array of operations takes.
  private putAll(puts: readonly Put[]): Promise<void> {
    const batch = this.level.batch();
    for (const { key, text } of puts) batch.put(key, text);
    return batch.write({ sync: true });
  }

  private keepAtHand({ key, kept, text }: Put): void {
    this.atHand.delete(key); // to the end of the line
    if (text.length > AT_HAND_LENGTH) return;
    this.atHand.set(key, kept);
    const [oldest] = this.atHand.keys();
    if (this.atHand.size > AT_HAND && oldest !== undefined) this.atHand.delete(oldest);
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper);
    await this.level.close();
  }

  /** Removes what is forgotten. */
  async sweep(): Promise<void> {
    let expired: string[] = [];
    for await (const [key, value] of this.level.iterator()) {
      if (fresh(parseKept(value), this.now()) === undefined) expired.push(key);
      if (expired.length < SWEPT_AT_ONCE) continue;
      await this.remove(expired);
      expired = [];
    }
    await this.remove(expired);
  }

  // The iterator shows what was there when it began: what has been written since then stays.
  private remove(keys: readonly string[]): Promise<void> {
    return this.inTurn(async () => {
      const values = await this.level.getMany([...keys]);
      const expired = keys.filter((_, index) => fresh(parseKept(values[index]), this.now()) === undefined);
      await this.level.batch(expired.map((key) => ({ type: 'del', key })));
      for (const key of expired) this.atHand.delete(key);
    });
  }

  /** One change at a time. */
  private inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const changed = this.changing.then(change);
    this.changing = changed.catch(() => undefined);
    return changed;
  }

  // LevelDB refuses every write after one that failed, as on a full disk, until it is opened again.
  private async using<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      if (this.level.status !== 'open') await this.level.open();
      return await work();
    } catch (error) {
      this.atHand.clear(); // what failed may stand on the disk all the same
      await this.level.close().catch(() => undefined);
      throw new AsreError('ASRE_LEDGER_FAILED', `the folder of the ledger cannot be used (${codeOf(error)})`, {
        cause: error,
      });
    }
  }
}

// Written above, and guarded by the checksums of the store.
function parseKept(value: string | undefined): Kept | undefined {
  return value === undefined ? undefined : (JSON.parse(value) as Kept);
}

const REPAIR =
  'repair it by agent-sre queue repair where it is in the data folder of agent-sre run, or move it away: what is not remembered may be done again';

function whyNot(folder: string, error: unknown): string {
  const code = codeOf(error);
  switch (code) {
    case 'LEVEL_LOCKED':
      return `the folder ${folder} is in use by another process; for several replicas take Redis`;
    case 'LEVEL_CORRUPTION':
      return `the folder ${folder} is damaged; ${REPAIR}`;
    default:
      return `the folder ${folder} cannot be used (${code}); it must be one on a disk that this user can write; if it is damaged, ${REPAIR}`;
  }
}

function codeOf(error: unknown): string {
  const cause = causeOf(error);
  if (isObject(cause) && typeof cause.code === 'string') return cause.code;
  return messageOf(cause);
}
