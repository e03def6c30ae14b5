/** The broker's memory on disk: events are in it before they are accepted and until they are delivered. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ClassicLevel } from 'classic-level';
import { isObject, parseJson } from '../shared/json.ts';
import { causeOf } from '../shared/level.ts';
import { messageOf } from '../shared/text/message.ts';
import type { WireEvent } from './event.ts';

/** One event on its way to one Trigger's subscriber, or to its dead letter sink. */
export interface StoredDelivery {
  /** `namespace/name` of the Trigger. */
  readonly trigger: string;
  readonly event: WireEvent;
  readonly stage: 'subscriber' | 'deadletter';
  /** Tries made so far in this stage. */
  readonly tried: number;
  /** Why it could not be delivered: of a dead letter, to the subscriber. */
  readonly why?: string;
}

export type Area = 'pending' | 'undelivered';

export type Change =
  | { readonly kind: 'put'; readonly area: Area; readonly sequence: number; readonly delivery: StoredDelivery }
  | { readonly kind: 'remove'; readonly area: Area; readonly sequence: number };

/** Stores a delivery in an area. */
export function put(area: Area, sequence: number, delivery: StoredDelivery): Change {
  return { kind: 'put', area, sequence, delivery };
}

/** Takes a delivery out of an area. */
export function remove(area: Area, sequence: number): Change {
  return { kind: 'remove', area, sequence };
}

export interface Journal {
  /** Resolves when the changes are on disk: all of them or none. @throws {JournalError} where they cannot be written now */
  commit(changes: readonly Change[]): Promise<void>;
  read(area: Area, sequence: number): Promise<StoredDelivery | undefined>;
  /** The highest number in use, 0 if there is none. */
  lastSequence(): Promise<number>;
  /** @param skip is told of each entry that is none of this version: it stays where it is, and holds up no other */
  list(area: Area, skip?: (sequence: number) => void): AsyncIterable<{ sequence: number; delivery: StoredDelivery }>;
  close(): Promise<void>;
}

/** The folder cannot be used, or not at the moment; the message says what to do. */
export class JournalError extends Error {}

const PREFIX: Record<Area, string> = { pending: 'p', undelivered: 'u' };
// Twelve base-36 digits keep keys in the order of their numbers.
const KEY_DIGITS = 12;

type Store = ClassicLevel<string, Buffer>;
type Operation = { type: 'put'; key: string; value: Buffer } | { type: 'del'; key: string };

/** Opens the journal in `folder`, which is made if need be. `sync` also survives a power failure, at a price. */
export async function openJournal(folder: string, sync: boolean): Promise<Journal> {
  const store: Store = new ClassicLevel<string, Buffer>(folder, { valueEncoding: 'buffer' });
  try {
    await store.open();
  } catch (error) {
    throw new JournalError(explain(folder, error), { cause: error });
  }
  return new LevelJournal(folder, store, sync);
}

function explain(folder: string, error: unknown): string {
  const cause = causeOf(error);
  const code = isObject(cause) ? String(cause.code) : '';
  const message = messageOf(cause);
  if (code === 'LEVEL_LOCKED') {
    return `the data folder ${folder} is in use by an agent-sre run (npm start); stop that one first, or name another folder by --data DIR`;
  }
  if (code === 'LEVEL_CORRUPTION') {
    return `the data folder ${folder} is damaged (${message}); repair it by agent-sre queue repair, or move it away`;
  }
  return `the data folder ${folder} can't be opened (${message}); check its permissions, or start with --data DIR`;
}

class LevelJournal implements Journal {
  private readonly folder: string;
  private readonly store: Store;
  private readonly sync: boolean;
  private queued: Operation[] = [];
  private next: Promise<void> | undefined;
  private current: Promise<void> = Promise.resolve();

  constructor(folder: string, store: Store, sync: boolean) {
    this.folder = folder;
    this.store = store;
    this.sync = sync;
  }

  // Group commit: what arrives in one turn of the event loop, or while a batch is being written, goes into the next one, in order.
  commit(changes: readonly Change[]): Promise<void> {
    for (const change of changes) this.queued.push(operationOf(change));
    this.next ??= this.current.then(() => nextTurn()).then(() => this.writeQueued());
    return this.next;
  }

