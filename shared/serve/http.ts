import { type AsreError, asAsreError } from '../errors.ts';
import type { CloudEvent } from '../events/envelope.ts';
import type { Incoming } from './incoming.ts';
import type { Outcome } from './outcome.ts';
import { type Publish, toBinary } from './publish.ts';

/** What the runtime sends; undefined is its 204. */
export type HttpAnswer = { statusCode: number; headers?: Record<string, string>; body: string } | undefined;

// With a dead letter sink set, an error body of 769 bytes or more panics the in-memory dispatcher (eventing 0.47).
const ERROR_BODY_LIMIT = 480;

export interface Delivery {
  readonly outcome: Outcome['outcome'];
  readonly http: HttpAnswer;
  readonly error?: AsreError;
}

/**
 * An outcome as HTTP. An event is replied where the sender asks for it, and published to K_SINK otherwise (a webhook, a
 * dead letter). Without K_SINK a person who calls the function directly gets it as the response; a broker would throw it
 * away unread, so it gets 503.
 */
export async function deliverAnswer(
  outcome: Outcome,
  answer: CloudEvent | undefined,
  incoming: Pick<Incoming, 'prefersReply' | 'fromBroker'>,
  sink: { readonly url: string; readonly publish: Publish },
): Promise<Delivery> {
  const error = 'error' in outcome ? { error: outcome.error } : {};
  if (answer === undefined) {
    const http = outcome.outcome === 'retry' ? { statusCode: 503, body: '' } : undefined;
    return { outcome: outcome.outcome, http, ...error };
  }
  if (incoming.prefersReply || (sink.url === '' && !incoming.fromBroker)) {
    return { outcome: outcome.outcome, http: { statusCode: 200, ...toBinary(answer) }, ...error };
  }
  try {
    await sink.publish(answer);
    return { outcome: outcome.outcome, http: { statusCode: 202, body: '' }, ...error };
  } catch (failure) {
    return { outcome: 'retry', http: { statusCode: 503, body: '' }, error: asAsreError(failure) };
  }
}

/** The answer to a request that is no CloudEvent and no webhook: the code, what is wrong and how to mend it. */
export function refuse(error: AsreError): HttpAnswer {
  const { statusCode = 500, fix } = error.entry;
  const body = statusCode === 503 ? '' : `${error.code}: ${error.message}. ${fix}\n`.slice(0, ERROR_BODY_LIMIT);
  const headers: Record<string, string> = { 'content-type': 'text/plain; charset=utf-8' };
  if (statusCode === 401) headers['www-authenticate'] = 'Bearer, Basic realm="agent-sre"';
  if (statusCode === 405) headers.allow = 'POST';
  return { statusCode, headers, body };
}
