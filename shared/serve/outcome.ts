import type { Attempt } from '../decision.ts';
import type { AsreError } from '../errors.ts';
import type { Draft } from '../events/envelope.ts';

/** The four things that can become of an event; http.ts maps them to statuses, so no function knows about HTTP. */
export type Outcome =
  | { readonly outcome: 'reply'; readonly draft: Draft; readonly attempt?: Attempt }
  | { readonly outcome: 'done'; readonly reason: string }
  | { readonly outcome: 'reject'; readonly error: AsreError }
  | { readonly outcome: 'retry'; readonly error: AsreError };

/** There is a next event. `attempt` is the vote behind it, for log and metrics. */
export function reply(draft: Draft, attempt?: Attempt): Outcome {
  return attempt === undefined ? { outcome: 'reply', draft } : { outcome: 'reply', draft, attempt };
}

/** Handled, nothing to say. */
export function done(reason: string): Outcome {
  return { outcome: 'done', reason };
}

/** The outcome of an error that was thrown while an event was handled. */
export function outcomeOf(error: AsreError): Outcome {
  return { outcome: error.entry.disposition === 'retry' ? 'retry' : 'reject', error };
}
