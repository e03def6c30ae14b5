import { AsreError, asAsreError } from '../../errors.ts';
import type { Draft } from '../../events/envelope.ts';
import { withSignature, withWebhookSignature } from '../../events/signature.ts';
import type { KeySource } from '../../keys.ts';
import { NO_SPAN, type Span, type Traces, traced, within } from '../../traces/span.ts';
import type { Context, FunctionDefinition } from '../function.ts';
import { eventOf, webhookEvents } from '../handling/effect.ts';
import { runHandler } from '../handling/handler.ts';
import { decodeRequest } from '../request/guard.ts';
import { isEventRequest, parseIncoming, prefersReply, type RawRequest } from '../request/incoming.ts';
import {
  ACCEPTED,
  type HttpResponse,
  type Publish,
  RETRY_LATER,
  refuse,
  replyToWebhook,
  respond,
} from '../response/respond.ts';
import type { Metrics } from './metrics.ts';
import { publishAll } from './publisher.ts';
import { recordEvent, recordRefusal, recordWebhook } from './record.ts';
import {
  creating,
  notifying,
  processed,
  processing,
  publishingWithin,
  received,
  receiving,
  replying,
} from './trace.ts';

/** A function with all it needs while it runs. */
export interface Running<State> extends Context<State> {
  readonly definition: FunctionDefinition<State>;
  readonly metrics: Metrics;
  readonly publish: Publish;
  readonly traces: Traces;
  /** Undefined where nothing is signed. */
  readonly signingKeys: KeySource | undefined;
}

/** The path of every request that gets this far: a webhook, an event, or one that is refused. */
export async function answerRequest<State>(raw: RawRequest, running: Running<State>): Promise<HttpResponse> {
  const started = running.clock();
  try {
    const request = await decodeRequest(raw, running.config.BODY_LIMIT_BYTES);
    if (isEventRequest(request)) return await answerEvent(request, running, started);
    return await answerWebhook(request, running, started);
  } catch (error) {
    const failure = asAsreError(error);
    recordRefusal(running, failure, running.clock() - started);
    return refuse(failure);
  }
}

async function answerEvent<State>(
  request: RawRequest,
  running: Running<State>,
  started: number,
): Promise<HttpResponse> {
  const { definition, config, publish, signingKeys } = running;
  const event = parseIncoming(request);
  const span = processing(running.traces, event, request.headers);
  const outcome = await runHandler(definition, event, span === NO_SPAN ? running : { ...running, span });
  const creation = creating(span, outcome);
  const answer = eventOf(outcome, event, definition.name, new Date(), creation.context);
  const next = answer && withSignature(answer, signingKeys);
  const response = await respond(outcome, next, event, { url: config.K_SINK, publish });
  recordEvent(running, { event, outcome, next, response, durationMs: running.clock() - started });
  processed(span, creation, { outcome, next, response });
  return response.http;
}

async function answerWebhook<State>(
  request: RawRequest,
  running: Running<State>,
  started: number,
): Promise<HttpResponse> {
  const { webhook } = running.definition;
  if (webhook === undefined) throw new AsreError('ASRE_NOT_AN_EVENT', 'only CloudEvents are accepted here');
  return within(receiving(running.traces, request.headers), async (span) => {
    const drafts = traced(span, 'parse', () => webhook.accept(request, running));
    const { http, failures } = await respondToWebhook(drafts, prefersReply(request.headers), running, span);
    recordWebhook(running, { alerts: drafts.length, failures, durationMs: running.clock() - started });
    return received(span, drafts.length, http);
  });
}

interface WebhookResponse {
  readonly http: HttpResponse;
  readonly failures: readonly AsreError[];
}

async function respondToWebhook<State>(
  drafts: readonly Draft[],
  isReplyAskedFor: boolean,
  { definition, config, traces, publish, signingKeys }: Running<State>,
  span: Span,
): Promise<WebhookResponse> {
  const creations = notifying(traces, span, drafts);
  const contexts = creations.map(({ context }) => context);
  const unsigned = webhookEvents(drafts, definition.name, new Date(), contexts);
  const events = unsigned.map((event) => withWebhookSignature(event, signingKeys));
  // What K_CE_OVERRIDES adds is for events that are published.
  const reply = replyToWebhook(events, isReplyAskedFor && config.K_CE_OVERRIDES === '');
  if (reply !== undefined) {
    replying(events, creations);
    return { http: reply, failures: [] };
  }
  const send = span === NO_SPAN ? publish : publishingWithin(events, creations, publish);
  const failures = await publishAll(events, send, config.WEBHOOK_CONCURRENCY);
  return { http: failures.length === 0 ? ACCEPTED : RETRY_LATER, failures };
}
