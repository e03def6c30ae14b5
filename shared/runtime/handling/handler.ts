import { AsreError, asAsreError } from '../../errors.ts';
import { HOP_LIMIT } from '../../events/envelope.ts';
import { eventRejected } from '../../events/index.ts';
import { jsonLimitIn } from '../../json.ts';
import { traced } from '../../traces/span.ts';
import { type Context, done, type FunctionDefinition, type Outcome } from '../function.ts';
import type { Incoming } from '../request/incoming.ts';

/** Runs the handler for the event's type. Whatever goes wrong becomes an outcome: nothing escapes. */
export async function runHandler<State>(
  definition: FunctionDefinition<State>,
  event: Incoming,
  context: Context<State>,
): Promise<Outcome> {
  // A rejection of a rejection would feed itself for ever.
  if (event.type === eventRejected.type) return done('rejected');
  if (event.fault !== undefined) return { outcome: 'reject', error: event.fault };
  try {
    checkHop(event);
    const handler = definition.handlers.find((candidate) => candidate.definition.type === event.type);
    if (handler === undefined) {
      const accepted = definition.handlers.map((candidate) => candidate.definition.type).join(', ');
      throw new AsreError('ASRE_EVENT_TYPE_UNEXPECTED', `${definition.name} accepts ${accepted}`);
    }
    const decide = traced(context.span, 'parse', () => handler.read(event, readData(event)));
    return await decide(context);
  } catch (error) {
    return failureOf(asAsreError(error));
  }
}

/** The outcome of an error that was thrown while an event was handled. */
export function failureOf(error: AsreError): Outcome {
  return { outcome: error.entry.disposition === 'retry' ? 'retry' : 'reject', error };
}

/** @throws {AsreError} ASRE_HOP_LIMIT */
export function checkHop({ hop }: Pick<Incoming, 'hop'>): void {
  if (hop >= HOP_LIMIT) throw new AsreError('ASRE_HOP_LIMIT', `the event has passed ${hop} functions`);
}

function readData(event: Incoming): unknown {
  try {
    return event.readData();
  } catch (cause) {
    throw new AsreError('ASRE_EVENT_DATA_INVALID', `the data is not valid JSON${jsonLimitIn(cause)}`, { cause });
  }
}
