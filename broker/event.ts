/** An event on its way through the broker: read once, passed on as it came. */
import {
  type EncodedEvent,
  type EventFault,
  type Headers,
  INTERMEDIARY,
  readBatch,
  readEvent,
} from '../shared/cloudevents/read.ts';
import { encodedTraceContextOf } from '../shared/traces/span.ts';

/** Attributes as they stand in `ce-*` headers, data as bytes. */
export interface WireEvent extends EncodedEvent {
  /** HTTP headers that Knative's data plane passes along beside the event. */
  readonly passed: Readonly<Record<string, string>>;
}

/** What came to the ingress, or back from a subscriber. */
export type WireReading =
  | { readonly kind: 'event'; readonly event: WireEvent }
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed'; readonly fault: EventFault; readonly why: string };

const PASSED = new Set(['x-request-id', 'traceparent', 'tracestate', 'b3']);

/** Reads the event out of a request's or a reply's headers and body. */
export function readWireEvent(headers: Headers, body: Buffer): WireReading {
  const reading = readEvent(headers, body, INTERMEDIARY);
  if (reading.kind !== 'event') return reading;
  return { kind: 'event', event: { ...reading.event, passed: passedHeaders(headers) } };
}

/** Reads the events out of a response in batched mode; undefined where it is not in it. */
export function readWireBatch(headers: Headers, body: Buffer): WireReading[] | undefined {
  return readBatch(headers, body, INTERMEDIARY)?.map((reading) => {
    if (reading.kind !== 'event') return reading;
    return {
      kind: 'event',
      event: { ...reading.event, passed: { ...encodedTraceContextOf(reading.event.attributes) } },
    };
  });
}

/** Headers that travel beside an event (Knative eventing, pkg/utils/headers.go). */
function passedHeaders(headers: Headers): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name in headers) {
    if (!PASSED.has(name) && !name.startsWith('knative-') && !name.startsWith('x-b3-')) continue;
    const value = headers[name];
    if (typeof value === 'string') passed[name] = value;
  }
  return passed;
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
