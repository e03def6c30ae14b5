import type { CloudEvent } from '../../shared/cloudevents/attributes.ts';
import { isObject, parseJson } from '../../shared/json.ts';
import { type Ending, endingText } from '../ending.ts';
import type { Vote } from '../vote.ts';

/** One line of the history: what became of an episode. Words are those of the events. */
export interface DecisionRecord {
  /** Of the event that says so; the same where it came twice. */
  readonly id: string;
  /** RFC 3339, when the broker took it. */
  readonly time: string;
  readonly episode: string;
  readonly outcome: Ending['kind'] | 'asked for';
  readonly alertname?: string | undefined;
  readonly namespace?: string | undefined;
  readonly target?: string | undefined;
  readonly lambda_function?: string | undefined;
  readonly parameters?: string | undefined;
  readonly method?: string | undefined;
  readonly confidence?: number | undefined;
  readonly entry?: string | undefined;
  readonly reason?: string | undefined;
  readonly approver?: string | undefined;
  readonly policy_hash?: string | undefined;
  readonly text: string;
  /** Of every tier that was asked, oldest first. */
  readonly votes?: readonly Vote[] | undefined;
}

/** Characters of one field. A sender's text must not push older decisions out of the files. */
const FIELD_LIMIT = 1_000;

/** The record of an ending. A call that no Trigger delivers is asked for, and nothing more. */
export function recordOf({ attributes }: CloudEvent, ending: Ending, delivered: boolean, now: Date): DecisionRecord {
  const { episode, kind, alertname, namespace, target, parameters, entry, reason, confidence } = ending;
  const { approver, policyHash, votes } = ending;
  return {
    id: cut(attributes.id ?? ''),
    time: now.toISOString(),
    episode: cut(episode),
    outcome: kind === 'called' && !delivered ? 'asked for' : kind,
    alertname: cut(alertname),
    namespace: cut(namespace),
    target: cut(target),
    lambda_function: cut(ending.lambdaFunction),
    parameters: cut(parameters),
    method: cut(ending.decidedBy),
    confidence: confidence === undefined ? undefined : Number(confidence),
    entry: cut(entry),
    reason: cut(reason),
    approver: cut(approver),
    policy_hash: cut(policyHash),
    text: cut(endingText(ending, delivered)),
    votes: votes.length === 0 ? undefined : votes.map(cutVote),
  };
}

/** The record of a line; undefined where the line is not one, such as the last one before a power failure. */
export function parseRecord(line: string): DecisionRecord | undefined {
  const value = parseJson(line);
  return isObject(value) && typeof value.id === 'string' && typeof value.time === 'string'
    ? (value as unknown as DecisionRecord)
    : undefined;
}

function cutVote(vote: Vote): Vote {
  return Object.fromEntries(Object.entries(vote).map(([name, value]) => [name, cut(value)])) as unknown as Vote;
}

function cut<Value extends string | undefined>(value: Value): Value {
  return (value === undefined ? undefined : value.slice(0, FIELD_LIMIT)) as Value;
}
