/** Sends one delivery to its subscriber or dead letter sink: the request that Knative's data plane would send. */

import type { Destination } from '../eventing/convert.ts';
import type { Trigger } from '../eventing/trigger.ts';
import { binaryHeaders, STRUCTURED_TYPE, structuredBody } from '../shared/cloudevents/write.ts';
import type { HttpClient, Target } from '../shared/http/client.ts';
import type { Exchange } from '../shared/http/exchange.ts';
import { messageOf } from '../shared/text/message.ts';
import type { TraceContext } from '../shared/traces/span.ts';
import { withAttributes } from './event.ts';
import { TTL } from './hops.ts';
import type { StoredDelivery } from './journal.ts';

type Headers = Readonly<Record<string, string>>;

export interface Transport {
  readonly dispatcher: HttpClient;
  /** The address of a subscriber or sink that is ready to be called; starts it if needed. */
  resolve(destination: Destination): Target | Promise<Target>;
}

// The MT broker has no time-out of its own; this is Knative Serving's for a revision.
const DEFAULT_TIMEOUT_MS = 300_000;

/** Sends the delivery once; never rejects. `trace` is that of this try, which goes into the headers of the request. */
export async function dispatch(
  transport: Transport,
  trigger: Trigger,
  destination: Destination,
  delivery: StoredDelivery,
  trace: TraceContext | undefined,
): Promise<{ exchange: Exchange; url: string }> {
  let target: Target;
  try {
    const resolved = transport.resolve(destination);
    target = resolved instanceof Promise ? await resolved : resolved;
  } catch (error) {
    const message = messageOf(error);
    return { exchange: { kind: 'unreachable', message }, url: describeDestination(destination) };
  }
  const { headers, body } = requestOf(trigger, delivery, trace);
  const timeoutMs = trigger.delivery.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return { exchange: await transport.dispatcher.send(target, headers, body, timeoutMs), url: target.url };
}

function requestOf(
  trigger: Trigger,
  { event, stage }: StoredDelivery,
  trace: TraceContext | undefined,
): { headers: Headers; body: Buffer } {
  // The dead letter sink sees the hop limit and is not asked for a reply (Knative eventing 0.47, observed).
  const isLetter = stage === 'deadletter';
  const shown = isLetter ? event : withAttributes(event, { [TTL]: undefined });
  const common: Record<string, string> = { ...event.passed };
  if (trace !== undefined) Object.assign(common, trace);
  common['kn-namespace'] = trigger.namespace;
  if (!isLetter) common.prefer = 'reply';
  if (trigger.delivery.format === 'binary') {
    return { headers: Object.assign(common, binaryHeaders(shown.attributes, event.contentType)), body: event.body };
  }
  return { headers: { ...common, 'content-type': STRUCTURED_TYPE }, body: structuredBody(shown) };
}

function describeDestination(destination: Destination): string {
  return destination.kind === 'uri' ? destination.uri : `${destination.kind} ${destination.name}`;
}
