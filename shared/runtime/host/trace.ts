/**
 * The spans of a function, after OpenTelemetry's conventions for CloudEvents and HTTP. They hold what the log holds: ids,
 * types, reasons and figures, never the value of a label or a text of an alert (docs/traces.md).
 */
import type { CloudEvent } from '../../cloudevents/attributes.ts';
import type { Headers } from '../../cloudevents/read.ts';
import type { Attempt } from '../../decision.ts';
import type { Draft } from '../../events/envelope.ts';
import { EVENTS, eventRejected } from '../../events/index.ts';
import {
  type Attributes,
  NO_SPAN,
  NO_TRACES,
  type Span,
  type Traces,
  traceContextOf,
  within,
} from '../../traces/span.ts';
import type { Outcome } from '../function.ts';
import type { Incoming } from '../request/incoming.ts';
import type { EventResponse, HttpResponse, Publish } from '../response/respond.ts';

const TYPES = new Set(EVENTS.map(({ type }) => type));

/**
 * An event is being handled. It follows from the step that made the event, which the event itself names: brokers put spans
 * of their own into the headers of a request, and may export them elsewhere or nowhere.
 */
export function processing(traces: Traces, event: Incoming, headers: Headers): Span {
  if (traces === NO_TRACES) return NO_SPAN;
  return traces.start(`CloudEvents Process ${nameOf(event.type)}`, {
    kind: 'consumer',
    parent: traceContextOf(event.attributes) ?? traceContextOf(headers),
    attributes: {
      'cloudevents.event_id': event.id,
      'cloudevents.event_source': event.source,
      'cloudevents.event_type': event.type,
      'cloudevents.event_spec_version': '1.0',
      'agent_sre.correlation_id': event.attributes.correlationid,
      'agent_sre.hop': event.hop,
    },
  });
}

/** The event of an outcome is being made, and then replied or published. */
export function creating(span: Span, outcome: Outcome): Span {
  if (span === NO_SPAN || outcome.outcome === 'done' || outcome.outcome === 'retry') return NO_SPAN;
  const { type } = outcome.outcome === 'reply' ? outcome.draft.definition : eventRejected;
  return span.start(`CloudEvents Create ${type}`, 'producer', { 'cloudevents.event_type': type });
}

interface Handled {
  readonly outcome: Outcome;
  readonly next: CloudEvent | undefined;
  readonly response: EventResponse;
}

/** The event has been handled, and its answer has left. */
export function processed(span: Span, creation: Span, { outcome, next, response }: Handled): void {
  if (span === NO_SPAN) return;
  const { outcome: ended, error, http } = response;
  creation.set({
    ...idOf(next),
    ...saidBy(outcome),
    'agent_sre.sent_as': http.statusCode === 200 ? 'reply' : 'publication',
  });
  span.set({
    'agent_sre.outcome': ended,
    'agent_sre.reason': outcome.outcome === 'done' ? outcome.reason : undefined,
    'agent_sre.correlation_id': next?.attributes.correlationid,
    ...(outcome.outcome === 'reply' && outcome.attempt !== undefined ? voteOf(outcome.attempt) : {}),
  });
  if (error !== undefined) {
    span.fail(error.code);
    if (ended === 'retry') creation.fail(error.code);
  }
  creation.end();
  span.end();
}

/** A webhook is being received. */
export function receiving(traces: Traces, headers: Headers): Span {
  if (traces === NO_TRACES) return NO_SPAN;
  return traces.start('POST /', {
    kind: 'server',
    parent: traceContextOf(headers),
    attributes: { 'http.request.method': 'POST', 'url.path': '/' },
  });
}

/**
 * The alerts of a webhook, each on its way. One alone goes on in the trace of its webhook; of several each begins a trace of
 * its own, which links to it.
 */
export function notifying(traces: Traces, webhook: Span, drafts: readonly Draft[]): readonly Span[] {
  if (webhook === NO_SPAN) return drafts.map(() => NO_SPAN);
  return drafts.map(({ definition: { type }, episode }) => {
    const name = `CloudEvents Create ${type}`;
    const attributes = { 'cloudevents.event_type': type, 'agent_sre.correlation_id': episode.correlationId };
    if (drafts.length === 1) return webhook.start(name, 'producer', attributes);
    return traces.start(name, { kind: 'producer', link: webhook.context?.traceparent, attributes });
  });
}

/** The events of a webhook leave in the response to it. */
export function replying(events: readonly CloudEvent[], creations: readonly Span[]): void {
  for (const [index, creation] of creations.entries()) {
    creation.set({ ...idOf(events[index]), 'agent_sre.sent_as': 'reply' });
    creation.end();
  }
}

/** A publication of each event within the span that it was made in. */
export function publishingWithin(events: readonly CloudEvent[], creations: readonly Span[], publish: Publish): Publish {
  const spans = new Map(events.map((event, index) => [event, creations[index] ?? NO_SPAN]));
  return (event) =>
    within(spans.get(event) ?? NO_SPAN, (span) => {
      span.set({ ...idOf(event), 'agent_sre.sent_as': 'publication' });
      return publish(event);
    });
}

/** The webhook has been answered. */
export function received(span: Span, alerts: number, answer: HttpResponse): HttpResponse {
  if (span === NO_SPAN) return answer;
  const { statusCode } = answer;
  span.set({ 'http.response.status_code': statusCode, 'agent_sre.alerts': alerts });
  if (statusCode >= 500) span.fail(String(statusCode));
  return answer;
}

// The type of a stranger's event is the stranger's text.
function nameOf(type: string): string {
  return TYPES.has(type) ? type : 'other';
}

function idOf(event: CloudEvent | undefined): Attributes {
  const { id, source } = event?.attributes ?? {};
  return { 'cloudevents.event_id': id, 'cloudevents.event_source': source };
}

interface Said {
  readonly reason?: string;
  readonly lambda_function?: string;
  readonly selection?: { readonly lambda_function: string };
}

// Of events that agent-sre has words for. An alert may hold anything under these keys.
function saidBy(outcome: Outcome): Attributes {
  if (outcome.outcome !== 'reply' || !outcome.draft.definition.type.startsWith('io.homelab.agent-sre.')) return {};
  const { reason, lambda_function, selection } = outcome.draft.data as Said;
  return { 'agent_sre.reason': reason, 'agent_sre.lambda_function': lambda_function ?? selection?.lambda_function };
}

function voteOf({ method, outcome, reason, lambda_function, confidence, iterations }: Attempt): Attributes {
  return {
    'agent_sre.tier': method,
    'agent_sre.decision': outcome,
    'agent_sre.reason': reason,
    'agent_sre.lambda_function': outcome === 'selected' ? lambda_function : undefined,
    'agent_sre.confidence': confidence,
    'agent_sre.iterations': iterations,
  };
}
