/** emit-trigger with everything around it that can go wrong: a broker that repeats and reorders, losses, outages, a clock. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { issueToken, selectionHash } from '../../functions/emit-trigger/approvals.ts';
import { triggerIdOf } from '../../functions/emit-trigger/decide.ts';
import type { Desk } from '../../functions/emit-trigger/desk.ts';
import emitTrigger from '../../functions/emit-trigger/index.ts';
import { ledgerOn, type Store } from '../../functions/emit-trigger/ledger/ledger.ts';
import { type Alert, episodeOf } from '../../shared/alert/alert.ts';
import type { CloudEvent } from '../../shared/cloudevents/attributes.ts';
import { type Config, readConfig } from '../../shared/config.ts';
import { AsreError } from '../../shared/errors.ts';
import {
  alertResolved,
  approvalDenied,
  approvalGranted,
  approvalRequested,
  lambdaFinished,
  lambdaTrigger,
  remediationIneffective,
  remediationSelected,
} from '../../shared/events/index.ts';
import type { LambdaFinished } from '../../shared/events/lambda-finished.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import { type KeySource, passingKey } from '../../shared/keys.ts';
import { createLog } from '../../shared/log.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import { compileRemediation, type RemediationSection } from '../../shared/runbook/remediation.ts';
import { eventOf } from '../../shared/runtime/handling/effect.ts';
import { runHandler } from '../../shared/runtime/handling/handler.ts';
import type { Incoming } from '../../shared/runtime/request/incoming.ts';
import { NO_SPAN } from '../../shared/traces/span.ts';
import { selectedByRules } from './alerts.ts';
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

export const FORGERIES = ['failed', 'done', 'sent', 'asked', 'ineffective', 'approval'] as const;
export type Forgery = (typeof FORGERIES)[number];

/** One call of the function, and what came of it. */
export interface Handled {
  readonly event: CloudEvent;
  readonly startedMs: number;
  readonly mode: Config['AGENT_SRE_MODE'];
  /** Of all calls: when it began, and when it was answered. */
  readonly began: number;
  readonly ended: number;
  readonly outcome: 'reply' | 'done' | 'reject' | 'retry';
  readonly answer: CloudEvent | undefined;
}

/** What can be wrong with the ledger. */
interface Faults {
  /** `down`: it takes nothing. `mute`: it takes what it is given, and the answer that it has is lost. */
  state: 'up' | 'down' | 'mute';
  kill: { readonly call: number; readonly afterMs: number } | undefined;
}

/** A delivery on its way. */
interface Pending {
  readonly event: CloudEvent;
}

export class World {
  readonly handled: Handled[] = [];
  readonly alerts: readonly Alert[];
  nowMs = START_MS;
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
  private calls = 0;
  private sent = 0;

  constructor(alerts: readonly Alert[], section: RemediationSection, place: Place, replicas: number) {
    this.alerts = alerts;
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
        return this.publish(selectionOf(this.alertAt(action.alert), this.now()));
      case 'resolve':
        return this.publish(resolutionOf(this.alertAt(action.alert), this.now()));
      case 'grant':
      case 'deny':
        return this.answer(action);
      case 'finish':
        return this.finish(action);
      case 'return':
        return this.publish(at(this.of(lambdaTrigger.type), action.trigger));
      case 'forge':
        return this.publish(this.forged(action));
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
    const { runbook, keys, now } = this;
    this.stores = Array.from({ length: this.replicas }, () => this.faulty(this.place.open(now)));
    this.desks = this.stores.map((store) => ({ ledger: ledgerOn(store), runbook, keys, signingKeys: undefined, now }));
  }

  async close(): Promise<void> {
    await Promise.all(this.desks.map(({ ledger }) => ledger.close()));
  }

  private wait(ms: number): void {
    this.nowMs += ms;
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
    this.publish(eventNamed(lambdaFinished.type, `lambda-${++this.sent}`, finished, this.now()));
  }

