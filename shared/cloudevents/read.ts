/** The one reader of CloudEvents over HTTP: a request in binary or structured mode has one event, an answer to a webhook a batch. */
import { isObject, jsonLimitIn, readJson, readLargeJson } from '../json.ts';
import {
  ATTRIBUTE_LIMIT,
  type Attributes,
  decodeHeader,
  encodeHeader,
  isAttributeName,
  isTime,
  isWellFormed,
  REQUIRED,
} from './attributes.ts';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** An event as it was read: the attributes are sound, the data is still what the sender wrote. */
export interface EncodedEvent {
  readonly attributes: Attributes;
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

export type EventFault = 'batch' | 'json' | 'attribute' | 'specversion';

/** What an HTTP message turned out to carry. */
export type Reading =
  | { readonly kind: 'event'; readonly event: EncodedEvent }
  | { readonly kind: 'none' }
  | {
      readonly kind: 'malformed';
      readonly fault: EventFault;
      readonly why: string;
      /** What names it, where it has an id, a source and a type: it is an event, and not one that can be read here. */
      readonly attributes?: Attributes;
    };

/** How a reader treats what the specification leaves open. */
export interface Strictness {
  readonly specversions: readonly string[];
  /** Whether values stay as they are in the headers, to be passed on: decoding once too often changes them. */
  readonly attributes: 'header' | 'text';
  /** Whether an attribute that no event may have, or an invalid `time`, is refused or left out. */
  readonly odd: 'refuse' | 'ignore';
}

/** A broker: it refuses what it could not pass on and decodes no value. Like Knative's ingress, it reads 0.3 too. */
export const INTERMEDIARY: Strictness = { specversions: ['1.0', '0.3'], attributes: 'header', odd: 'refuse' };

/** A function: it uses what it understands. */
export const CONSUMER: Strictness = { specversions: ['1.0'], attributes: 'text', odd: 'ignore' };

const MEDIA_TYPE = 'application/cloudevents';
export const BATCH_TYPE = `${MEDIA_TYPE}-batch+json`;

/** Whether the message claims to carry an event. */
export function isEventMessage(headers: Headers): boolean {
  if (mediaTypeOf(headers).startsWith(MEDIA_TYPE)) return true;
  for (const name in headers) if (name.startsWith('ce-')) return true;
  return false;
}

/** Reads the event that headers (with lower-case names) and a body carry. Never throws. */
export function readEvent(headers: Headers, body: Buffer, strictness: Strictness): Reading {
  const mediaType = mediaTypeOf(headers);
  if (isBatch(mediaType)) {
    return malformed('batch', 'a batch of CloudEvents is not accepted; send one event per request');
  }
  return mediaType.startsWith(MEDIA_TYPE) ? readStructured(body, strictness) : readBinary(headers, body, strictness);
}

/**
 * Reads the events of a message in batched mode, each by itself; undefined where the message is not in it. That is how a
 * function answers a webhook: nothing here takes such a request. Never throws.
 */
export function readBatch(headers: Headers, body: Buffer, strictness: Strictness): readonly Reading[] | undefined {
  if (!isBatch(mediaTypeOf(headers))) return undefined;
  try {
    const batch = readLargeJson(body); // one event that its reader will refuse must not cost the others
    if (!Array.isArray(batch)) return [malformed('json', 'the batch is not a JSON array')];
    return batch.map((envelope) => readEnvelope(envelope, strictness));
  } catch (error) {
    return [malformed('json', `the batch is not valid JSON${jsonLimitIn(error)}`)];
  }
}

function isBatch(mediaType: string): boolean {
  return mediaType.startsWith(`${MEDIA_TYPE}-batch`);
}

function readBinary(headers: Headers, body: Buffer, strictness: Strictness): Reading {
  const { attributes: form, odd } = strictness;
  const attributes: Record<string, string> = {};
  for (const header in headers) {
    if (!header.startsWith('ce-')) continue;
    const name = header.slice('ce-'.length);
    const value = headerText(headers[header]);
    if (value === undefined || (odd === 'ignore' && !isAttributeName(name))) continue;
    attributes[name] = form === 'text' ? decodeHeader(value) : value;
  }
  // Knative's brokers know an event by this header alone.
  if (form === 'header' && attributes.specversion === undefined) return { kind: 'none' };
  return checked({ attributes, contentType: headerText(headers['content-type']), body }, strictness);
}

function readStructured(bytes: Buffer, strictness: Strictness): Reading {
  try {
    return readEnvelope(readJson(bytes), strictness);
  } catch (error) {
    return malformed('json', `the structured event is not valid JSON${jsonLimitIn(error)}`);
  }
}

// An event in JSON (JSON format, 3.2).
function readEnvelope(envelope: unknown, strictness: Strictness): Reading {
  if (!isObject(envelope)) return malformed('json', 'the structured event is not a JSON object');
  const { data, data_base64: base64, datacontenttype, ...context } = envelope;
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(context)) {
    const why = oddity(name, value);
    if (why !== undefined && strictness.odd === 'refuse') return malformed('attribute', why);
    if (why !== undefined || value === null) continue;
    const text = String(value);
    if (!isWellFormed(text)) return malformed('attribute', `the attribute ${name} has half a surrogate pair`);
    attributes[name] = strictness.attributes === 'text' ? text : encodeHeader(text);
  }
  const contentType = typeof datacontenttype === 'string' ? datacontenttype : defaultContentType(data);
  return checked({ attributes, contentType, body: dataBytes(data, base64, contentType) }, strictness);
}