  private writeQueued(): Promise<void> {
    const operations = this.queued;
    this.queued = [];
    this.next = undefined;
    const written = this.write(operations);
    this.current = written.catch(() => undefined);
    return written;
  }

  // LevelDB refuses every write after one that failed, as on a full disk, until it is opened again.
  private async write(operations: readonly Operation[]): Promise<void> {
    try {
      await this.reopen();
      // A chained batch takes half of the CPU that an array of operations takes.
      const batch = this.store.batch();
      for (const each of operations) {
        if (each.type === 'put') batch.put(each.key, each.value);
        else batch.del(each.key);
      }
      await batch.write({ sync: this.sync });
    } catch (error) {
      await this.store.close().catch(() => undefined);
      const why = messageOf(causeOf(error));
      throw new JournalError(`the data folder ${this.folder} cannot be written (${why})`, { cause: error });
    }
  }

  private async reopen(): Promise<void> {
    if (this.store.status !== 'open') await this.store.open();
  }

  async read(area: Area, sequence: number): Promise<StoredDelivery | undefined> {
    await this.reopen();
    const value = await this.store.get(keyOf(area, sequence));
    return value === undefined ? undefined : decode(value);
  }

  async lastSequence(): Promise<number> {
    let last = 0;
    for (const prefix of Object.values(PREFIX)) {
      const keys = await this.store.keys({ gte: prefix, lt: `${prefix}~`, reverse: true, limit: 1 }).all();
      for (const key of keys) last = Math.max(last, sequenceOf(key));
    }
    return last;
  }

  async *list(
    area: Area,
    skip: (sequence: number) => void = () => undefined,
  ): AsyncGenerator<{ sequence: number; delivery: StoredDelivery }> {
    for await (const [key, value] of this.store.iterator({ gte: PREFIX[area], lt: `${PREFIX[area]}~` })) {
      const delivery = decode(value);
      if (delivery === undefined) skip(sequenceOf(key));
      else yield { sequence: sequenceOf(key), delivery };
    }
  }

  async close(): Promise<void> {
    await this.next;
    await this.current;
    await this.store.close();
  }
}

function operationOf(change: Change): Operation {
  const key = keyOf(change.area, change.sequence);
  return change.kind === 'put' ? { type: 'put', key, value: encode(change.delivery) } : { type: 'del', key };
}

function keyOf(area: Area, sequence: number): string {
  return PREFIX[area] + sequence.toString(36).padStart(KEY_DIGITS, '0');
}

function sequenceOf(key: string): number {
  return Number.parseInt(key.slice(1), 36);
}

// Layout: length of the JSON part (4 bytes, big-endian), the JSON part, the event's body as it came.
function encode(delivery: StoredDelivery): Buffer {
  const { body, ...event } = delivery.event;
  const head = JSON.stringify({ ...delivery, event });
  const headBytes = Buffer.byteLength(head);
  const encoded = Buffer.allocUnsafe(4 + headBytes + body.length);
  encoded.writeUInt32BE(headBytes);
  encoded.write(head, 4);
  body.copy(encoded, 4 + headBytes);
  return encoded;
}

// Guarded by the store's checksums, but another version of encode() may have written it.
function decode(value: Buffer): StoredDelivery | undefined {
  const bodyStart = value.length < 4 ? value.length : 4 + value.readUInt32BE(0);
  const stored = parseJson(value.toString('utf8', 4, bodyStart));
  if (!isStored(stored)) return undefined;
  return {
    ...stored,
    event: { ...stored.event, contentType: stored.event.contentType, body: value.subarray(bodyStart) },
  };
}

function isStored(value: unknown): value is StoredDelivery {
  if (!isObject(value) || !isObject(value.event)) return false;
  const { trigger, stage, tried, event } = value;
  return (
    typeof trigger === 'string' &&
    (stage === 'subscriber' || stage === 'deadletter') &&
    Number.isInteger(tried) &&
    isObject(event.attributes) &&
    isObject(event.passed)
  );
}

/** What is told of entries that a version which no longer runs here has written. */
export function unreadableText(count: number): string {
  return `${count} entries of the queue cannot be read, as another version has written them; they stay there until it runs again`;
}
