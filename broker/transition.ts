/** What becomes of a delivery after a try. Pure. */
import type { Trigger } from '../eventing/trigger.ts';
import { errorAttributes, nextTry, type Verdict } from './delivery.ts';
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
  verdict: Verdict,
  addresses: Addresses,
): Transition {
  switch (verdict.kind) {
    case 'done':
      return { kind: 'delivered' };
    case 'reply':
      return { kind: 'reply', event: verdict.event };
    case 'failed':
      return afterFailure(trigger, delivery, verdict, addresses);
    default:
      return verdict satisfies never;
  }
}

function afterFailure(
  trigger: Trigger,
  delivery: StoredDelivery,
  verdict: Extract<Verdict, { kind: 'failed' }>,
  { called, broker }: Addresses,
): Transition {
  const tried = delivery.tried + 1;
  const waitMs = nextTry(trigger.delivery, tried, verdict);
  if (waitMs !== undefined) return { kind: 'retry', delivery: { ...delivery, tried }, waitMs };
  const why = `${called}: ${verdict.why}`;
  if (delivery.stage === 'deadletter' || trigger.deadLetterSink === undefined) return { kind: 'undelivered', why };
  const origin = verdict.error?.at === 'broker' ? broker : called;
  const event = withAttributes(delivery.event, errorAttributes(verdict.error, origin));
  return { kind: 'dead-letter', delivery: { ...delivery, event, stage: 'deadletter', tried: 0 }, why };
}
