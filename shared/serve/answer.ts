import { AsreError, asAsreError } from '../errors.ts';
import { buildEvent, type CloudEvent } from '../events/envelope.ts';
import { answerEvent, dispatch } from './dispatch.ts';
import type { Context, FunctionDefinition } from './function.ts';
import { type Delivery, deliverAnswer, type HttpAnswer, refuse } from './http.ts';
import { type Incoming, isEventRequest, parseIncoming, type RawRequest } from './incoming.ts';
import type { Metrics } from './metrics.ts';
import type { Outcome } from './outcome.ts';
import type { Publish } from './publish.ts';

/** A function with all it needs while it serves. */
export interface Running<State> extends Context<State> {
  readonly definition: FunctionDefinition<State>;
  readonly metrics: Metrics;
  readonly publish: Publish;
}

/** The path of every request: a refused one, a webhook, or an event. */
export async function answerRequest<State>(request: RawRequest, running: Running<State>): Promise<HttpAnswer> {
  const started = running.clock();
  try {
    if (request.method === 'OPTIONS') return { statusCode: 204, headers: { allow: 'POST, OPTIONS' }, body: '' };
    if (request.method !== 'POST') throw new AsreError('ASRE_METHOD_NOT_ALLOWED', 'POST the event or webhook to /');
    if (isEventRequest(request)) return await answerIncoming(request, running, started);
    return await answerWebhook(request, running, started);
  } catch (error) {
    const failure = asAsreError(error);
    running.metrics.observe('other', 'refuse', (running.clock() - started) / 1000);
    running.log.warn({ code: failure.code, why: failure.message, cause: failure.cause }, 'request refused');
    return refuse(failure);
  }
}

async function answerIncoming<State>(
  request: RawRequest,
  running: Running<State>,
  started: number,
): Promise<HttpAnswer> {
  const { definition, config, publish } = running;
  const event = parseIncoming(request);
  const outcome = await dispatch(definition, event, running);
  const answer = answerEvent(outcome, event, definition.name, new Date());
  const delivery = await deliverAnswer(outcome, answer, event, { url: config.K_SINK, publish });
  record(running, { event, outcome, answer, delivery, durationMs: running.clock() - started });
  return delivery.http;
}

interface Handled {
  readonly event: Incoming;
  readonly outcome: Outcome;
  readonly answer: CloudEvent | undefined;
  readonly delivery: Delivery;
  readonly durationMs: number;
}

/** Counts and logs one event: ids, types and reasons, never its payload. */
function record<State>({ definition, metrics, log }: Running<State>, handled: Handled): void {
  const { event, outcome, answer, delivery, durationMs } = handled;
  const known = definition.handlers.some((handler) => handler.definition.type === event.type);
  metrics.observe(known ? event.type : 'other', delivery.outcome, durationMs / 1000);
  const attempt = outcome.outcome === 'reply' ? outcome.attempt : undefined;
  if (attempt !== undefined) metrics.decided(attempt);
  const fields = {
    id: event.id,
    type: event.type,
    correlationid: answer?.attributes.correlationid,
    outcome: delivery.outcome,
    answer: answer?.attributes.type,
    reason: outcome.outcome === 'done' ? outcome.reason : attempt?.reason,
    ms: roundMs(durationMs),
  };
  const { error } = delivery;
  if (error === undefined) log.info(fields, 'event');
  else log.error({ ...fields, code: error.code, why: error.message, cause: error.cause }, 'event');
}

async function answerWebhook<State>(
  request: RawRequest,
  running: Running<State>,
  started: number,
): Promise<HttpAnswer> {
  const { definition, metrics, log, config, publish } = running;
  if (definition.webhook === undefined) throw new AsreError('ASRE_NOT_AN_EVENT', 'only CloudEvents are taken here');
  const drafts = definition.webhook.accept(request, running);
  const events = drafts.map((draft) => buildEvent(draft, { hop: -1 }, definition.name, new Date()));
  const failed = await publishAll(events, publish, config.WEBHOOK_CONCURRENCY);
  const durationMs = running.clock() - started;
  metrics.observe('webhook', failed.length === 0 ? 'reply' : 'retry', durationMs / 1000);
  const fields = { alerts: drafts.length, failed: failed.length, ms: roundMs(durationMs) };
  const [failure] = failed;
  if (failure === undefined) {
    log.info(fields, 'webhook accepted');
    return { statusCode: 202, body: '' };
  }
  log.error({ ...fields, code: failure.code, why: failure.message }, 'webhook refused, Alertmanager sends it again');
  return { statusCode: 503, body: '' };
}

/** Publishes all events, some at a time, and tells the errors of those that were not accepted. */
async function publishAll(events: CloudEvent[], publish: Publish, concurrency: number): Promise<AsreError[]> {
  const waiting = events.values();
  const failed: AsreError[] = [];
  const lane = async () => {
    for (const event of waiting) {
      await publish(event).catch((error: unknown) => failed.push(asAsreError(error)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, events.length) }, lane));
  return failed;
}

function roundMs(durationMs: number): number {
  return Math.round(durationMs * 100) / 100;
}
