/** Takes each journaled delivery to its end: delivered, answered by a reply, dead-lettered or kept as undelivered. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Trigger } from '../eventing/trigger.ts';
import { messageOf } from '../shared/text/message.ts';
import type { TraceContext, Traces } from '../shared/traces/span.ts';
import type { BrokerCounts } from './counts.ts';
import { type DeliveryResult, judgeDeadLetterExchange, judgeExchange } from './delivery.ts';
import { dispatch, type Transport } from './dispatch.ts';
import { nameOfEvent, type WireEvent } from './event.ts';
import { ttlOf } from './hops.ts';
import { type Change, type Journal, JournalError, put, remove, type StoredDelivery } from './journal.ts';
import { type Pending, Subscription } from './subscription.ts';
import { delivered, delivering } from './trace.ts';
import { type Transition, transitionOf } from './transition.ts';

export interface DeliverySurroundings extends Transport {
  readonly journal: Journal;
  readonly triggers: readonly Trigger[];
  readonly counts: BrokerCounts;
  readonly traces: Traces;
  /** Deliveries at a time to one Trigger's subscriber. */
  readonly concurrency: number;
  ingressUrl(namespace: string, broker: string): string;
  /** Lets the reply to `event` in again; `also` is part of its commit. */
  reenter(trigger: Trigger, event: WireEvent, reply: WireEvent, also: Change): Promise<void>;
  /** Whether an event is kept as undelivered though its dead letter was taken: the sink tells people, and acts on nothing. */
  keepsDeadLetter?(trigger: Trigger, event: WireEvent): boolean;
  report(message: string): void;
}

const COMMIT_PAUSE_MS = 500;

export class Deliveries {
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  private readonly around: DeliverySurroundings;
  private readonly retries = new Set<NodeJS.Timeout>();
  private readonly stopping = new AbortController();

  constructor(around: DeliverySurroundings) {
    this.around = around;
    const subscriptions = around.triggers.map(
      (trigger) => new Subscription(trigger, around.concurrency, (line, pending) => this.deliver(line, pending)),
    );
    this.subscriptions = new Map(subscriptions.map((subscription) => [subscription.id, subscription]));
  }

  /** Takes over a delivery that stands in the journal as pending. */
  async add(sequence: number, delivery: StoredDelivery): Promise<void> {
    this.around.counts.pending++;
    const subscription = this.subscriptions.get(delivery.trigger);
    if (subscription !== undefined) return subscription.push(sequence, delivery);
    await this.giveUp(sequence, delivery, `no file declares its Trigger ${delivery.trigger} any more`);
  }

