/** Counts and logs what became of a request: ids, types and reasons, never its payload. */
import type { CloudEvent } from '../../cloudevents/attributes.ts';
import type { AsreError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { FunctionDefinition, Outcome } from '../function.ts';
import type { Incoming } from '../request/incoming.ts';
import type { EventResponse } from '../response/respond.ts';
import type { Metrics } from './metrics.ts';

interface Books {
  readonly definition: Pick<FunctionDefinition<never>, 'handlers'>;
  readonly metrics: Metrics;
  readonly log: Log;
}

interface HandledEvent {
  readonly event: Incoming;
  readonly outcome: Outcome;
  readonly next: CloudEvent | undefined;
  readonly response: EventResponse;
  readonly durationMs: number;
}

export function recordEvent({ definition, metrics, log }: Books, handled: HandledEvent): void {
  const { event, outcome, next, response, durationMs } = handled;
  const known = definition.handlers.some((handler) => handler.definition.type === event.type);
  metrics.observe(known ? event.type : 'other', response.outcome, durationMs / 1000);
  const attempt = outcome.outcome === 'reply' ? outcome.attempt : undefined;
  if (attempt !== undefined) metrics.decided(attempt);
  if (outcome.outcome === 'reply') metrics.answered(outcome.draft);
  const fields = {
    id: event.id,
    type: event.type,
    correlationid: next?.attributes.correlationid,
    outcome: response.outcome,
    answer: next?.attributes.type,
    reason: outcome.outcome === 'done' ? outcome.reason : attempt?.reason,
    ms: roundMs(durationMs),
  };
  const { error } = response;
  if (error === undefined) log.info(fields, 'event');
  else log.error({ ...fields, code: error.code, why: error.message, cause: error.cause }, 'event');
}

interface HandledWebhook {
  readonly alerts: number;
  readonly failures: readonly AsreError[];
  readonly durationMs: number;
}

export function recordWebhook(
  { metrics, log }: Pick<Books, 'metrics' | 'log'>,
  { alerts, failures, durationMs }: HandledWebhook,
): void {
  const [failure] = failures;
  metrics.observe('webhook', failure === undefined ? 'reply' : 'retry', durationMs / 1000);
  const fields = { alerts, failed: failures.length, ms: roundMs(durationMs) };
  if (failure === undefined) log.info(fields, 'webhook accepted');
  else
    log.error({ ...fields, code: failure.code, why: failure.message }, 'webhook refused, Alertmanager sends it again');
}

export function recordRefusal(
  { metrics, log }: Pick<Books, 'metrics' | 'log'>,
  failure: AsreError,
  durationMs: number,
): void {
  metrics.observe('other', 'refuse', durationMs / 1000);
  log.warn({ code: failure.code, why: failure.message, cause: failure.cause }, 'request refused');
}

function roundMs(durationMs: number): number {
  return Math.round(durationMs * 100) / 100;
}
