import fastq from 'fastq';
import type { Trigger } from '../eventing/trigger.ts';
import type { StoredDelivery } from './journal.ts';

/** A delivery in line. */
export interface Pending {
  readonly sequence: number;
  /** Undefined where a long queue left it in the journal. */
  readonly delivery: StoredDelivery | undefined;
}

const MAX_WAITING_IN_MEMORY = 5_000;

/** A Trigger and its deliveries: so many at a time, the others in line. */
export class Subscription {
  readonly trigger: Trigger;
  private readonly queue: fastq.queue<Pending>;
  private waiting = 0; // fastq counts by walking
  private stopped = false;

  /** `deliver` must not reject. */
  constructor(
    trigger: Trigger,
    concurrency: number,
    deliver: (subscription: Subscription, pending: Pending) => Promise<void>,
  ) {
    this.trigger = trigger;
    this.queue = fastq<unknown, Pending>((pending, done) => {
      this.waiting--;
      void deliver(this, pending).finally(() => done(null));
    }, concurrency);
  }

  get id(): string {
    return idOf(this.trigger);
  }

  /** Puts a delivery at the end of the line; without its content it is read from the journal. */
  push(sequence: number, delivery?: StoredDelivery): void {
    if (this.stopped) return;
    const isKept = this.waiting++ < MAX_WAITING_IN_MEMORY;
    this.queue.push({ sequence, delivery: isKept ? delivery : undefined });
  }

  /** Starts nothing new; resolves when the work in progress has ended. */
  stop(): Promise<void> {
    this.stopped = true;
    this.queue.kill();
    if (this.queue.running() === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.queue.drain = resolve;
    });
  }
}

/** `namespace/name`, as the journal names a Trigger. */
export function idOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}
