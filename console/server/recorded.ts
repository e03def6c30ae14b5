import { readHistory } from '../../cli/history/file.ts';
import type { DecisionRecord } from '../../cli/history/record.ts';
import { askable } from '../../shared/runbook/explain.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { decisionOf } from '../api/decision.ts';
import { createIndex, type RecordIndex } from '../api/record-index.ts';

/** What is recorded, as far as the console holds it: a row of each episode; the records themselves are read when asked for. */
export interface Recorded {
  readonly index: RecordIndex;
  /** Settles when the rows of what was recorded before are there. */
  readonly loaded: Promise<void>;
  /** Takes up a record that was just written, and the token where it is of a question to a person. */
  add(record: DecisionRecord, token?: string): void;
  /** Of an episode, the oldest first. */
  recordsOf(episode: string): Promise<DecisionRecord[]>;
  /** One decision in full; undefined where nothing is recorded of it. */
  decision(episode: string, now: Date): Promise<ReturnType<typeof decisionOf>>;
  /** The token that answers a question, while it is held. @param question the id of the record that asks */
  tokenOf(question: string): string | undefined;
}

/** Other episodes of the same target that are shown. */
const OTHERS = 20;
/** Tokens that are kept, the newest. */
const TOKENS_LIMIT = 1_000;

/** Reads what is recorded at once. @param data the folder with the record */
export function openRecorded(data: string, runbook: Runbook | undefined): Recorded {
  const index = createIndex();
  const asked = runbook && askable(runbook);
  const meanwhile: DecisionRecord[] = [];
  let isLoaded = false;
  const loaded = load();
  loaded.catch(() => undefined); // who asks for data is told
  const { keep, tokenOf } = keptTokens();

  async function load(): Promise<void> {
    for await (const record of readHistory(data)) index.add(record);
    for (const record of meanwhile) index.add(record);
    isLoaded = true;
  }

  function add(record: DecisionRecord, token?: string): void {
    if (token !== undefined) keep(record.id, token);
    if (isLoaded) index.add(record);
    else meanwhile.push(record);
  }

  async function recordsOf(episode: string): Promise<DecisionRecord[]> {
    const records: DecisionRecord[] = [];
    for await (const record of readHistory(data, `"episode":${JSON.stringify(episode)}`)) {
      if (record.episode === episode) records.push(record);
    }
    return records;
  }

  async function decision(episode: string, now: Date) {
    const isAnswerable = (question: string) => tokenOf(question) !== undefined;
    const context = { others: othersOf(index, episode), runbook: asked, isAnswerable };
    return decisionOf(await recordsOf(episode), context, now);
  }

  return { index, loaded, add, recordsOf, decision, tokenOf };
}

/** In memory alone, since who has a token can approve. */
function keptTokens() {
  const tokens = new Map<string, string>();
  const keep = (question: string, token: string) => {
    tokens.set(question, token);
    const [oldest] = tokens.keys();
    if (tokens.size > TOKENS_LIMIT && oldest !== undefined) tokens.delete(oldest);
  };
  return { keep, tokenOf: (question: string) => tokens.get(question) };
}

function othersOf(index: RecordIndex, episode: string) {
  const target = index.row(episode)?.target;
  if (target === undefined) return [];
  return index
    .rows()
    .filter((row) => row.target === target && row.episode !== episode)
    .slice(0, OTHERS);
}