  /** Commits, retrying until the disk accepts it: an accepted event is never dropped. Rejects once stopped. */
  async persist(changes: readonly Change[]): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.around.journal.commit(changes);
      } catch (error) {
        if (!(error instanceof JournalError)) throw error;
        if (tries === 1) this.around.report(`${error.message}; deliveries wait until it can`);
        await sleep(COMMIT_PAUSE_MS, undefined, { signal: this.stopping.signal });
      }
    }
  }

  /** Starts nothing new; resolves when the work in progress has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const retry of this.retries) clearTimeout(retry);
    await Promise.all([...this.subscriptions.values()].map((subscription) => subscription.stop()));
  }

  private async deliver(subscription: Subscription, { sequence, delivery: kept }: Pending): Promise<void> {
    let delivery = kept;
    try {
      delivery ??= await this.around.journal.read('pending', sequence);
      if (delivery !== undefined) await this.attempt(subscription, sequence, delivery);
    } catch (error) {
      if (!this.stopping.signal.aborted) await this.breakOff(subscription, sequence, delivery, messageOf(error));
    }
  }

  private async attempt(subscription: Subscription, sequence: number, delivery: StoredDelivery): Promise<void> {
    const { trigger } = subscription;
    const span = delivering(this.around.traces, trigger, delivery);
    const transition = await this.send(trigger, delivery, span.context);
    delivered(span, transition);
    if (transition !== undefined) await this.conclude(subscription, sequence, delivery, transition);
  }

  /** Undefined where the broker was stopped during the try, which then does not count. */
  private async send(
    trigger: Trigger,
    delivery: StoredDelivery,
    trace: TraceContext | undefined,
  ): Promise<Transition | undefined> {
    const isDead = delivery.stage === 'deadletter';
    const destination = isDead ? trigger.deadLetterSink : trigger.subscriber;
    if (destination === undefined) return { kind: 'undelivered', why: 'its Trigger has no dead letter sink now' };
    const broker = this.around.ingressUrl(trigger.namespace, trigger.broker);
    try {
      const { exchange, url } = await dispatch(this.around, trigger, destination, delivery, trace);
      if (this.stopping.signal.aborted && exchange.kind !== 'response') return undefined;
      const result = isDead ? judgeDeadLetterExchange(exchange) : judgeExchange(exchange, ttlOf(delivery.event));
      return transitionOf(trigger, delivery, result, { called: url, broker });
    } catch (error) {
      // An event that no HTTP request can dispatch, or a reply that cannot be read: no other try ends better.
      const called = isDead ? 'its dead letter sink' : 'its subscriber';
      return transitionOf(trigger, delivery, impossible(messageOf(error)), { called, broker });
    }
  }

  private async conclude(
    subscription: Subscription,
    sequence: number,
    delivery: StoredDelivery,
    transition: Transition,
  ): Promise<void> {
    switch (transition.kind) {
      case 'delivered':
        if (delivery.stage === 'deadletter' && this.around.keepsDeadLetter?.(subscription.trigger, delivery.event)) {
          return this.giveUp(sequence, delivery, delivery.why ?? 'its subscriber did not take it');
        }
        await this.persist([remove('pending', sequence)]);
        return this.count(delivery);
      case 'reply':
        await this.around.reenter(subscription.trigger, delivery.event, transition.event, remove('pending', sequence));
        return this.count(delivery);
      case 'retry':
        return this.retryLater(subscription, sequence, transition.delivery, transition.waitMs);
      case 'dead-letter':
        await this.persist([put('pending', sequence, transition.delivery)]);
        this.around.report(`${nameOfEvent(delivery.event)} failed: ${transition.why}; it goes to the dead letter sink`);
        return subscription.push(sequence, transition.delivery);
      case 'undelivered':
        return this.giveUp(sequence, delivery, transition.why);
      default:
        return transition satisfies never;
    }
  }

  private count({ stage }: StoredDelivery): void {
    this.around.counts.pending--;
    if (stage === 'deadletter') this.around.counts.deadLettered++;
    else this.around.counts.delivered++;
  }

  private async retryLater(
    subscription: Subscription,
    sequence: number,
    delivery: StoredDelivery,
    waitMs: number,
  ): Promise<void> {
    await this.persist([put('pending', sequence, delivery)]);
    this.around.counts.retries++;
    this.after(waitMs, () => subscription.push(sequence, delivery));
  }

  private async giveUp(sequence: number, delivery: StoredDelivery, why: string): Promise<void> {
    await this.persist([remove('pending', sequence), put('undelivered', sequence, { ...delivery, why })]);
    this.around.counts.pending--;
    this.around.counts.undelivered++;
    this.around.report(`${nameOfEvent(delivery.event)} could not be delivered (${why}); kept as undelivered`);
  }

  // Whatever was thrown, the delivery is kept as undelivered, or stays in the queue where it could not be read.
  private async breakOff(
    subscription: Subscription,
    sequence: number,
    delivery: StoredDelivery | undefined,
    why: string,
  ): Promise<void> {
    if (delivery === undefined) {
      this.around.report(`a delivery by Trigger ${subscription.id} cannot be read (${why}); it is tried again`);
      this.after(COMMIT_PAUSE_MS, () => subscription.push(sequence));
      return;
    }
    await this.giveUp(sequence, delivery, why).catch((error: unknown) => {
      this.around.report(
        `${nameOfEvent(delivery.event)} cannot be kept as undelivered (${messageOf(error)}); it is tried again`,
      );
      this.after(COMMIT_PAUSE_MS, () => void this.breakOff(subscription, sequence, delivery, why));
    });
  }

  private after(waitMs: number, push: () => void): void {
    if (this.stopping.signal.aborted) return;
    const retry = setTimeout(() => {
      this.retries.delete(retry);
      push();
    }, waitMs);
    this.retries.add(retry);
  }
}

function impossible(why: string): DeliveryResult {
  return { kind: 'failed', retryable: false, error: undefined, why };
}
