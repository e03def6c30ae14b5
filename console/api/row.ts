/** One episode, as the lists and the charts need it: built from its records, in the order in which they were written. */
import { type DecisionRecord, fieldsOf } from '../../cli/history/record.ts';
import { isObject } from '../../shared/json.ts';

/** One tier's vote in short. */
export interface Vote {
  readonly method: string;
  readonly outcome: string;
  readonly reason: string;
  readonly confidence?: number | undefined;
  readonly ms?: number | undefined;
}

/** What a row says as a record does; the method is the tier that decided. */
type Shown =
  | 'episode'
  | 'alertname'
  | 'namespace'
  | 'target'
  | 'lambda_function'
  | 'parameters'
  | 'method'
  | 'confidence'
  | 'reason'
  | 'signed';

/** What the records of an episode say together. */
export interface Row extends Pick<DecisionRecord, Shown> {
  /** RFC 3339, of the first record and of the last. */
  readonly firstAt: string;
  readonly lastAt: string;
  /** What became of it so far: an outcome of docs/history.md. */
  readonly outcome: string;
  /** In words, of the record that the outcome is of. */
  readonly text: string;
  readonly votes: readonly Vote[];
  /** How many records it has: an alert that Alertmanager sends again is recorded again. */
  readonly records: number;
}

/** There are five tiers, and a selection sent by hand may claim any number of votes. */
const VOTES_LIMIT = 10;

/** These say that nothing further happens; after a call they are echoes of an alert that is sent again. */
const ECHOES = new Set(['suppressed', 'rejected']);

/** The row after one more record of its episode. */
export function nextRow(before: Row | undefined, record: DecisionRecord): Row {
  const { time, episode, outcome, text, reason, signed } = record;
  const isEcho = before !== undefined && ECHOES.has(outcome) && !ECHOES.has(before.outcome);
  const votes = votesOf(record);
  return {
    episode,
    firstAt: before?.firstAt ?? time,
    lastAt: time,
    alertname: before?.alertname ?? record.alertname,
    namespace: record.namespace ?? before?.namespace,
    target: record.target ?? before?.target,
    lambda_function: record.lambda_function ?? before?.lambda_function,
    parameters: record.parameters ?? before?.parameters,
    method: record.method ?? before?.method,
    confidence: record.confidence ?? before?.confidence,
    ...(isEcho
      ? { outcome: before.outcome, text: before.text, reason: before.reason, signed: before.signed }
      : { outcome, text, reason, signed }),
    votes: votes.length > 0 ? votes : (before?.votes ?? []),
    records: (before?.records ?? 0) + 1,
  };
}

function votesOf(record: DecisionRecord): Vote[] {
  const { attempts } = fieldsOf(record.event?.data);
  return Array.isArray(attempts) ? attempts.slice(-VOTES_LIMIT).filter(isObject).map(voteOf) : [];
}

/** One vote of an event's `attempts`, whoever wrote it. */
export function voteOf({ method, outcome, reason, confidence, duration_ms }: Readonly<Record<string, unknown>>): Vote {
  return {
    method: String(method),
    outcome: String(outcome),
    reason: String(reason),
    confidence: typeof confidence === 'number' ? confidence : undefined,
    ms: typeof duration_ms === 'number' ? duration_ms : undefined,
  };
}
