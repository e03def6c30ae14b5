/** The embedded broker: journals what it accepts, delivers it by the Triggers, and lets replies in again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Eventing, Trigger } from '../eventing/trigger.ts';
import { messageOf } from '../shared/text/message.ts';
import type { Traces } from '../shared/traces/span.ts';
import { type BrokerCounts, noCounts } from './counts.ts';
import { Deliveries } from './deliveries.ts';
import type { Transport } from './dispatch.ts';
import { type WireEvent, withAttributes } from './event.ts';
import { matches } from './filter.ts';
import { incomingTtl, TTL, ttlOf } from './hops.ts';
import { type Change, type Journal, put, remove, type StoredDelivery, unreadableText } from './journal.ts';
import { idOf } from './subscription.ts';
import { withTrace } from './trace.ts';

/** What the broker needs from the outside. */
export interface BrokerSurroundings extends Transport {
  readonly eventing: Eventing;
  readonly journal: Journal;
  readonly traces: Traces;
  ingressUrl(namespace: string, broker: string): string;
  /** Sees every event, replies included, before it is accepted: again where its sender had no answer and sends it again. */
  observe?(event: WireEvent): void;
  /** Whether an event is kept as undelivered though its dead letter was taken. */
  keepsDeadLetter?(trigger: Trigger, event: WireEvent): boolean;
  report(message: string): void;
  now(): Date;
  /** Deliveries at a time to one Trigger's subscriber. */
  readonly concurrency: number;
}

export type Acceptance =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'unknown-broker' };

type Commit = (changes: readonly Change[]) => Promise<void>;

const ERROR_ATTRIBUTES = { knativeerrordest: undefined, knativeerrorcode: undefined, knativeerrordata: undefined };

export class EmbeddedBroker {
  readonly counts: BrokerCounts = noCounts();
  private readonly around: BrokerSurroundings;
  private readonly deliveries: Deliveries;
  /** The Triggers of each Broker. */
  private readonly brokers: ReadonlyMap<string, readonly Trigger[]>;
  private nextSequence = 1;
  private recovering: Promise<void> | undefined;

  constructor(around: BrokerSurroundings) {
    this.around = around;
    const { brokers, triggers } = around.eventing;
    const triggersOf = (id: string) => triggers.filter(({ namespace, broker }) => `${namespace}/${broker}` === id);
    this.brokers = new Map(brokers.map((broker) => [idOf(broker), triggersOf(idOf(broker))]));
    this.deliveries = new Deliveries({
      ...around,
      ...{ triggers, counts: this.counts },
      reenter: (trigger, event, reply, also) => this.reenter(trigger, event, reply, also),
    });
  }

  /** Takes up what an earlier run left; what comes in meanwhile waits. */
  recover(): Promise<void> {
    this.recovering = this.takeUp().finally(() => {
      this.recovering = undefined;
    });
    return this.recovering;
  }

  private async takeUp(): Promise<void> {
    const { journal } = this.around;
    this.nextSequence = 1 + (await journal.lastSequence());
    let unreadable = 0;
    const skip = () => void unreadable++;
    for await (const _ of journal.list('undelivered', skip)) this.counts.undelivered++;
    for await (const { sequence, delivery } of journal.list('pending', skip)) {
      await this.deliveries.add(sequence, delivery);
    }
    if (unreadable > 0) this.around.report(unreadableText(unreadable));
  }

  /** Puts every undelivered event back on its way to its subscriber, and says how many. */
  async redeliver(): Promise<number> {
    let count = 0;
    for await (const { sequence, delivery } of this.around.journal.list('undelivered')) {
      if (!this.deliveries.subscriptions.has(delivery.trigger)) continue;
      const event = withAttributes(delivery.event, ERROR_ATTRIBUTES);
      const again: StoredDelivery = { trigger: delivery.trigger, event, stage: 'subscriber', tried: 0 };
      await this.around.journal.commit([remove('undelivered', sequence), put('pending', sequence, again)]);
      this.counts.undelivered--;
      await this.deliveries.add(sequence, again);
      count++;
    }
    return count;
  }

  /** Journals the event for every Trigger it passes; when this resolves as accepted, it survives a kill. */
  async accept(namespace: string, broker: string, event: WireEvent): Promise<Acceptance> {
    if (this.recovering !== undefined) await this.recovering;
    const ttl = incomingTtl(event);
    if (ttl <= 0) return { kind: 'refused', why: 'the chain of replies is too long (knativebrokerttl is used up)' };
    const triggers = this.brokers.get(idOf({ namespace, name: broker }));
    if (triggers === undefined) return { kind: 'unknown-broker' };
    const traced = withTrace(this.around.traces, event, idOf({ namespace, name: broker }));
    await this.admit(triggers, this.stamped(traced, ttl), [], (changes) => this.around.journal.commit(changes));
    return { kind: 'accepted' };
  }

  /** Stops delivering; what isn't done within `graceMs` stays in the journal for the next run. */
  async stop(graceMs: number): Promise<void> {
    const deadline = new AbortController();
    const grace = sleep(graceMs, undefined, { signal: deadline.signal }).catch(() => undefined);
    await Promise.race([this.deliveries.stop(), grace]);
    deadline.abort();
  }

  private stamped(event: WireEvent, ttl: number): WireEvent {
    return withAttributes(event, { [TTL]: String(ttl), knativearrivaltime: this.around.now().toISOString() });
  }

  // One commit: the event's deliveries in, and (for a reply) the delivery it answers out.
  private async admit(
    triggers: readonly Trigger[],
    event: WireEvent,
    also: readonly Change[],
    commit: Commit,
  ): Promise<void> {
    const added = triggers
      .filter(({ filter }) => filter === undefined || matches(filter, event))
      .map((trigger): { sequence: number; delivery: StoredDelivery } => ({
        sequence: this.nextSequence++,
        delivery: { trigger: idOf(trigger), event, stage: 'subscriber', tried: 0 },
      }));
    const changes = [...added.map(({ sequence, delivery }) => put('pending', sequence, delivery)), ...also];
    // Before the commit takes out the delivery that it answers: a kill in between shows it twice instead of never.
    this.show(event);
    if (changes.length > 0) await commit(changes);
    this.counts.accepted++;
    for (const { sequence, delivery } of added) void this.deliveries.add(sequence, delivery);
  }

  // A fault of the observer must not keep an event out.
  private show(event: WireEvent): void {
    try {
      this.around.observe?.(event);
    } catch (error) {
      this.around.report(`an event could not be shown: ${messageOf(error)}`);
    }
  }

  private async reenter(trigger: Trigger, event: WireEvent, reply: WireEvent, also: Change): Promise<void> {
    const { traceparent, tracestate } = event.passed;
    const trace = { ...(traceparent && { traceparent }), ...(tracestate && { tracestate }) };
    const traced: WireEvent = { ...reply, passed: { ...trace, ...reply.passed } };
    const triggers = this.brokers.get(`${trigger.namespace}/${trigger.broker}`) ?? [];
    const commit: Commit = (changes) => this.deliveries.persist(changes);
    await this.admit(triggers, this.stamped(traced, ttlOf(event) - 1), [also], commit);
    this.counts.replies++;
  }
}
