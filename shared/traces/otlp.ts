/** Traces by OpenTelemetry. This file alone knows it, and is bundled by itself (build/traces.ts). */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Attributes,
  DiagLogLevel,
  diag,
  isSpanContextValid,
  type Link,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent, setGlobalErrorHandler, TraceState } from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { protocolOf } from './settings.ts';
import type { Kind, Span, TraceContext, Traces } from './span.ts';

const KINDS: Readonly<Record<Kind, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};
/** Characters of a value: ids and types are the senders'. */
const VALUE_LIMIT = 256;
/** An end waits so long for the last spans: whoever ends a function gives it some seconds more. */
const FLUSH_MS = 3_000;
const COMPLAINT_MS = 60_000;

/** Spans go to the collector in batches, behind everything else; what does not get there is dropped. */
export function startTraces(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  complain: (why: string) => void,
): Traces {
  listenToComplaints(limited(complain, () => performance.now()));
  const { json, odd } = protocolOf(env);
  if (odd !== undefined)
    diag.warn(`OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf or http/json; ${odd} is not taken`);
  const exporter = json ? new JsonExporter() : new ProtobufExporter();
  const own = resourceFromAttributes({ 'service.name': name, 'service.namespace': 'agent-sre' });
  const provider = new BasicTracerProvider({
    resource: own.merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(exporter)],
    spanLimits: { attributeValueLengthLimit: VALUE_LIMIT },
  });
  const tracer = provider.getTracer('agent-sre');
  return {
    start: (spanName, { kind, parent, link, attributes = {} }) => {
      const context = parent && contextOf(parent);
      const around = context === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, context);
      const options = { kind: KINDS[kind], attributes: attributes as Attributes, links: linksTo(link, context) };
      return spanOf(tracer, tracer.startSpan(spanName, options, around));
    },
    close: () => Promise.race([provider.shutdown().catch(() => undefined), sleep(FLUSH_MS, undefined, { ref: false })]),
  };
}

function spanOf(tracer: Tracer, span: OtelSpan): Span {
  const own = span.spanContext();
  const around = trace.setSpan(ROOT_CONTEXT, span);
  return {
    context: headersOf(own),
    start: (name, kind = 'internal', attributes = {}) =>
      spanOf(tracer, tracer.startSpan(name, { kind: KINDS[kind], attributes: attributes as Attributes }, around)),
    set: (attributes) => void span.setAttributes(attributes as Attributes),
    event: (name, attributes, atMs) => void span.addEvent(name, attributes as Attributes, atMs),
    link: (to) => void span.addLinks([...linksTo(to, own)]),
    fail: (type) => void span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR }),
    end: () => span.end(),
  };
}

function headersOf({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceContext {
  const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  const tracestate = traceState?.serialize() ?? '';
  return tracestate === '' ? { traceparent } : { traceparent, tracestate };
}

function contextOf({ traceparent, tracestate }: TraceContext): SpanContext | undefined {
  const context = parseTraceParent(traceparent);
  if (context === null || !isSpanContextValid(context)) return undefined;
  const state = tracestate === undefined ? {} : { traceState: new TraceState(tracestate) };
  return { ...context, ...state, isRemote: true };
}

// A link into the trace that a span is part of says nothing; one to what nobody has kept leads nowhere.
function linksTo(traceparent: string | undefined, own: SpanContext | undefined): Link[] {
  const context = traceparent === undefined ? undefined : contextOf({ traceparent });
  if (context === undefined || context.traceId === own?.traceId) return [];
  return (context.traceFlags & TraceFlags.SAMPLED) === 0 ? [] : [{ context }];
}

function listenToComplaints(complain: (why: string) => void): void {
  setGlobalErrorHandler((error) => complain(typeof error === 'string' ? error : messageOf(error)));
  const ignore = () => undefined;
  diag.setLogger(
    { error: complain, warn: complain, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

// The message of an answer that says no can be a page; nothing of it but its first line is told.
function messageOf(error: Error | { readonly message?: string; readonly code?: unknown }): string {
  const { message = '', code } = error as { message?: string; code?: unknown };
  const [line = ''] = message.split('\n');
  return [line.slice(0, VALUE_LIMIT), code].filter((part) => part !== undefined && part !== '').join(', ') || 'failed';
}

/** Passes on the first complaint of a minute, and says how many others there were since the one before. */
export function limited(complain: (why: string) => void, clock: () => number): (why: string) => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  let left = 0;
  return (why) => {
    if (clock() - lastMs < COMPLAINT_MS) {
      left++;
      return;
    }
    complain(left === 0 ? why : `${why} (and ${left} more since the last line)`);
    lastMs = clock();
    left = 0;
  };
}
