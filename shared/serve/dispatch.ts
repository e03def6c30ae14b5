import { AsreError, asAsreError } from '../errors.ts';
import { asciiAttribute, buildEvent, type CloudEvent, type Draft } from '../events/envelope.ts';
import { eventRejected } from '../events/index.ts';
import type { Context, FunctionDefinition } from './function.ts';
import { checkHop, type Incoming } from './incoming.ts';
import { done, type Outcome, outcomeOf } from './outcome.ts';

/** Runs the handler for the event's type. Whatever goes wrong becomes an outcome: nothing escapes. */
export async function dispatch<State>(
  definition: FunctionDefinition<State>,
  event: Incoming,
  context: Context<State>,
): Promise<Outcome> {
  // A rejection of a rejection would feed itself for ever.
  if (event.type === eventRejected.type) return done('rejected');
  try {
    checkHop(event);
    const handler = definition.handlers.find((candidate) => candidate.definition.type === event.type);
    if (handler === undefined) {
      const accepted = definition.handlers.map((candidate) => candidate.definition.type).join(', ');
      throw new AsreError('ASRE_EVENT_TYPE_UNEXPECTED', `${definition.name} accepts ${accepted}`);
    }
    return await handler.run(event, readData(event), context);
  } catch (error) {
    return outcomeOf(asAsreError(error));
  }
}

function readData(event: Incoming): unknown {
  try {
    return event.readData();
  } catch (cause) {
    throw new AsreError('ASRE_EVENT_DATA_INVALID', 'data is no JSON', { cause });
  }
}

/** The event that an outcome says, or undefined where it says none. */
export function answerEvent(outcome: Outcome, event: Incoming, source: string, now: Date): CloudEvent | undefined {
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

function causeOf(event: Incoming) {
  const { traceparent, tracestate } = traceOf(event);
  return {
    id: event.id,
    hop: event.hop,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(tracestate === undefined ? {} : { tracestate }),
  };
}

// An attribute that no header can carry would make every retry fail: what is no trace context is dropped.
function traceOf({ attributes: { traceparent, tracestate } }: Incoming) {
  const sound = traceparent !== undefined && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent);
  if (!sound) return {};
  return tracestate !== undefined && /^[\x20-\x7e]*$/.test(tracestate) ? { traceparent, tracestate } : { traceparent };
}

function rejection(error: AsreError, event: Incoming): Draft {
  const { correlationid = event.id, partitionkey = event.id } = event.attributes;
  return {
    definition: eventRejected,
    data: { code: error.code, message: error.message, event_id: event.id, event_type: event.type },
    episode: { fingerprint: asciiAttribute(partitionkey), correlationId: asciiAttribute(correlationid) },
    key: JSON.stringify([event.source, event.id, error.code]),
    subject: event.id,
  };
}