  private forged({ what, alert, attempt }: Action & { kind: 'forge' }): CloudEvent {
    const selected = selectionOf(this.alertAt(alert), this.now());
    const selection = selected.data as Selection;
    const correlation_id = correlationOf(selection.alert);
    const trigger_id = triggerIdOf(correlation_id, attempt);
    const of = { selection, correlation_id, trigger_id, attempt };
    const until = new Date(this.nowMs + 900_000).toISOString();
    const named = (type: string, data: object, id = `forged-${++this.sent}`) => eventNamed(type, id, data, this.now());
    const { alert: _, method: triggered_by, ...call } = selection;
    switch (what) {
      case 'failed':
      case 'done':
        return named(lambdaFinished.type, { ...lambdaFinished.example, correlation_id, trigger_id, outcome: what });
      case 'sent': {
        const policy_hash = lambdaTrigger.example.policy_hash;
        const data = { ...call, alert: selection.alert, triggered_by, correlation_id, attempt, policy_hash };
        return named(lambdaTrigger.type, data, trigger_id);
      }
      case 'asked':
        return named(approvalRequested.type, { ...approvalRequested.example, selection, attempt, expires_at: until });
      case 'ineffective':
        return named(remediationIneffective.type, { ...remediationIneffective.example, ...of });
      case 'approval': {
        const ticket = { correlationId: correlation_id, attempt, selection: selectionHash(selection) };
        const token = issueToken({ ...ticket, expiresMs: this.nowMs + 900_000 }, passingKey()());
        return named(approvalGranted.type, { token, approver: 'mallory' });
      }
      default:
        return what satisfies never;
    }
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
    const [began, startedMs, mode] = [++this.calls, this.nowMs, this.mode];
    const incoming = incomingOf(event);
    const outcome = await runHandler(emitTrigger, incoming, {
      state,
      config,
      log: LOG,
      clock: () => this.nowMs,
      span: NO_SPAN,
    });
    const answer = eventOf(outcome, incoming, emitTrigger.name, this.now());
    const handled = { event, startedMs, mode, began, ended: ++this.calls, outcome: outcome.outcome, answer };
    this.handled.push(handled);
    return handled;
  }

  /** What the ledger holds under a key. */
  async recorded(key: string): Promise<unknown> {
    const [found] = (await this.stores[0]?.read([key])) ?? [];
    return found?.record;
  }

  private faulty(store: Store): Store {
    const failed = () => new AsreError('ASRE_LEDGER_FAILED', 'away');
    return {
      ...store,
      read: async (keys) => {
        if (this.faults.state === 'down') throw failed();
        return structuredClone(await this.meetingItsEnd(() => store.read(keys)));
      },
      write: async (versions, writes) => {
        if (this.faults.state === 'down') throw failed();
        const isWritten = await this.meetingItsEnd(() => store.write(versions, structuredClone(writes)));
        if (this.faults.state === 'mute') throw failed();
        return isWritten;
      },
    };
  }

  /** A call of the store, which may be killed while it works on it. */
  private async meetingItsEnd<Result>(call: () => Promise<Result>): Promise<Result> {
    const { faults, place } = this;
    if (faults.kill === undefined || place.kill === undefined) return call();
    const { call: left, afterMs } = faults.kill;
    faults.kill = left > 1 ? { call: left - 1, afterMs } : undefined;
    if (left > 1) return call();
    const result = call();
    result.catch(() => undefined);
    if (afterMs > 0) await sleep(afterMs);
    await place.kill();
    return result;
  }
}

/** A pod that crashes; of one that is waiting only a look is taken. */
export function podAlert(
  namespace: string,
  pod: string,
  more: Readonly<Record<string, string>> = {},
  alertname = 'PodOOMKilled',
): Alert {
  const labels = { alertname, namespace, pod, ...more };
  return { alertname, status: 'firing', labels, annotations: {}, startsAt: '2026-11-23T02:31:00.000Z' };
}

export function correlationOf(alert: Alert): string {
  return episodeOf(alert).correlationId;
}

function selectionOf(alert: Alert, now: Date): CloudEvent {
  const { namespace = '', pod = '', phase } = alert.labels;
  const looks = phase !== undefined;
  const parameters = looks ? { name: pod, namespace } : { name: pod, namespace, type: 'pod' };
  const lambda_function = looks ? 'pod-check-status' : 'pod-restart';
  const data = selectedByRules(alert, lambda_function, parameters);
  return eventNamed(remediationSelected.type, `selected-${correlationOf(alert)}`, data, now);
}

function resolutionOf(alert: Alert, now: Date): CloudEvent {
  return eventNamed(alertResolved.type, `resolved-${correlationOf(alert)}`, { ...alert, status: 'resolved' }, now);
}

function eventNamed(type: string, id: string, data: unknown, now: Date): CloudEvent {
  const attributes = { specversion: '1.0', id, source: '/test', type, time: now.toISOString() };
  return { attributes, data };
}

function incomingOf({ attributes, data }: CloudEvent): Incoming {
  const { id = '', source = '', type = '', time, hop = '0' } = attributes;
  const read = { id, source, type, time, hop: Number(hop), attributes: { ...attributes } as Incoming['attributes'] };
  return { ...read, readData: () => structuredClone(data), prefersReply: true, fromBroker: true };
}

function at<Item>(items: readonly Item[], fromEnd: number): Item | undefined {
  return items.length === 0 ? undefined : items[items.length - 1 - (fromEnd % items.length)];
}
