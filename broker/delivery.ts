/** What a subscriber's response means, and when to try again: the delivery contract of Knative Eventing. Pure. */
import type { Headers } from '../shared/cloudevents/read.ts';
import { type Exchange, isRetried, isSuccess } from '../shared/http/exchange.ts';
import { readWireEvent, type WireEvent } from './event.ts';

/** A Broker's or Trigger's `spec.delivery`, durations in milliseconds. */
export interface DeliverySpec {
  readonly retry: number;
  readonly backoff: Backoff | undefined;
  readonly timeoutMs: number | undefined;
  readonly format: 'binary' | 'json';
}

export interface Backoff {
  readonly policy: 'linear' | 'exponential';
  readonly delayMs: number;
}

/** Where an error came from; brokers put it on the dead letter as `knativeerror*` attributes. */
export interface DeliveryError {
  readonly at: 'subscriber' | 'broker';
  readonly code: number;
  readonly body: Buffer;
}

export type DeliveryResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'reply'; readonly event: WireEvent }
  | {
      readonly kind: 'failed';
      readonly retryable: boolean;
      /** Absent where Knative's broker adds no error attributes: no event in a 2xx body, time-outs. */
      readonly error: DeliveryError | undefined;
      readonly why: string;
    };

/** The cluster-wide default of Knative's channel-based broker (config-br-default-channel). */
export const DEFAULT_DELIVERY: DeliverySpec = {
  retry: 10,
  backoff: { policy: 'exponential', delayMs: 200 },
  timeoutMs: undefined,
  format: 'binary',
};

const TTL_USED_UP = 'the chain of replies is too long (knativebrokerttl is used up)';

/** `knativeerrordata` is cut to this many characters of base64. */
export const MAX_ERROR_DATA = 1024;

/** Judges how the delivery of an event to a subscriber ended; the event has `ttl` hops left. */
export function judgeExchange(exchange: Exchange, ttl: number): DeliveryResult {
  switch (exchange.kind) {
    case 'timeout':
      return { kind: 'failed', retryable: true, error: undefined, why: 'no response in time' };
    case 'unreachable':
      return failedWith(true, 500, Buffer.from(exchange.message), exchange.message);
    case 'response':
      return isSuccess(exchange.status)
        ? judgeReply(exchange.headers, exchange.body, ttl)
        : failedWith(isRetried(exchange.status), exchange.status, exchange.body, `status ${exchange.status}`);
  }
}

/** Judges how a delivery to a dead letter sink ended: any 2xx is a success, and its body is ignored. */
export function judgeDeadLetterExchange(exchange: Exchange): DeliveryResult {
  const success = exchange.kind === 'response' && isSuccess(exchange.status);
  return success ? { kind: 'done' } : judgeExchange(exchange, 1);
}

/** Milliseconds to wait before the next try, or undefined if the tries are used up; `tried` counts those made. */
export function nextTry(spec: DeliverySpec, tried: number, result: DeliveryResult): number | undefined {
  if (result.kind !== 'failed' || !result.retryable || tried > spec.retry) return undefined;
  return backoffMs(spec.backoff, tried - 1);
}

/** Wait before retry number `retryIndex` (from 0). The first linear retry comes at once, as in Knative. */
export function backoffMs(backoff: Backoff | undefined, retryIndex: number): number {
  if (backoff === undefined) return 0;
  switch (backoff.policy) {
    case 'linear':
      return backoff.delayMs * retryIndex;
    case 'exponential':
      return backoff.delayMs * 2 ** retryIndex;
  }
}

/** Attributes that say, on a dead letter, what went wrong. */
export function errorAttributes(error: DeliveryError | undefined, url: string): Record<string, string> {
  if (error === undefined) return {};
  const data = error.body.toString('base64').slice(0, MAX_ERROR_DATA);
  return {
    knativeerrordest: url,
    knativeerrorcode: String(error.code),
    ...(data === '' ? {} : { knativeerrordata: data }),
  };
}

function judgeReply(headers: Headers, body: Buffer, ttl: number): DeliveryResult {
  const reading = readWireEvent(headers, body);
  switch (reading.kind) {
    case 'none':
      return body.length === 0 ? { kind: 'done' } : noEvent('a 2xx response with a body that is not a CloudEvent');
    case 'malformed':
      return reading.fault === 'json' || reading.fault === 'batch' ? noEvent(reading.why) : refused(reading.why);
    case 'event':
      return ttl <= 1 ? refused(TTL_USED_UP) : { kind: 'reply', event: reading.event };
  }
}

// The reply re-enters through the ingress, so what the ingress refuses fails the delivery with 400, without a retry.
function refused(why: string): DeliveryResult {
  const error: DeliveryError = { at: 'broker', code: 400, body: Buffer.alloc(0) };
  return { kind: 'failed', retryable: false, error, why: `reply refused: ${why}` };
}

function noEvent(why: string): DeliveryResult {
  return { kind: 'failed', retryable: true, error: undefined, why };
}

function failedWith(retryable: boolean, code: number, body: Buffer, why: string): DeliveryResult {
  return { kind: 'failed', retryable, error: { at: 'subscriber', code, body }, why };
}

const DURATION = /^P(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Milliseconds of an ISO 8601 duration of days to seconds, or undefined. */
export function parseDuration(text: string): number | undefined {
  const parts = DURATION.exec(text);
  if (parts === null || !/\d/.test(text) || text.endsWith('T')) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return Math.round(((days * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1000);
}
