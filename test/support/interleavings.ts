/** emit-trigger with everything around it that can go wrong: a broker that repeats and reorders, losses, outages, a clock. */
import { join } from 'node:path';
import type { Desk } from '../../functions/emit-trigger/desk.ts';
import emitTrigger from '../../functions/emit-trigger/index.ts';
import type { Alert } from '../../shared/alert/alert.ts';
import type { CloudEvent } from '../../shared/cloudevents/attributes.ts';
import { type Config, readConfig } from '../../shared/config.ts';
import {
  approvalDenied,
  approvalGranted,
  approvalRequested,
  lambdaFinished,
  lambdaTrigger,
} from '../../shared/events/index.ts';
import type { LambdaFinished } from '../../shared/events/lambda-finished.ts';
import { withSignature, withWebhookSignature } from '../../shared/events/signature.ts';
import { type KeySource, passingKey } from '../../shared/keys.ts';
import { ledgerOn, type Store } from '../../shared/ledger/ledger.ts';
import { createLog } from '../../shared/log.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import { compileRemediation, type RemediationSection } from '../../shared/runbook/remediation.ts';
import { eventOf } from '../../shared/runtime/handling/effect.ts';
import { runHandler } from '../../shared/runtime/handling/handler.ts';
import { NO_SPAN } from '../../shared/traces/span.ts';
import { type Faults, faulty } from './faulty-store.ts';
import { eventNamed, type Forgery, forgedBy, incomingOf, resolutionOf, selectionOf } from './interleavings-events.ts';
import type { Place } from './stores.ts';

const GOOD = loadRunbook(join(import.meta.dirname, '../fixtures/runbook/good'), { entries: 'pinned' });
const START_MS = Date.parse('2026-11-23T02:31:00Z');
const ACCEPTED = new Set(emitTrigger.handlers.map(({ definition }) => definition.type));
const LOG = createLog('test', 'silent');
const STEP_MS = 4_000; // longer than a claim is held

/** What may happen. Indexes count from the end of what there is: they always mean something. */
export type Action =
  | { readonly kind: 'fire' | 'resolve'; readonly alert: number }
  | { readonly kind: 'grant' | 'deny'; readonly question: number }
  | { readonly kind: 'finish'; readonly trigger: number; readonly outcome: LambdaFinished['outcome'] }
  /** A lambda trigger comes back from the broker. */
  | { readonly kind: 'return'; readonly trigger: number }
  /** A stranger claims something of an attempt of the alert's episode; the ids can be computed by anyone. */
  | { readonly kind: 'forge'; readonly what: Forgery; readonly alert: number; readonly attempt: number }
  | { readonly kind: 'repeat'; readonly event: number }
  | { readonly kind: 'deliver'; readonly events: readonly number[]; readonly loses: boolean }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'ledger'; readonly state: Faults['state'] }
  /** The ledger's process is killed so long after it got one of the next calls. */
  | { readonly kind: 'kill'; readonly call: number; readonly afterMs: number }
  | { readonly kind: 'mode'; readonly mode: Config['AGENT_SRE_MODE'] }
  | { readonly kind: 'restart' };

/** One call of the function, and what came of it. */
export interface Handled {
  readonly event: CloudEvent;
  readonly startedMs: number;
  /** How much time has passed until then, whatever the clock was set to. */
  readonly passedMs: number;
  readonly mode: Config['AGENT_SRE_MODE'];
  /** Of all calls: when it began, and when it was answered. */
  readonly began: number;
  readonly ended: number;
  readonly outcome: 'reply' | 'done' | 'reject' | 'retry';
  readonly answer: CloudEvent | undefined;
}

/** A delivery on its way. */
interface Pending {
  readonly event: CloudEvent;
}

export class World {
  readonly handled: Handled[] = [];
  readonly alerts: readonly Alert[];
  nowMs = START_MS;
  private passedMs = 0;
  /** The latest that the clock has shown. */
  latestMs = START_MS;
  private readonly runbook: Desk['runbook'];
  private readonly place: Place;
  private readonly faults: Faults = { state: 'up', kill: undefined };
  private readonly keys: KeySource = passingKey();
  private stores: readonly Store[] = [];
  private desks: readonly Desk[] = [];
  private pending: Pending[] = [];
  private readonly published: CloudEvent[] = [];
  private mode: Config['AGENT_SRE_MODE'] = 'auto';
  private readonly replicas: number;
  /** Undefined where the functions do not sign. */
  readonly signingKeys: KeySource | undefined;
  private calls = 0;
  private sent = 0;

  constructor(
    alerts: readonly Alert[],
    section: RemediationSection,
    place: Place,
    { replicas, signs }: { readonly replicas: number; readonly signs: boolean },
  ) {
    this.alerts = alerts;
    this.signingKeys = signs ? passingKey() : undefined;
    this.replicas = Math.min(replicas, place.replicas);
    this.runbook = { ...GOOD, policy: { ...GOOD.policy, remediation: compileRemediation(section) } };
    this.place = place;
    this.open();
  }

  readonly now = () => new Date(this.nowMs);

  async run(actions: readonly Action[]): Promise<void> {
    for (const action of actions) await this.act(action);
    await this.settle();
  }

