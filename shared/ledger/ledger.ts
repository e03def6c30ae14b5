/** What emit-trigger and alert-router remember, whichever store keeps it: every decision reads and writes in one atomic step. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AsreError } from '../errors.ts';

/** What is kept under one key. */
export type Stored = Readonly<Record<string, unknown>>;

/** What the ledger holds under the keys that were asked for; undefined where it holds nothing. */
export type Known = ReadonlyMap<string, Stored | undefined>;

export interface Write {
  readonly key: string;
  readonly record: Stored;
  /** After so long it is forgotten. */
  readonly ttlMs: number;
}

/** What a decision comes to; or the keys that it must see too, to be asked again. It must be pure: it may be asked twice. */
export type Step<Answer> = { readonly more: readonly string[] } | Result<Answer>;
export interface Result<Answer> {
  readonly answer: Answer;
  readonly writes: readonly Write[];
}

export interface Ledger {
  readonly kind: Store['kind'];
  /**
   * Decides on what the ledger holds, and keeps what was decided: all of it, and only if nobody else has changed any of it.
   *
   * @throws {AsreError} ASRE_LEDGER_FAILED where the store cannot be used now, ASRE_LEDGER_BUSY where others are always first
   */
  transact<Answer>(keys: readonly string[], decide: (known: Known) => Step<Answer>): Promise<Answer>;
  close(): Promise<void>;
}

/** A record as a store holds it. No two writes of a key have the same version. */
export interface Versioned {
  readonly record: Stored;
  readonly version: string;
}

/** Where records are kept. */
export interface Store {
  readonly kind: 'none' | 'memory' | 'embedded' | 'redis';
  read(keys: readonly string[]): Promise<readonly (Versioned | undefined)[]>;
  /** Writes all or nothing; false where a key does not have the version any more. Durable when it resolves. */
  write(versions: ReadonlyMap<string, string | undefined>, writes: readonly Write[]): Promise<boolean>;
  close(): Promise<void>;
}

/** A decision that waits for its turn. */
interface Waiting {
  readonly keys: readonly string[];
  readonly decide: (known: Known) => Step<unknown>;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const TRIES = 30;
const LONGEST_PAUSE_MS = 40;
/** Decisions at a time: a batch is one read and one write. */
const BATCH = 256;

/**
 * A ledger on a store. What arrives while a batch is under way makes the next one, in order: the store is asked twice for
 * many decisions, and those of one process never get in each other's way.
 */
export function ledgerOn(store: Store): Ledger {
  const waiting: Waiting[] = [];
  let working: Promise<void> | undefined;
  const work = async () => {
    while (waiting.length > 0) await decideBatch(store, waiting.splice(0, BATCH));
    working = undefined;
  };
  return {
    kind: store.kind,
    transact: (keys, decide) =>
      new Promise((resolve, reject) => {
        waiting.push({ keys, decide, resolve: resolve as Waiting['resolve'], reject });
        working ??= work();
      }),
    async close() {
      await working;
      await store.close();
    },
  };
}

async function decideBatch(store: Store, batch: readonly Waiting[]): Promise<void> {
  try {
    for (let tried = 0; tried < TRIES; tried++) {
      if (tried > 0) await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** tried));
      const attempt = new Attempt(store);
      await attempt.learn(batch.flatMap(({ keys }) => keys));
      const outcomes: (() => void)[] = [];
      for (const each of batch) outcomes.push(await attempt.run(each));
      if (!(await attempt.write())) continue;
      for (const settle of outcomes) settle();
      return;
    }
    throw new AsreError('ASRE_LEDGER_BUSY', `others changed the same records ${TRIES} times in a row`);
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

/** One go at a batch: each decision sees what those before it have decided. */
class Attempt {
  private readonly store: Store;
  private readonly versions = new Map<string, string | undefined>();
  private readonly known = new Map<string, Stored | undefined>();
  private readonly writes = new Map<string, Write>();

  constructor(store: Store) {
    this.store = store;
  }

  /** How to settle the decision once the batch is written. */
  async run({ decide, resolve, reject }: Waiting): Promise<() => void> {
    try {
      let step = decide(this.known);
      while ('more' in step) {
        await this.learn(step.more);
        step = decide(this.known);
      }
      for (const write of step.writes) this.keep(write);
      const { answer } = step;
      return () => resolve(answer);
    } catch (error) {
      if (error instanceof AsreError && error.entry.disposition === 'retry') throw error;
      return () => reject(error);
    }
  }

  async write(): Promise<boolean> {
    if (this.writes.size === 0) return true;
    return this.store.write(this.versions, [...this.writes.values()]);
  }

  private keep(write: Write): void {
    this.writes.set(write.key, write);
    this.known.set(write.key, write.record);
  }

  async learn(keys: readonly string[]): Promise<void> {
    const missing = [...new Set(keys)].filter((key) => !this.known.has(key));
    if (missing.length === 0) return;
    const found = await this.store.read(missing);
    missing.forEach((key, index) => {
      const versioned = found[index];
      this.known.set(key, versioned?.record);
      this.versions.set(key, versioned?.version);
    });
  }
}
