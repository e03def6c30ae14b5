/** The embedded broker: journals what it accepts, delivers it by the Triggers, and lets replies in again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Eventing, Trigger } from '../eventing/trigger.ts';
import { type BrokerCounts, noCounts } from './counts.ts';
import { carry, type Roads } from './courier.ts';
import { errorAttributes, judgeAnswer, judgeDeadLetterAnswer, nextTry, type Verdict } from './delivery.ts';
import { nameOfEvent, type WireEvent, withAttributes } from './event.ts';
import { matches } from './filter.ts';
import { incomingTtl, TTL, ttlOf } from './hops.ts';
import { type Change, type Journal, put, remove, type StoredDelivery } from './journal.ts';
import { Lane } from './lane.ts';

/** What the broker needs from the outside. */
export interface BrokerSurroundings extends Roads {
  readonly eventing: Eventing;
  readonly journal: Journal;
  ingressUrl(namespace: string, broker: string): string;
  /** Sees every accepted event, replies included. */
  observe?(event: WireEvent): void;
  report(message: string): void;
  now(): Date;
  /** Deliveries at a time to one Trigger's subscriber. */
  readonly concurrency: number;
}

export type Acceptance =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'unknown-broker' };

interface Pending {
  readonly sequence: number;
  /** Undefined where a long queue left it in the journal. */
  readonly delivery: StoredDelivery | undefined;
}

interface Subscription {
  readonly trigger: Trigger;
  readonly lane: Lane<Pending>;
}

const MAX_WAITING_IN_MEMORY = 5_000;
const ERROR_ATTRIBUTES = { knativeerrordest: undefined, knativeerrorcode: undefined, knativeerrordata: undefined };

export class EmbeddedBroker {
  readonly counts: BrokerCounts = noCounts();
  private readonly around: BrokerSurroundings;
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly brokers = new Map<string, Subscription[]>();
  private readonly retries = new Set<NodeJS.Timeout>();
  private nextSequence = 1;
  private recovering: Promise<void> | undefined;
  private stopped = false;

  constructor(around: BrokerSurroundings) {
    this.around = around;
    for (const { namespace, name } of around.eventing.brokers) this.brokers.set(`${namespace}/${name}`, []);
    for (const trigger of around.eventing.triggers) {
      const lane = new Lane<Pending>(around.concurrency, (pending) => this.deliverSafely(trigger, pending));
      this.subscriptions.set(idOf(trigger), { trigger, lane });
      this.brokers.get(`${trigger.namespace}/${trigger.broker}`)?.push({ trigger, lane });
    }
  }

  /** Takes up what an earlier run left; what comes in meanwhile waits. */
  recover(): Promise<void> {
    this.recovering = this.takeUp().finally(() => {
      this.recovering = undefined;
    });
    return this.recovering;
  }

  private async takeUp(): Promise<void> {
    this.nextSequence = 1 + (await this.around.journal.lastSequence());
    for await (const _ of this.around.journal.list('undelivered')) this.counts.undelivered++;
    for await (const { sequence, delivery } of this.around.journal.list('pending')) {
      this.enqueue(sequence, delivery);
      if (this.subscriptions.has(delivery.trigger)) continue;
      await this.giveUp(sequence, delivery, `no file declares its Trigger ${delivery.trigger} any more`);
    }
  }

  /** Puts every undelivered event back on its way to its subscriber, and says how many. */
  async redeliver(): Promise<number> {
    let count = 0;
    for await (const { sequence, delivery } of this.around.journal.list('undelivered')) {
      if (!this.subscriptions.has(delivery.trigger)) continue;
      const event = withAttributes(delivery.event, ERROR_ATTRIBUTES);
      const again: StoredDelivery = { trigger: delivery.trigger, event, stage: 'subscriber', tried: 0 };
      await this.around.journal.commit([remove('undelivered', sequence), put('pending', sequence, again)]);
      this.counts.undelivered--;
      this.enqueue(sequence, again);
      count++;
    }
    return count;
  }

  /** Journals the event for every Trigger it passes; when this resolves as accepted, it survives a kill. */
  async accept(namespace: string, broker: string, event: WireEvent): Promise<Acceptance> {
    if (this.recovering !== undefined) await this.recovering;
    const ttl = incomingTtl(event);
    if (ttl <= 0) return { kind: 'refused', why: 'the chain of replies is too long (knativebrokerttl is used up)' };
    const subscriptions = this.brokers.get(`${namespace}/${broker}`);
    if (subscriptions === undefined) return { kind: 'unknown-broker' };
    await this.admit(subscriptions, this.stamped(event, ttl), []);
    return { kind: 'accepted' };
  }

  /** Stops delivering; what isn't done within `graceMs` stays in the journal for the next run. */
  async stop(graceMs: number): Promise<void> {
    this.stopped = true;
    for (const retry of this.retries) clearTimeout(retry);
    const idle = Promise.all([...this.subscriptions.values()].map(({ lane }) => lane.stop()));
    const deadline = new AbortController();
    const grace = sleep(graceMs, undefined, { signal: deadline.signal }).catch(() => undefined);
    await Promise.race([idle, grace]);
    deadline.abort();
  }

  private stamped(event: WireEvent, ttl: number): WireEvent {
    return withAttributes(event, { [TTL]: String(ttl), knativearrivaltime: this.around.now().toISOString() });
  }