  async act(action: Action): Promise<void> {
    switch (action.kind) {
      case 'fire':
        return this.publish(withSignature(selectionOf(this.alertAt(action.alert), this.now()), this.signingKeys));
      case 'resolve':
        return this.publish(
          withWebhookSignature(resolutionOf(this.alertAt(action.alert), this.now()), this.signingKeys),
        );
      case 'grant':
      case 'deny':
        return this.answer(action);
      case 'finish':
        return this.finish(action);
      case 'return':
        return this.publish(at(this.of(lambdaTrigger.type), action.trigger));
      case 'forge':
        return this.publish(forgedBy(action, this.alertAt(action.alert), `forged-${++this.sent}`, this.now()));
      case 'repeat':
        return this.publish(at(this.published, action.event));
      case 'deliver':
        return this.deliver(action.events, action.loses);
      case 'wait':
        this.wait(action.ms);
        return;
      case 'ledger':
        this.faults.state = action.state;
        return;
      case 'kill':
        this.faults.kill = action;
        return;
      case 'mode':
        this.mode = action.mode;
        return;
      case 'restart':
        await this.close();
        return this.open();
      default:
        return action satisfies never;
    }
  }

  /** Everything works again, and every delivery comes to its end. */
  private async settle(): Promise<void> {
    this.faults.state = 'up';
    this.mode = 'auto';
    for (let round = 0; this.pending.length > 0; round++) {
      if (round > 30)
        throw new Error(`deliveries without an end: ${this.pending.map(({ event }) => event.attributes.type)}`);
      this.wait(STEP_MS);
      await this.deliver(
        this.pending.map((_, index) => index),
        false,
      );
    }
  }

  private open(): void {
    const { runbook, keys, signingKeys, now } = this;
    this.stores = Array.from({ length: this.replicas }, () => faulty(this.place.open(now), this.faults, this.place));
    this.desks = this.stores.map((store) => ({ ledger: ledgerOn(store), runbook, keys, signingKeys, now }));
  }

  async close(): Promise<void> {
    await Promise.all(this.desks.map(({ ledger }) => ledger.close()));
  }

  private wait(ms: number): void {
    this.nowMs += ms;
    this.passedMs += Math.max(0, ms); // less than none: the clock is set back
    this.latestMs = Math.max(this.latestMs, this.nowMs);
  }

  private alertAt(index: number): Alert {
    return this.alerts[index % this.alerts.length] as Alert;
  }

  private publish(event: CloudEvent | undefined): void {
    if (event === undefined) return;
    this.published.push(event);
    if (ACCEPTED.has(event.attributes.type ?? '')) this.pending.push({ event });
  }

  private answer({ kind, question }: Action & { kind: 'grant' | 'deny' }): void {
    const asked = at(this.of(approvalRequested.type), question);
    if (asked === undefined) return;
    const { token } = asked.data as { token: string };
    const type = kind === 'grant' ? approvalGranted.type : approvalDenied.type;
    this.publish(eventNamed(type, `person-${++this.sent}`, { token, approver: 'mira' }, this.now()));
  }

  private finish({ trigger, outcome }: Action & { kind: 'finish' }): void {
    const triggered = at(this.of(lambdaTrigger.type), trigger);
    if (triggered === undefined) return;
    const { lambda_function, parameters, correlation_id } = triggered.data as Record<string, unknown>;
    const data = { lambda_function, parameters, correlation_id, trigger_id: triggered.attributes.id, outcome };
    const finished = { ...data, code: outcome, message: outcome, duration_ms: 1 };
    const event = eventNamed(lambdaFinished.type, `lambda-${++this.sent}`, finished, this.now());
    this.publish(withSignature(event, this.signingKeys));
  }

  private of(type: string): CloudEvent[] {
    return this.published.filter(({ attributes }) => attributes.type === type);
  }

  /** Delivers these at the same time, each to another replica. What is retried or lost stays on its way. */
  private async deliver(indexes: readonly number[], loses: boolean): Promise<void> {
    const chosen = new Set(indexes.map((index) => at(this.pending, index)).filter((each) => each !== undefined));
    this.pending = this.pending.filter((each) => !chosen.has(each));
    const calls = [...chosen].map(async (delivery, index) => {
      const { outcome, answer } = await this.call(delivery.event, this.desks[index % this.desks.length] as Desk);
      if (outcome === 'retry' || (loses && index === 0)) this.pending.push(delivery);
      else if (answer !== undefined) this.publish(answer);
    });
    await Promise.all(calls);
  }

  private async call(event: CloudEvent, state: Desk): Promise<Handled> {
    const config = readConfig({ AGENT_SRE_MODE: this.mode });
    const [began, startedMs, passedMs, mode] = [++this.calls, this.nowMs, this.passedMs, this.mode];
    const incoming = incomingOf(event);
    const context = { state, config, log: LOG, clock: () => this.nowMs, span: NO_SPAN };
    const outcome = await runHandler(emitTrigger, incoming, context);
    const said = eventOf(outcome, incoming, emitTrigger.name, this.now());
    const answer = said && withSignature(said, this.signingKeys);
    const handled = { event, startedMs, passedMs, mode, began, ended: ++this.calls, outcome: outcome.outcome, answer };
    this.handled.push(handled);
    return handled;
  }

  /** What the ledger holds under a key. */
  async recorded(key: string): Promise<unknown> {
    const [found] = (await this.stores[0]?.read([key])) ?? [];
    return found?.record;
  }
}

function at<Item>(items: readonly Item[], fromEnd: number): Item | undefined {
  return items.length === 0 ? undefined : items[items.length - 1 - (fromEnd % items.length)];
}
