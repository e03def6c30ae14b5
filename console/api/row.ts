/** One episode, as the lists and the charts need it: built from its records, in the order in which they were written. */
import { type DecisionRecord, fieldsOf } from '../../cli/history/record.ts';
import { isObject, jsonText } from '../../shared/json.ts';

/** One tier's vote in short. */
export interface Vote {
  readonly method: string;
  readonly outcome: string;
  readonly reason: string;
  readonly confidence?: number | undefined;
  readonly ms?: number | undefined;
}

/** What a row says as a record does; the method is the tier that decided. */
type Shown = 'episode' | 'alertname' | Call | 'reason' | 'signed';
type Call = 'namespace' | 'target' | 'lambda_function' | 'parameters' | 'method' | 'confidence';

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
  /** True where a function has signed what it says of the alert, the call and the votes: nothing else changes them then. */
  readonly callSigned?: true;
  /** How many records it has: an alert that Alertmanager sends again is recorded again. */
  readonly records: number;
}

/** There are five tiers, and a selection sent by hand may claim any number of votes. */
const VOTES_LIMIT = 10;

/** These say that nothing further happens; after a call they are echoes of an alert that is sent again. */
const ECHOES = new Set(['suppressed', 'rejected']);

/** The row after one more record of its episode. */
export function nextRow(before: Row | undefined, record: DecisionRecord): Row {
  const { time, episode } = record;
  const isEcho = before !== undefined && ECHOES.has(record.outcome) && !ECHOES.has(before.outcome);
  const { outcome, text, reason, signed } = isEcho ? before : record;
  return {
    ...callAfter(before, record),
    episode,
    firstAt: before?.firstAt ?? time,
    lastAt: time,
    outcome,
    text,
    reason,
    signed,
    records: (before?.records ?? 0) + 1,
  };
}

/** Anyone can send an event about an episode: what one says of the call counts for nothing beside what is signed. */
function callAfter(
  before: Row | undefined,
  record: DecisionRecord,
): Pick<Row, 'alertname' | Call | 'votes' | 'callSigned'> {
  const isSigned = record.signed === true;
  if (before?.callSigned === true && !isSigned) return before;
  const isFirstSigned = isSigned && before?.callSigned !== true;
  const known = isFirstSigned ? undefined : before;
  const votes = votesOf(record);
  const { namespace, target, lambda_function, parameters, method, confidence } = record;
  return {
    alertname: isFirstSigned ? (record.alertname ?? before?.alertname) : (before?.alertname ?? record.alertname),
    namespace: namespace ?? known?.namespace,
    target: target ?? known?.target,
    lambda_function: lambda_function ?? known?.lambda_function,
    parameters: parameters ?? known?.parameters,
    method: method ?? known?.method,
    confidence: confidence ?? known?.confidence,
    votes: votes.length > 0 ? votes : (known?.votes ?? []),
    ...(isSigned ? { callSigned: true } : {}),
  };
}

function votesOf(record: DecisionRecord): Vote[] {
  const { attempts } = fieldsOf(record.event?.data);
  return Array.isArray(attempts) ? attempts.slice(-VOTES_LIMIT).filter(isObject).map(voteOf) : [];
}

/** One vote of an event's `attempts`, whoever wrote it. */
export function voteOf({ method, outcome, reason, confidence, duration_ms }: Readonly<Record<string, unknown>>): Vote {
  return {
    method: jsonText(method),
    outcome: jsonText(outcome),
    reason: jsonText(reason),
    confidence: typeof confidence === 'number' ? confidence : undefined,
    ms: typeof duration_ms === 'number' ? duration_ms : undefined,
  };
}
