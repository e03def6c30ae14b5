import { hash } from 'node:crypto';
import { type Alert, parseAlert } from '../../shared/alert/alert.ts';
import type { CloudEvent } from '../../shared/cloudevents/attributes.ts';
import { isObject, parseJson } from '../../shared/json.ts';
import { type Ending, endingText } from '../ending.ts';
import { type Vote, votesOf } from '../vote.ts';
import type { BelievedEnding } from './believed-ending.ts';

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
  /** Whether functions have signed it (believed-ending.ts); absent where no key is set, or nobody signs such. */
  readonly signed?: boolean | undefined;
  readonly text: string;
  /** The event itself: the alert, each vote with its trace, and what else it holds. */
  readonly event?: RecordedEvent | undefined;
}

/** An event as it was recorded. Its data may be anything: a sender chooses it. */
export interface RecordedEvent {
  readonly type: string;
  readonly data: unknown;
}

/** Characters of one field. A sender's text must not push older decisions out of the files. */
const FIELD_LIMIT = 1_000;
/** Characters of an event, and of each text in one that has more. */
const EVENT_LIMIT = 32_768;
const EVENT_TEXT_LIMIT = 500;

/** The record of an ending. A call that no Trigger delivers is asked for, and nothing more. */
export function recordOf({ said, ending, signed }: BelievedEnding, delivered: boolean, now: Date): DecisionRecord {
  const { attributes } = said;
  const { episode, kind, alertname, namespace, target, parameters, entry, reason, confidence } = ending;
  const { approver, policyHash } = ending;
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
    signed,
    text: cut(endingText(ending, delivered)),
    event: eventOf(said),
  };
}

/**
 * The same for an event that came twice. Anyone can compute an id, and so be the first to use it: what is not signed is the same
 * only as what says the same. It is short whatever a sender says: readers keep many.
 */
export function identityOf({ id, signed, event }: Pick<DecisionRecord, 'id' | 'signed' | 'event'>): string {
  return `${id} ${signed === false ? hash('sha256', JSON.stringify(event?.data) ?? '') : signed}`;
}

/** The fields of an event's data. What came after a selection holds it within: then its fields too. */
export function fieldsOf(data: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(data)) return {};
  return isObject(data.selection) ? { ...data, ...data.selection, reason: data.reason } : data;
}

/** The votes in a record's event, of every tier that was asked, oldest first. */
export function votesIn({ event }: DecisionRecord): Vote[] {
  return votesOf(fieldsOf(event?.data).attempts);
}

/** The first alert that can be read in the data of these events, whoever sent it, and what holds it. */
export function firstAlert<Each>(
  all: readonly Each[],
  dataOf: (each: Each) => unknown,
  now: Date,
): { readonly alert: Alert; readonly holder: Each } | undefined {
  for (const holder of all) {
    const alert = alertIn(dataOf(holder), now);
    if (alert !== undefined) return { alert, holder };
  }
  return undefined;
}

function alertIn(data: unknown, now: Date): Alert | undefined {
  const { alert } = fieldsOf(data);
  if (alert === undefined) return undefined;
  try {
    return parseAlert(alert, undefined, now);
  } catch {
    return undefined;
  }
}

/** The record of a line; undefined where the line is not one, such as the last one before a power failure. */
export function parseRecord(line: string): DecisionRecord | undefined {
  const value = parseJson(line);
  return isRecord(value) && !Number.isNaN(Date.parse(value.time)) ? value : undefined;
}

// Whoever reads a record trusts the types of its fields.
function isRecord(value: unknown): value is DecisionRecord {
  if (!isObject(value)) return false;
  const { confidence, signed, event } = value;
  return (
    ALWAYS.every((name) => typeof value[name] === 'string') &&
    SOMETIMES.every((name) => value[name] === undefined || typeof value[name] === 'string') &&
    (confidence === undefined || typeof confidence === 'number') &&
    (signed === undefined || typeof signed === 'boolean') &&
    (event === undefined || (isObject(event) && typeof event.type === 'string'))
  );
}

type Name = keyof DecisionRecord;
const ALWAYS = ['id', 'time', 'episode', 'outcome', 'text'] as const satisfies readonly Name[];
const SOMETIMES = [
  'alertname',
  'namespace',
  'target',
  'lambda_function',
  'parameters',
  'method',
  'entry',
  'reason',
  'approver',
  'policy_hash',
] as const satisfies readonly Name[];

// What is too large even with short texts is left out: nothing of agent-sre is.
function eventOf({ attributes: { type = '' }, data: said }: CloudEvent): RecordedEvent | undefined {
  const data = isObject(said) ? { ...said, token: undefined } : said; // who has the token of an approval can approve
  const whole = JSON.stringify(data) ?? 'null';
  if (whole.length <= EVENT_LIMIT) return { type, data };
  const short = JSON.stringify(data, (_, value: unknown) =>
    typeof value === 'string' ? value.slice(0, EVENT_TEXT_LIMIT) : value,
  );
  return short.length <= EVENT_LIMIT ? { type, data: JSON.parse(short) } : undefined;
}

function cut<Value extends string | undefined>(value: Value): Value {
  return (value === undefined ? undefined : value.slice(0, FIELD_LIMIT)) as Value;
}
