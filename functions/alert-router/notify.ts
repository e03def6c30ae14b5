/**
 * Tells people by a webhook. This is a subscriber of what emit-trigger has sent, and no effect of emit-trigger: the broker
 * delivers it again while the webhook is away, and a slow webhook holds up no decision. alert-router has it because it is
 * the function at the door to the outside, in both directions, and is never scaled to zero on a cluster.
 */
import type { Config } from '../../shared/config.ts';
import { AsreError } from '../../shared/errors.ts';
import { approvalRequested, remediationIneffective, remediationVerified } from '../../shared/events/index.ts';
import { createHttpClient, parseHttpUrl, targetOf } from '../../shared/http/client.ts';
import { describeExchange, type Exchange, isSuccess } from '../../shared/http/exchange.ts';
import { done, type Handler, type Outcome, on } from '../../shared/runtime/function.ts';
import { approvalMessage, ineffectiveMessage, type Message, verifiedMessage, withLimitNote } from './message.ts';

/** Sends a message, or says why it does not. @throws {AsreError} ASRE_NOTIFICATION_FAILED */
export type Notify = (message: Message) => Promise<Outcome>;

interface State {
  readonly notify: Notify;
}

const TIMEOUT_MS = 10_000;
const MINUTE_MS = 60_000;

// A dead letter among them is tried once more; the broker then keeps it as undelivered.
export const notificationHandlers: readonly Handler<State>[] = [
  on(approvalRequested, ({ data }, { state, config }) => state.notify(approvalMessage(data, config.APPROVAL_LINK))),
  on(remediationVerified, ({ data }, { state }) => state.notify(verifiedMessage(data))),
  on(remediationIneffective, ({ data }, { state }) => state.notify(ineffectiveMessage(data))),
];

/**
 * @param clock milliseconds, monotonic
 * @throws {AsreError} ASRE_CONFIG_INVALID where the webhook is not a URL
 */
export function createNotify(
  { APPROVAL_WEBHOOK_URL: webhook, APPROVAL_WEBHOOK_PER_MINUTE: most }: Config,
  clock: () => number,
): Notify {
  if (webhook === '') return async () => done('no webhook');
  const url = parseHttpUrl(webhook);
  // The address of such a webhook is its credential: it stands in no message.
  if (url === undefined)
    throw new AsreError('ASRE_CONFIG_INVALID', 'APPROVAL_WEBHOOK_URL must be an http or https URL');
  const target = targetOf(url.href);
  const client = createHttpClient();
  const room = createLimit(most, clock);
  return async (message) => {
    const left = room();
    if (left === undefined) return done('too many messages');
    const body = JSON.stringify(left === 0 ? withLimitNote(message, most) : message);
    const exchange = await client.send(target, { 'content-type': 'application/json' }, body, TIMEOUT_MS);
    if (exchange.kind === 'response' && isSuccess(exchange.status)) return done('told');
    throw new AsreError('ASRE_NOTIFICATION_FAILED', `APPROVAL_WEBHOOK_URL did not accept: ${whyOf(exchange)}`);
  };
}

/** Takes a place in the last minute: how many are left then, or undefined where there is none. */
export function createLimit(most: number, clock: () => number): () => number | undefined {
  let taken: number[] = [];
  return () => {
    const now = clock();
    taken = taken.filter((at) => now - at < MINUTE_MS);
    if (taken.length >= most) return undefined;
    taken.push(now);
    return most - taken.length;
  };
}

// What the system says of an address that cannot be reached names the address.
function whyOf(exchange: Exchange): string {
  return describeExchange(exchange.kind === 'unreachable' ? { ...exchange, message: 'unreachable' } : exchange);
}
