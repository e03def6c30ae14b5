/** A broker's part for a test of emit-trigger as processes: it delivers until there is an answer, and brings triggers back. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '../../shared/alert/alert.ts';
import type { Parameters } from '../../shared/decision.ts';
import { selectedByRules, TYPES } from './alerts.ts';
import { binary } from './events.ts';
import { type HttpResponse, readEvent, type SeenEvent, type Sent, send } from './http.ts';

/** Where a delivery goes to; asked anew for each try, since a killed process starts again elsewhere. */
export type Address = () => string;

const PAUSE_MS = 200;
const LIMIT_MS = 90_000;

/** Delivers an event until it is handled. */
async function deliver(address: Address, sent: Sent): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while ((await attempt(address, sent)) === undefined) {
    if (Date.now() > deadline) throw new Error('an event without an answer');
    await sleep(PAUSE_MS);
  }
}

/** Undefined where it is to be tried again. */
async function attempt(address: Address, sent: Sent): Promise<HttpResponse | undefined> {
  const answer = await send(address(), sent).catch((): HttpResponse | undefined => undefined);
  return answer !== undefined && answer.status < 500 ? answer : undefined;
}

/** The outcome of a selection. */
export interface Settled extends SeenEvent {
  /** From before its lambda trigger was claimed until that had come back. */
  readonly tookMs: number;
}

/** Delivers a selection, and its lambda trigger back. */
export async function settleSelection(address: Address, sent: Sent): Promise<Settled> {
  const deadline = Date.now() + LIMIT_MS;
  while (Date.now() < deadline) {
    const startedMs = Date.now();
    const answer = await attempt(address, sent);
    const event = answer && seen(answer);
    if (event?.attributes.type === TYPES.trigger) await deliver(address, binary(event.attributes, event.data));
    if (event !== undefined) return { ...event, tookMs: Date.now() - startedMs };
    await sleep(PAUSE_MS);
  }
  throw new Error('a selection without an outcome');
}

/** Works on all of them, some at a time, and answers in their order. */
export async function concurrently<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  const workers = Array.from({ length: width }, async () => {
    for (const [index, item] of waiting) results[index] = await work(item, index);
  });
  await Promise.all(workers);
  return results;
}

/** A restart of a crashing pod, chosen by the rules. */
export function restartOf(pod: string): Sent {
  return selectionFor(pod, 'KubePodCrashLooping', 'pod-restart', { name: pod, namespace: 'shop', type: 'pod' });
}

/** A look at a pod. */
export function lookAt(pod: string): Sent {
  return selectionFor(pod, 'KubePodNotReady', 'pod-check-status', { name: pod, namespace: 'shop' });
}

function selectionFor(pod: string, alertname: string, lambda_function: string, parameters: Parameters): Sent {
  const labels = { alertname, namespace: 'shop', pod };
  const alert: Alert = { alertname, status: 'firing', labels, annotations: {}, startsAt: '2026-11-23T02:31:00.000Z' };
  return binary({ type: TYPES.selected, id: `selected-${pod}` }, selectedByRules(alert, lambda_function, parameters));
}

function seen({ status, headers, text }: HttpResponse): SeenEvent | undefined {
  return status === 200 ? readEvent(headers, text) : undefined;
}
