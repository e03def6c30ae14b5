/** The events that follow from what a function decided, with the cause and the trace that they take over. */
import { asciiAttribute, type CloudEvent } from '../../cloudevents/attributes.ts';
import type { AsreError } from '../../errors.ts';
import { buildEvent, type Draft } from '../../events/envelope.ts';
import { eventRejected } from '../../events/index.ts';
import { type TraceContext, traceContextOf } from '../../traces/span.ts';
import type { Outcome } from '../function.ts';
import type { Incoming } from '../request/incoming.ts';

/** Characters of what a rejection repeats: four attributes of the greatest length are more than the headers of a request may be. */
const ECHO_LIMIT = 256;

/** What of an event its answer takes over. */
type Answered = Pick<Incoming, 'id' | 'source' | 'type' | 'hop' | 'attributes'>;

/**
 * The event of an outcome, or undefined where it has none.
 *
 * @param trace of the step that makes it; without one the event carries on the trace of the one that it answers
 */
export function eventOf(
  outcome: Outcome,
  event: Answered,
  source: string,
  now: Date,
  trace: TraceContext | undefined = traceContextOf(event.attributes),
): CloudEvent | undefined {
  switch (outcome.outcome) {
    case 'reply':
      return buildEvent(outcome.draft, { id: event.id, hop: event.hop, ...trace }, source, now);
    case 'reject':
      return buildEvent(rejection(outcome.error, event), { id: event.id, hop: 0, ...trace }, source, now);
    case 'done':
    case 'retry':
      return undefined;
    default:
      return outcome satisfies never;
  }
}

/**
 * The events of a webhook: nothing but the notification causes them.
 *
 * @param traces of the steps that make them, in the same order
 */
export function webhookEvents(
  drafts: readonly Draft[],
  source: string,
  now: Date,
  traces: readonly (TraceContext | undefined)[] = [],
): CloudEvent[] {
  return drafts.map((draft, index) => buildEvent(draft, { hop: -1, ...traces[index] }, source, now));
}

function echoed(value: string): string {
  return asciiAttribute(value).slice(0, ECHO_LIMIT);
}

function rejection(error: AsreError, event: Answered): Draft {
  const { correlationid = event.id, partitionkey = event.id } = event.attributes;
  return {
    definition: eventRejected,
    data: { code: error.code, message: error.message, event_id: event.id, event_type: event.type },
    episode: { fingerprint: echoed(partitionkey), correlationId: echoed(correlationid) },
    key: JSON.stringify([event.source, event.id, error.code]),
    subject: event.id.slice(0, ECHO_LIMIT),
  };
}
