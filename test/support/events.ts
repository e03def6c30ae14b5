/** Events as senders put them on the wire. */
import { binaryHeaders } from '../../shared/cloudevents/write.ts';
import type { Sent } from './http.ts';

/** A broker's delivery to a subscriber: it takes a reply. */
export const FROM_BROKER = { prefer: 'reply', 'kn-namespace': 'default' };
/** A broker's delivery to a dead letter sink: a reply would be thrown away. */
export const DEAD_LETTER = {
  'kn-namespace': 'default',
  'ce-knativeerrordest': 'http://tier.default.svc.cluster.local/',
  'ce-knativeerrorcode': '503',
};

type Attributes = Readonly<Record<string, string>>;

export const REQUIRED = { specversion: '1.0', id: 'a-1', source: '/test' };
const TIME = '2026-11-23T02:31:07.000Z';

/** Binary mode, as brokers deliver it. */
export function binary(attributes: Attributes, data: unknown, headers: Attributes = FROM_BROKER): Sent {
  const all = { ...REQUIRED, time: TIME, ...attributes };
  return { headers: { ...binaryHeaders(all, 'application/json'), ...headers }, body: JSON.stringify(data) };
}

/** Structured mode. `attributes` may hold anything that JSON can, so that malformed events can be written too. */
export function structured(attributes: Readonly<Record<string, unknown>>, headers: Attributes = FROM_BROKER): Sent {
  const event = { ...REQUIRED, time: TIME, datacontenttype: 'application/json', ...attributes };
  return {
    headers: { 'content-type': 'application/cloudevents+json; charset=utf-8', ...headers },
    body: JSON.stringify(event),
  };
}

/** As `kn event send --to URL` and `func invoke` write it: id, source, type, time and data only, and no reply asked for. */
export function sentByHand(type: string, data: unknown): Sent {
  const attributes = { id: '7c9b2c0e-9a52-4b0a-b7e4-0c6f3a3c1f10', source: 'kn-event/v1.23.0', type };
  return binary(attributes, data, {});
}

/** The event without one of its attributes, in binary mode. */
export function without(sent: Sent, header: string): Sent {
  const headers = Object.entries(sent.headers ?? {}).filter(([name]) => name !== header);
  return { ...sent, headers: Object.fromEntries(headers) };
}
