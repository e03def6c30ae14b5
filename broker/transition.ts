/** What becomes of a delivery after a try. Pure. */
import type { Trigger } from '../eventing/trigger.ts';
import { type DeliveryResult, errorAttributes, nextTry } from './delivery.ts';
import { type WireEvent, withAttributes } from './event.ts';
import type { StoredDelivery } from './journal.ts';

export type Transition =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'reply'; readonly event: WireEvent }
  | { readonly kind: 'retry'; readonly delivery: StoredDelivery; readonly waitMs: number }
  | { readonly kind: 'dead-letter'; readonly delivery: StoredDelivery; readonly why: string }
  | { readonly kind: 'undelivered'; readonly why: string };

/** The addresses that messages and error attributes name: the one that was called, and the broker's own. */
export interface Addresses {
  readonly called: string;
  readonly broker: string;
}

/** A delivery's next state. */
export function transitionOf(
  trigger: Trigger,
  delivery: StoredDelivery,
  result: DeliveryResult,
  addresses: Addresses,
): Transition {
  switch (result.kind) {
    case 'done':
      return { kind: 'delivered' };
    case 'reply':
      return { kind: 'reply', event: result.event };
    case 'failed':
      return afterFailure(trigger, delivery, result, addresses);
    default:
      return result satisfies never;
  }
}

function afterFailure(
  trigger: Trigger,
  delivery: StoredDelivery,
  result: Extract<DeliveryResult, { kind: 'failed' }>,
  { called, broker }: Addresses,
): Transition {
  const tried = delivery.tried + 1;
  const waitMs = nextTry(trigger.delivery, tried, result);
  if (waitMs !== undefined) return { kind: 'retry', delivery: { ...delivery, tried }, waitMs };
  const why = `${called}: ${result.why}`;
  if (delivery.stage === 'deadletter' || trigger.deadLetterSink === undefined) return { kind: 'undelivered', why };
  const origin = result.error?.at === 'broker' ? broker : called;
  const event = withAttributes(delivery.event, errorAttributes(result.error, origin));
  return { kind: 'dead-letter', delivery: { ...delivery, event, stage: 'deadletter', tried: 0, why }, why };
}
