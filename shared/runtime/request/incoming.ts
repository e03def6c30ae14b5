import type { Attributes } from '../../cloudevents/attributes.ts';
import {
  CONSUMER,
  type EventFault,
  type Headers,
  isEventMessage,
  type Reading,
  readEvent,
} from '../../cloudevents/read.ts';
import type { ErrorCode } from '../../error-codes.ts';
import { AsreError } from '../../errors.ts';
import { jsonLimitIn, readJson, readLargeJson } from '../../json.ts';

/** A request as it came in, before anything in it is trusted. */
export interface RawRequest {
  /** By lower-case name. */
  readonly headers: Headers;
  readonly body: Buffer;
}

/** An event whose attributes are sound; its data is still untrusted. */
export interface Incoming {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** As the sender set it; undefined where it did not: made up times would make two episodes of one. */
  readonly time: string | undefined;
  readonly hop: number;
  readonly attributes: Attributes;
  /** Why the event cannot be read, where a broker brought one that will never work. */
  readonly fault?: AsreError;
  /** The data, read as JSON whatever its media type says. Throws a SyntaxError where it is not JSON. */
  readonly readData: () => unknown;
  /** Whether the sender takes an event in the response (`Prefer: reply`). */
  readonly prefersReply: boolean;
  /** Whether a broker delivers it: an answer to a dead letter would be thrown away without a word. */
  readonly fromBroker: boolean;
}

type Malformed = Extract<Reading, { kind: 'malformed' }>;

const CODES: Readonly<Record<EventFault, ErrorCode>> = {
  batch: 'ASRE_EVENT_BATCH',
  json: 'ASRE_EVENT_JSON',
  attribute: 'ASRE_EVENT_ATTRIBUTE_INVALID',
  specversion: 'ASRE_SPECVERSION_UNSUPPORTED',
};

/** Whether the request claims to be a CloudEvent; all else is for the webhook. */
export function isEventRequest({ headers }: RawRequest): boolean {
  return isEventMessage(headers);
}

/**
 * Reads the attributes of a CloudEvent; its data is read later (`readData`), when it is known that the type is accepted. An
 * event that a broker brings and that cannot be read has a `fault`: refused, it would be parked or lost unseen.
 *
 * @throws {AsreError} a `refuse` where it is not a CloudEvent, or one that its sender must send otherwise
 */
export function parseIncoming({ headers, body }: RawRequest): Incoming {
  const reading = readEvent(headers, body, CONSUMER);
  if (reading.kind === 'none') throw new AsreError('ASRE_NOT_AN_EVENT', 'only CloudEvents are accepted here');
  if (reading.kind === 'malformed') return unreadable(headers, reading);
  const { event } = reading;
  return incomingOf(headers, event.attributes, () => readJson(event.body));
}

function unreadable(headers: Headers, { fault, why, attributes = {} }: Malformed): Incoming {
  const error = new AsreError(CODES[fault], why);
  const incoming = incomingOf(headers, attributes, () => undefined);
  if (attributes.id === undefined || !(incoming.prefersReply || incoming.fromBroker)) throw error;
  return { ...incoming, fault: error };
}

function incomingOf(headers: Headers, attributes: Attributes, readData: Incoming['readData']): Incoming {
  const { id = '', source = '', type = '', time } = attributes;
  return {
    id,
    source,
    type,
    time,
    hop: parseHop(attributes.hop),
    attributes,
    readData,
    prefersReply: prefersReply(headers),
    fromBroker: headers['kn-namespace'] !== undefined || Object.keys(attributes).some(isBrokerAttribute),
  };
}

/** Whether the sender takes events in the response: `reply` is one of its preferences (RFC 7240), not a part of another one. */
export function prefersReply(headers: Headers): boolean {
  return /(?:^|,)\s*reply\s*(?:[,;=]|$)/i.test(String(headers.prefer ?? ''));
}

/** The JSON of a webhook's body; its alerts are measured one by one. @throws {AsreError} ASRE_EVENT_JSON */
export function parseBody(body: Buffer): unknown {
  try {
    return readLargeJson(body);
  } catch (cause) {
    throw new AsreError('ASRE_EVENT_JSON', `the body is not valid JSON${jsonLimitIn(cause)}`, { cause });
  }
}

function isBrokerAttribute(name: string): boolean {
  return name.startsWith('knative');
}

function parseHop(value: string | undefined): number {
  const hop = Number(value ?? 0);
  return Number.isInteger(hop) && hop >= 0 ? hop : 0;
}
