/** CloudEvents over HTTP as an intermediary sees them: attributes as header text, data as bytes, nothing decoded twice. */

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** An event on its way through the broker. */
export interface WireEvent {
  /** Context attributes and extensions, lower-case names, values as they stand in `ce-*` headers. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly contentType: string | undefined;
  readonly body: Buffer;
  /** HTTP headers that Knative's data plane passes along beside the event. */
  readonly passed: Readonly<Record<string, string>>;
}

/** What an HTTP message turned out to carry. */
export type Reading =
  | { readonly kind: 'event'; readonly event: WireEvent }
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed'; readonly why: string };

const REQUIRED = ['id', 'source', 'type', 'specversion'] as const;
const PASSED = new Set(['x-request-id', 'traceparent', 'tracestate', 'b3']);
const ATTRIBUTE_NAME = /^[a-z0-9]+$/;

/** Headers that travel beside an event (Knative eventing, pkg/utils/headers.go). */
export function passedHeaders(headers: Headers): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name in headers) {
    if (!PASSED.has(name) && !name.startsWith('knative-') && !name.startsWith('x-b3-')) continue;
    const value = headers[name];
    if (typeof value === 'string') passed[name] = value;
  }
  return passed;
}

/** Reads the event out of a request's or a reply's headers and body, without judging its attributes. */
export function readEvent(headers: Headers, body: Buffer): Reading {
  const contentType = text(headers['content-type']);
  if (contentType?.startsWith('application/cloudevents-batch')) {
    return { kind: 'malformed', why: 'batches of CloudEvents are not accepted; send one event per request' };
  }
  if (contentType?.startsWith('application/cloudevents')) return readStructured(body, passedHeaders(headers));
  if (headers['ce-specversion'] === undefined) return { kind: 'none' };
  return { kind: 'event', event: readBinary(headers, contentType, body) };
}

/** Why a broker refuses the event, or undefined if it is sound (CloudEvents 1.0, section "Required attributes"). */
export function faultOf(event: WireEvent): string | undefined {
  const missing = REQUIRED.filter((name) => !event.attributes[name]);
  if (missing.length > 0) return `the event lacks ${missing.map((name) => `ce-${name}`).join(', ')}`;
  const time = event.attributes.time;
  if (time !== undefined && Number.isNaN(Date.parse(time))) return `ce-time is no RFC 3339 time: ${time}`;
  return undefined;
}

/** How messages name the event. */
export function nameOfEvent({ attributes }: WireEvent): string {
  return `event ${attributes.id} (${attributes.type})`;
}

/** The same event with attributes added or replaced; undefined removes one. */
export function withAttributes(event: WireEvent, changes: Record<string, string | undefined>): WireEvent {
  const attributes: Record<string, string> = { ...event.attributes };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete attributes[name];
    else attributes[name] = value;
  }
  return { ...event, attributes };
}

/** Headers of the event in binary mode; `leaveOut` names one attribute that stays inside the broker. */
export function binaryHeaders(event: WireEvent, leaveOut?: string): Record<string, string> {
  const headers: Record<string, string> = { ...event.passed };
  if (event.contentType !== undefined) headers['content-type'] = event.contentType;
  for (const name in event.attributes) {
    const value = event.attributes[name];
    if (name !== leaveOut && value !== undefined) headers[`ce-${name}`] = value;
  }
  return headers;
}

/** The event in structured mode, for a delivery with `format: json`. */
export function structuredBody(event: WireEvent, leaveOut?: string): Buffer {
  const envelope: Record<string, unknown> = { ...event.attributes };
  if (leaveOut !== undefined) delete envelope[leaveOut];
  if (event.contentType !== undefined) envelope.datacontenttype = event.contentType;
  if (event.body.length > 0) Object.assign(envelope, structuredData(event));
  return Buffer.from(JSON.stringify(envelope));
}

function structuredData(event: WireEvent): Record<string, unknown> {
  if (!/[/+]json\b/.test(event.contentType ?? 'application/json'))
    return { data_base64: event.body.toString('base64') };
  try {
    return { data: JSON.parse(event.body.toString('utf8')) };
  } catch {
    return { data_base64: event.body.toString('base64') };
  }
}

function readBinary(headers: Headers, contentType: string | undefined, body: Buffer): WireEvent {
  const attributes: Record<string, string> = {};
  for (const name in headers) {
    if (!name.startsWith('ce-')) continue;
    const value = text(headers[name]);
    if (value !== undefined) attributes[name.slice(3)] = value;
  }
  return { attributes, contentType, body, passed: passedHeaders(headers) };
}

function readStructured(body: Buffer, passed: Record<string, string>): Reading {
  let envelope: unknown;
  try {
    envelope = JSON.parse(body.toString('utf8'));
  } catch {
    return { kind: 'malformed', why: 'the structured event is not valid JSON' };
  }
  if (!isObject(envelope)) return { kind: 'malformed', why: 'the structured event is not a JSON object' };
  const { data, data_base64: base64, datacontenttype, ...context } = envelope;
  const attributes = contextAttributes(context);
  if (typeof attributes === 'string') return { kind: 'malformed', why: attributes };
  const contentType = typeof datacontenttype === 'string' ? datacontenttype : defaultContentType(data);
  return { kind: 'event', event: { attributes, contentType, body: dataBytes(data, base64, contentType), passed } };
}

function contextAttributes(context: Record<string, unknown>): Record<string, string> | string {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(context)) {
    if (value === null) continue;
    if (!ATTRIBUTE_NAME.test(name)) return `'${name}' is no attribute name: only a-z and 0-9 are allowed`;
    if (typeof value === 'object') return `attribute '${name}' is neither text, number nor boolean`;
    attributes[name] = encodeHeaderText(String(value));
  }
  return attributes;
}

function dataBytes(data: unknown, base64: unknown, contentType: string | undefined): Buffer {
  if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  if (data === undefined) return Buffer.alloc(0);
  if (typeof data === 'string' && contentType !== undefined && !/[/+]json\b/.test(contentType))
    return Buffer.from(data);
  return Buffer.from(JSON.stringify(data));
}

function defaultContentType(data: unknown): string | undefined {
  return data === undefined ? undefined : 'application/json';
}

// CloudEvents HTTP binding 3.1.3.2: printable ASCII without space, '"' and '%' stays; the rest is percent-encoded UTF-8.
// The space is left alone, as Knative's brokers do.
function encodeHeaderText(value: string): string {
  return /^[\x20\x21\x23\x24\x26-\x7e]*$/.test(value)
    ? value
    : value.replace(/[^\x20\x21\x23\x24\x26-\x7e]+/gu, encodeURIComponent);
}

function text(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
