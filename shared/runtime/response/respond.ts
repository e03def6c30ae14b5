import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CloudEvent } from '../../cloudevents/attributes.ts';
import { toBatch, toBinary } from '../../cloudevents/write.ts';
import { type AsreError, asAsreError } from '../../errors.ts';
import type { Outcome } from '../function.ts';
import type { Incoming } from '../request/incoming.ts';

/** What a sender gets. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends an event to K_SINK and resolves once it is accepted. @throws {AsreError} ASRE_SINK_MISSING or ASRE_SINK_FAILED */
export type Publish = (event: CloudEvent) => Promise<void>;

/** The response to an event, and what became of the event in the end: a publication that fails makes a retry of a reply. */
export interface EventResponse {
  readonly outcome: Outcome['outcome'];
  readonly http: HttpResponse;
  readonly error?: AsreError;
}

// With a dead letter sink set, an error body of 769 bytes or more panics the in-memory dispatcher (eventing 0.47).
const ERROR_BODY_LIMIT = 480;

const NO_CONTENT: HttpResponse = { statusCode: 204, body: '' };
export const ACCEPTED: HttpResponse = { statusCode: 202, body: '' };
export const RETRY_LATER: HttpResponse = { statusCode: 503, body: '' };

/**
 * An outcome as HTTP. An event is replied where the sender asks for it, and published to K_SINK otherwise (a webhook, a
 * dead letter). Without K_SINK a person who calls the function directly gets it as the response; a broker would throw it
 * away unread, so it gets 503.
 */
export async function respond(
  outcome: Outcome,
  reply: CloudEvent | undefined,
  incoming: Pick<Incoming, 'prefersReply' | 'fromBroker'>,
  sink: { readonly url: string; readonly publish: Publish },
): Promise<EventResponse> {
  const error = 'error' in outcome ? { error: outcome.error } : {};
  if (reply === undefined) {
    return { outcome: outcome.outcome, http: outcome.outcome === 'retry' ? RETRY_LATER : NO_CONTENT, ...error };
  }
  if (incoming.prefersReply || (sink.url === '' && !incoming.fromBroker)) {
    return { outcome: outcome.outcome, http: { statusCode: 200, ...toBinary(reply) }, ...error };
  }
  try {
    await sink.publish(reply);
    return { outcome: outcome.outcome, http: ACCEPTED, ...error };
  } catch (failure) {
    return { outcome: 'retry', http: RETRY_LATER, error: asAsreError(failure) };
  }
}

/** Bytes of a batch: its reader does nothing else meanwhile, for a tenth of a second at this size. */
const BATCH_LIMIT = 1_048_576;

/**
 * The events of a webhook in the response to it, in batched mode; undefined where they are to be published: their sender does
 * not ask for them, or they are too many.
 */
export function replyToWebhook(events: readonly CloudEvent[], isAskedFor: boolean): HttpResponse | undefined {
  const batch = isAskedFor ? toBatch(events, BATCH_LIMIT) : undefined;
  return batch && { statusCode: 200, ...batch };
}

/** What a function takes at /, as the header Allow names it. */
export const METHODS = 'POST, OPTIONS';

/**
 * The response to a request that is neither a CloudEvent nor a webhook: the code, what is wrong and how to correct it.
 *
 * @param methods what Allow names where the method is none of them
 */
export function refuse(error: AsreError, methods = METHODS): HttpResponse {
  const { disposition, statusCode = 500, fix } = error.entry;
  // A broker stores the body of a 503: a function's failure belongs in its log.
  const body = disposition === 'retry' ? '' : `${error.code}: ${error.message}. ${fix}\n`.slice(0, ERROR_BODY_LIMIT);
  const headers: Record<string, string> = { 'content-type': 'text/plain; charset=utf-8' };
  if (statusCode === 401) headers['www-authenticate'] = 'Bearer, Basic realm="agent-sre"';
  if (statusCode === 405) headers.allow = methods;
  return { statusCode, headers, body };
}

/** Sends a response. What is left of the request's body is read and dropped: its sender then reads the response. */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  { statusCode, headers, body }: HttpResponse,
): void {
  if (!request.readableEnded) request.resume();
  if (response.headersSent) return;
  const fields: (string | number)[] = []; // names and values in turn: to copy an object of twenty headers takes V8 longer
  for (const name in headers) fields.push(name, headers[name] ?? '');
  if (statusCode !== 204) fields.push('content-length', Buffer.byteLength(body)); // RFC 9110, 8.6
  response.writeHead(statusCode, fields).end(body);
}
