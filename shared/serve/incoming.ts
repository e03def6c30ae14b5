import { isObject } from '../alert/alert.ts';
import { AsreError } from '../errors.ts';
import { type Attributes, HOP_LIMIT } from '../events/envelope.ts';

/** A request as it came in, before anything in it is believed. */
export interface RawRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The `ce-*` headers without their prefix; empty unless the event is in binary mode. */
  readonly attributes: Attributes;
  readonly contentType: string;
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
  /** The data, read as JSON whatever its media type says. Throws a SyntaxError where it is none. */
  readonly readData: () => unknown;
  /** Whether the sender takes an event in the response (`Prefer: reply`). */
  readonly prefersReply: boolean;
  /** Whether a broker delivers it: an answer to a dead letter would be thrown away without a word. */
  readonly fromBroker: boolean;
}

const REQUIRED = ['specversion', 'id', 'source', 'type'] as const;
const STRUCTURED = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch';
/** Attributes travel on as headers, which every hop bounds. */
const ATTRIBUTE_LIMIT = 4_096;
// JSON.parse takes any depth, JSON.stringify overflows the stack at a few thousand.
const DEPTH_LIMIT = 200;

/** Whether the request claims to be a CloudEvent; all else is for the webhook. */
export function isEventRequest(request: RawRequest): boolean {
  return Object.keys(request.attributes).length > 0 || request.contentType.startsWith('application/cloudevents');
}

/**
 * Reads the attributes of a CloudEvent in binary or structured mode; its data is read later (`readData`), when it is
 * known that the type is accepted.
 *
 * @throws {AsreError} a `refuse` where it is no CloudEvent 1.0
 */
export function parseIncoming(request: RawRequest): Incoming {
  if (request.contentType.startsWith(BATCH)) throw new AsreError('ASRE_EVENT_BATCH', 'send one event per request');
  const structured = request.contentType.startsWith(STRUCTURED);
  const { attributes, readData } = structured ? parseStructured(request.body) : parseBinary(request);
  for (const name of REQUIRED) {
    if (!attributes[name]) throw new AsreError('ASRE_EVENT_ATTRIBUTE_INVALID', `the attribute ${name} is missing`);
  }
  if (Object.values(attributes).some((value) => value.length > ATTRIBUTE_LIMIT)) {
    throw new AsreError('ASRE_EVENT_ATTRIBUTE_INVALID', `an attribute is longer than ${ATTRIBUTE_LIMIT} characters`);
  }
  if (attributes.specversion !== '1.0') {
    throw new AsreError('ASRE_SPECVERSION_UNSUPPORTED', 'specversion must be 1.0');
  }
  const { id = '', source = '', type = '' } = attributes;
  return {
    id,
    source,
    type,
    time: isTime(attributes.time) ? attributes.time : undefined,
    hop: parseHop(attributes.hop),
    attributes,
    readData,
    prefersReply: String(request.headers.prefer ?? '').includes('reply'),
    fromBroker: request.headers['kn-namespace'] !== undefined || Object.keys(attributes).some(isBrokerAttribute),
  };
}

function isBrokerAttribute(name: string): boolean {
  return name.startsWith('knative');
}

/** @throws {AsreError} ASRE_HOP_LIMIT */
export function checkHop(event: Incoming): void {
  if (event.hop >= HOP_LIMIT) throw new AsreError('ASRE_HOP_LIMIT', `the event has passed ${event.hop} functions`);
}

/** @throws {SyntaxError} where the bytes are no JSON, or nested deeper than it could be written again */
function readJson(body: Buffer): unknown {
  const value: unknown = JSON.parse(body.toString('utf8'));
  if (isDeeperThan(value, DEPTH_LIMIT)) throw new SyntaxError('nested too deep');
  return value;
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((child) => isDeeperThan(child, levels - 1));
}

interface Parsed {
  readonly attributes: Attributes;
  readonly readData: () => unknown;
}

function parseBinary({ attributes, body }: RawRequest): Parsed {
  return { attributes, readData: () => readJson(body) };
}

function parseStructured(body: Buffer): Parsed {
  const event = parseBody(body);
  if (!isObject(event)) throw new AsreError('ASRE_EVENT_JSON', 'the structured event is no object');
  const { data, data_base64: encoded, ...rest } = event;
  const scalars = Object.entries(rest).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  const attributes = Object.fromEntries(scalars.map(([name, value]) => [name, String(value)]));
  const readData = typeof encoded === 'string' ? () => readJson(Buffer.from(encoded, 'base64')) : () => data;
  return { attributes, readData };
}

/** The JSON of a request body. @throws {AsreError} ASRE_EVENT_JSON */
export function parseBody(body: Buffer): unknown {
  try {
    return readJson(body);
  } catch (cause) {
    throw new AsreError('ASRE_EVENT_JSON', 'the body is no JSON', { cause });
  }
}

function isTime(value: string | undefined): boolean {
  return value !== undefined && !Number.isNaN(Date.parse(value));
}

function parseHop(value: string | undefined): number {
  const hop = Number(value ?? 0);
  return Number.isInteger(hop) && hop >= 0 ? hop : 0;
}
