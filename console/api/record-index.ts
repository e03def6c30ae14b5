/** The record in memory, in short: one row for each episode, and the last records for who follows. */
import { type DecisionRecord, identityOf } from '../../cli/history/record.ts';
import { nextRow, type Row } from './row.ts';

/** Episodes that are kept, the newest; a row takes about 1 kB. */
const ROWS_LIMIT = 20_000;
/** Records that one who was away for a while can catch up with. */
const RECENT_LIMIT = 1_000;

/** What a page that follows is told. */
export interface Change {
  /** Of the record. */
  readonly id: string;
  readonly identity: string;
  readonly row: Row;
}

export interface RecordIndex {
  /** The newest episode first. */
  rows(): readonly Row[];
  row(episode: string): Row | undefined;
  /** Takes up one more record; one that is known already changes nothing. */
  add(record: DecisionRecord): void;
  /** What was added after the record with this id; undefined where that is too long ago, or no such record is known. */
  since(id: string): readonly Change[] | undefined;
  /** Calls back for each record that is added from now on, until the returned function is called. */
  follow(listener: (change: Change) => void): () => void;
  lastId(): string | undefined;
}

/** An index with no record in it. */
export function createIndex(rowsLimit = ROWS_LIMIT): RecordIndex {
  const rows = new Map<string, Row>();
  const listeners = new Set<(change: Change) => void>();
  let recent: Change[] = [];
  let known = new Set<string>();
  let newestFirst: Row[] | undefined;
  return {
    rows() {
      newestFirst ??= [...rows.values()].reverse();
      return newestFirst;
    },
    row: (episode) => rows.get(episode),
    add(record) {
      const identity = identityOf(record);
      if (known.has(identity)) return;
      known.add(identity);
      const row = nextRow(rows.get(record.episode), record);
      rows.set(record.episode, row);
      newestFirst = undefined;
      const [oldest] = rows.keys();
      if (rows.size > rowsLimit && oldest !== undefined) rows.delete(oldest);
      const change = { id: record.id, identity, row };
      recent.push(change);
      if (recent.length > 2 * RECENT_LIMIT) {
        recent = recent.slice(-RECENT_LIMIT);
        known = new Set(recent.map((each) => each.identity));
      }
      for (const listener of listeners) listener(change);
    },
    since(id) {
      const index = recent.findLastIndex((change) => change.id === id);
      return index === -1 ? undefined : recent.slice(index + 1);
    },
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    lastId: () => recent.at(-1)?.id,
  };
}
