/** The events that follow from what a function decided, with the cause and the trace that they take over. */
import { asciiAttribute, type CloudEvent } from '../../cloudevents/attributes.ts';
import type { AsreError } from '../../errors.ts';
import { buildEvent, type Cause, type Draft } from '../../events/envelope.ts';
import { eventRejected } from '../../events/index.ts';
import type { Outcome } from '../function.ts';
import type { Incoming } from '../request/incoming.ts';

/** Characters of what a rejection repeats: four attributes of the greatest length are more than the headers of a request may be. */
const ECHO_LIMIT = 256;

/** The event of an outcome, or undefined where it has none. */
export function eventOf(outcome: Outcome, event: Incoming, source: string, now: Date): CloudEvent | undefined {
  switch (outcome.outcome) {
    case 'reply':
      return buildEvent(outcome.draft, causeOf(event), source, now);
    case 'reject':
      return buildEvent(rejection(outcome.error, event), { ...causeOf(event), hop: 0 }, source, now);
    case 'done':
    case 'retry':
      return undefined;
    default:
      return outcome satisfies never;
  }
}

/** The events of a webhook: nothing but the notification causes them. */
export function webhookEvents(drafts: readonly Draft[], source: string, now: Date): CloudEvent[] {
  return drafts.map((draft) => buildEvent(draft, { hop: -1 }, source, now));
}

function causeOf(event: Incoming): Cause {
  return { id: event.id, hop: event.hop, ...traceOf(event) };
}

// An attribute that no header can carry would make every retry fail: anything but a trace context is dropped.
function traceOf({ attributes: { traceparent, tracestate } }: Incoming): Pick<Cause, 'traceparent' | 'tracestate'> {
  const sound = traceparent !== undefined && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent);
  if (!sound) return {};
  return tracestate !== undefined && /^[\x20-\x7e]*$/.test(tracestate) ? { traceparent, tracestate } : { traceparent };
}

function echoed(value: string): string {
  return asciiAttribute(value).slice(0, ECHO_LIMIT);
}

function rejection(error: AsreError, event: Incoming): Draft {
  const { correlationid = event.id, partitionkey = event.id } = event.attributes;
  return {
    definition: eventRejected,
    data: { code: error.code, message: error.message, event_id: event.id, event_type: event.type },
    episode: { fingerprint: echoed(partitionkey), correlationId: echoed(correlationid) },
    key: JSON.stringify([event.source, event.id, error.code]),
    subject: event.id.slice(0, ECHO_LIMIT),
  };
}