  // One commit: the event's deliveries in, and (for a reply) the delivery it answers out.
  private async admit(
    subscriptions: readonly Subscription[],
    event: WireEvent,
    also: readonly Change[],
  ): Promise<void> {
    const added: { sequence: number; delivery: StoredDelivery }[] = [];
    for (const { trigger } of subscriptions) {
      if (trigger.filter !== undefined && !matches(trigger.filter, event)) continue;
      const delivery: StoredDelivery = { trigger: idOf(trigger), event, stage: 'subscriber', tried: 0 };
      added.push({ sequence: this.nextSequence++, delivery });
    }
    const changes = [...added.map(({ sequence, delivery }) => put('pending', sequence, delivery)), ...also];
    if (changes.length > 0) await this.around.journal.commit(changes);
    this.counts.accepted++;
    for (const { sequence, delivery } of added) this.enqueue(sequence, delivery);
    this.around.observe?.(event);
  }

  private enqueue(sequence: number, delivery: StoredDelivery): void {
    this.counts.pending++;
    this.line(sequence, delivery);
  }

  private line(sequence: number, delivery: StoredDelivery): void {
    const lane = this.subscriptions.get(delivery.trigger)?.lane;
    lane?.push({ sequence, delivery: lane.waiting < MAX_WAITING_IN_MEMORY ? delivery : undefined });
  }

  private async deliverSafely(trigger: Trigger, pending: Pending): Promise<void> {
    try {
      const delivery = pending.delivery ?? (await this.around.journal.read('pending', pending.sequence));
      if (delivery !== undefined) await this.deliver(trigger, pending.sequence, delivery);
    } catch (error) {
      if (this.stopped) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.around.report(`delivery by Trigger ${idOf(trigger)} broke off (${reason}); it is repeated after a restart`);
    }
  }

  private async deliver(trigger: Trigger, sequence: number, delivery: StoredDelivery): Promise<void> {
    const dead = delivery.stage === 'deadletter';
    const destination = dead ? trigger.deadLetterSink : trigger.subscriber;
    if (destination === undefined) return this.giveUp(sequence, delivery, 'its Trigger has no dead letter sink now');
    const { answer, url } = await carry(this.around, trigger, destination, delivery);
    if (this.stopped && answer.kind !== 'response') return;
    const verdict = dead ? judgeDeadLetterAnswer(answer) : judgeAnswer(answer, ttlOf(delivery.event));
    await this.conclude(trigger, sequence, delivery, verdict, url);
  }

  private async conclude(
    trigger: Trigger,
    sequence: number,
    delivery: StoredDelivery,
    verdict: Verdict,
    url: string,
  ): Promise<void> {
    switch (verdict.kind) {
      case 'done':
        await this.around.journal.commit([remove('pending', sequence)]);
        break;
      case 'reply':
        await this.reenter(trigger, sequence, delivery.event, verdict.event);
        break;
      case 'failed':
        return this.fail(trigger, sequence, delivery, verdict, url);
    }
    this.counts.pending--;
    if (delivery.stage === 'deadletter') this.counts.deadLettered++;
    else this.counts.delivered++;
  }

  private async reenter(trigger: Trigger, sequence: number, event: WireEvent, reply: WireEvent): Promise<void> {
    const { traceparent, tracestate } = event.passed;
    const trace = { ...(traceparent && { traceparent }), ...(tracestate && { tracestate }) };
    const traced: WireEvent = { ...reply, passed: { ...trace, ...reply.passed } };
    const subscriptions = this.brokers.get(`${trigger.namespace}/${trigger.broker}`) ?? [];
    await this.admit(subscriptions, this.stamped(traced, ttlOf(event) - 1), [remove('pending', sequence)]);
    this.counts.replies++;
  }

  private async fail(
    trigger: Trigger,
    sequence: number,
    delivery: StoredDelivery,
    verdict: Extract<Verdict, { kind: 'failed' }>,
    url: string,
  ): Promise<void> {
    const tried = delivery.tried + 1;
    const waitMs = nextTry(trigger.delivery, tried, verdict);
    if (waitMs !== undefined) return this.retryLater(sequence, { ...delivery, tried }, waitMs);
    if (delivery.stage === 'deadletter' || trigger.deadLetterSink === undefined) {
      return this.giveUp(sequence, delivery, `${url}: ${verdict.why}`);
    }
    const origin = verdict.error?.at === 'broker' ? this.around.ingressUrl(trigger.namespace, trigger.broker) : url;
    const event = withAttributes(delivery.event, errorAttributes(verdict.error, origin));
    const letter: StoredDelivery = { ...delivery, event, stage: 'deadletter', tried: 0 };
    await this.around.journal.commit([put('pending', sequence, letter)]);
    this.around.report(`${nameOfEvent(event)} to ${url} failed (${verdict.why}); it goes to the dead letter sink`);
    this.line(sequence, letter);
  }

  private async retryLater(sequence: number, delivery: StoredDelivery, waitMs: number): Promise<void> {
    await this.around.journal.commit([put('pending', sequence, delivery)]);
    this.counts.retries++;
    if (this.stopped) return;
    const retry = setTimeout(() => {
      this.retries.delete(retry);
      this.line(sequence, delivery);
    }, waitMs);
    this.retries.add(retry);
  }

  private async giveUp(sequence: number, delivery: StoredDelivery, why: string): Promise<void> {
    await this.around.journal.commit([remove('pending', sequence), put('undelivered', sequence, { ...delivery, why })]);
    this.counts.pending--;
    this.counts.undelivered++;
    this.around.report(`${nameOfEvent(delivery.event)} could not be delivered (${why}); kept as undelivered`);
  }
}

function idOf({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}