function checked(event: EncodedEvent, { specversions, attributes: form, odd }: Strictness): Reading {
  const { attributes } = event;
  const missing = REQUIRED.filter((name) => !attributes[name]);
  if (missing.length > 0) return malformed('attribute', `the event lacks ${missing.join(', ')}`);
  for (const name in attributes) {
    const value = attributes[name] ?? '';
    if ((form === 'text' ? encodeHeader(value) : value).length <= ATTRIBUTE_LIMIT) continue;
    return unreadable('attribute', `an attribute is longer than ${ATTRIBUTE_LIMIT} characters in a header`, attributes);
  }
  if (!specversions.includes(attributes.specversion ?? '')) {
    return unreadable('specversion', `the specversion must be ${specversions.join(' or ')}`, attributes);
  }
  if (attributes.time === undefined || isTime(attributes.time)) return { kind: 'event', event };
  if (odd === 'refuse') return malformed('attribute', 'the time is not an RFC 3339 time');
  const { time: _, ...rest } = attributes;
  return { kind: 'event', event: { ...event, attributes: rest } };
}

function oddity(name: string, value: unknown): string | undefined {
  if (value === null) return undefined;
  if (!isAttributeName(name)) return 'the name of an attribute has other characters than a-z and 0-9';
  if (typeof value === 'object') return `the attribute ${name} is neither text, number nor boolean`;
  return undefined;
}

function dataBytes(data: unknown, base64: unknown, contentType: string | undefined): Buffer {
  if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  if (data === undefined) return Buffer.alloc(0);
  return Buffer.from(typeof data === 'string' && !isJsonType(contentType) ? data : JSON.stringify(data));
}

function defaultContentType(data: unknown): string | undefined {
  return data === undefined ? undefined : 'application/json';
}

/** Whether data of this media type is JSON; so is data of none (JSON format, 3.1). */
export function isJsonType(contentType = 'application/json'): boolean {
  return /[/+]json\b/i.test(contentType);
}

function mediaTypeOf(headers: Headers): string {
  return headerText(headers['content-type'])?.trimStart().toLowerCase() ?? '';
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

function malformed(fault: EventFault, why: string): Reading {
  return { kind: 'malformed', fault, why };
}

/** Longest id, source and type of an event that cannot be read, in characters. */
const NAME_LIMIT = 256;

function unreadable(fault: EventFault, why: string, { id = '', source = '', type = '' }: Attributes): Reading {
  const [shortId = '', shortSource = '', shortType = ''] = [id, source, type].map((text) => text.slice(0, NAME_LIMIT));
  return { kind: 'malformed', fault, why, attributes: { id: shortId, source: shortSource, type: shortType } };
}
