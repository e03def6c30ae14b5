/** An embedded broker for tests, its subscribers played by a function. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type BrokerSurroundings, EmbeddedBroker } from '../../broker/broker.ts';
import type { WireEvent } from '../../broker/event.ts';
import type { Journal } from '../../broker/journal.ts';
import { parseEventing } from '../../eventing/trigger.ts';
import { targetOf } from '../../shared/http/client.ts';
import type { Exchange } from '../../shared/http/exchange.ts';
import { NO_TRACES } from '../../shared/traces/span.ts';

const BROKER = 'apiVersion: eventing.knative.dev/v1\nkind: Broker\nmetadata: {name: default}\n---\n';
export const OK: Exchange = { kind: 'response', status: 204, headers: {}, body: Buffer.alloc(0) };
export const BROKEN: Exchange = { kind: 'response', status: 500, headers: {}, body: Buffer.from('broken') };

/** A Trigger that delivers everything to http://<name>/. */
export function triggerYaml(name: string, delivery: string): string {
  return `apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata: {name: ${name}}
spec: {broker: default, subscriber: {uri: "http://${name}/"}, delivery: ${delivery}}
---
`;
}

/** A broker with these Triggers; `answer` plays every subscriber and dead letter sink. */
export function brokerOf(
  journal: Journal,
  yaml: string,
  answer: (url: string, headers: Readonly<Record<string, string>>) => Exchange | Promise<Exchange>,
  more: Partial<BrokerSurroundings> = {},
): EmbeddedBroker {
  return new EmbeddedBroker({
    eventing: parseEventing([{ name: 'test.yaml', text: BROKER + yaml }]),
    journal,
    traces: NO_TRACES,
    dispatcher: { send: async ({ url }, headers) => answer(url, headers), close: () => undefined },
    resolve: (destination) => targetOf(destination.kind === 'uri' ? destination.uri : 'http://unknown/'),
    ingressUrl: () => 'http://broker/',
    report: () => undefined,
    now: () => new Date(0),
    concurrency: 16,
    ...more,
  });
}

export function event(id: string, more: Partial<WireEvent> = {}): WireEvent {
  const attributes = { id, source: '/t', type: 't', specversion: '1.0' };
  return { attributes, contentType: undefined, body: Buffer.from(id), passed: {}, ...more };
}

/** The ids that stand in an area of the journal. */
export async function idsIn(journal: Journal, area: 'pending' | 'undelivered'): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for await (const { delivery } of journal.list(area)) found.push(delivery.event.attributes.id);
  return found;
}

export async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition() && waited < 10_000; waited += 5) await sleep(5);
}
