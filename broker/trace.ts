/** The spans of the broker, after OpenTelemetry's conventions for messaging. */
import type { Trigger } from '../eventing/trigger.ts';
import {
  type Attributes,
  encodedTraceContextOf,
  NO_SPAN,
  NO_TRACES,
  type Span,
  type Traces,
  traceContextOf,
} from '../shared/traces/span.ts';
import { type WireEvent, withAttributes } from './event.ts';
import type { StoredDelivery } from './journal.ts';
import { idOf } from './subscription.ts';
import type { Transition } from './transition.ts';

const SYSTEM = { 'messaging.system': 'agent-sre' };

/**
 * The event, with a trace that begins here where its sender began none (CloudEvents, Distributed Tracing extension): what all
 * Triggers bring of it is then one trace.
 */
export function withTrace(traces: Traces, event: WireEvent, broker: string): WireEvent {
  if (traces === NO_TRACES || originOf(event) !== undefined) return event;
  const span = traces.start(`publish ${broker}`, {
    kind: 'producer',
    attributes: {
      ...{ ...SYSTEM, 'messaging.operation.name': 'publish', 'messaging.operation.type': 'create' },
      ...{ 'messaging.destination.name': broker, ...namesOf(event) },
    },
  });
  span.end();
  return withAttributes(event, { ...span.context });
}

/**
 * One try of a delivery. The step that made the event is its parent, as it is of the step that handles the event: a broker that
 * exports no traces leaves no gap. The subscriber gets this one in the headers of the request.
 */
export function delivering(traces: Traces, trigger: Trigger, { event, stage, tried }: StoredDelivery): Span {
  if (traces === NO_TRACES) return NO_SPAN;
  return traces.start(`deliver ${idOf(trigger)}`, {
    kind: 'client',
    parent: originOf(event),
    attributes: {
      ...{ ...SYSTEM, 'messaging.operation.name': 'deliver', 'messaging.operation.type': 'send' },
      ...{ 'messaging.destination.name': idOf(trigger), ...namesOf(event) },
      ...{ 'agent_sre.delivery.stage': stage, 'agent_sre.delivery.try': tried + 1 },
    },
  });
}

/** What became of the try; undefined where the broker was stopped meanwhile. */
export function delivered(span: Span, transition: Transition | undefined): void {
  if (span === NO_SPAN) return;
  const kind = transition?.kind ?? 'stopped';
  span.set({ 'agent_sre.delivery.result': kind });
  if (kind !== 'delivered' && kind !== 'reply') span.fail(kind);
  span.end();
}

function originOf({ attributes, passed }: WireEvent) {
  return encodedTraceContextOf(attributes) ?? traceContextOf(passed);
}

function namesOf({ attributes: { id, type, source, correlationid } }: WireEvent): Attributes {
  return {
    'cloudevents.event_id': id,
    'cloudevents.event_type': type,
    'cloudevents.event_source': source,
    'agent_sre.correlation_id': correlationid,
  };
}
