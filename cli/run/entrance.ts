/** POST /: passed to alert-router, whose answer to a webhook is the events to take in. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EmbeddedBroker } from '../../broker/broker.ts';
import { readWireBatch, type WireReading } from '../../broker/event.ts';
import { end } from '../../broker/ingress.ts';
import type { Headers } from '../../shared/cloudevents/read.ts';
import type { Config } from '../../shared/config.ts';
import type { HttpClient, Target } from '../../shared/http/client.ts';
import { readBody } from '../../shared/http/request.ts';
import { bodyTooLarge } from '../../shared/runtime/request/guard.ts';
import { isEventRequest } from '../../shared/runtime/request/incoming.ts';

export interface EntranceSurroundings {
  readonly broker: Pick<EmbeddedBroker, 'accept'>;
  /** The Broker that takes the events of a webhook. */
  readonly webhookBroker: readonly [namespace: string, name: string];
  readonly dispatcher: HttpClient;
  readonly config: Pick<Config, 'BODY_LIMIT_BYTES'>;
  /** alert-router, which is started first if need be. */
  entrance(): Target | Promise<Target>;
  isClosing(): boolean;
}

const TIMEOUT_MS = 120_000;
const HOP_BY_HOP = new Set([
  'host', // this port's, as its sender wrote it
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'content-length',
  'expect',
]);

/**
 * Accepts a webhook when its events are in the journal: after a kill before that, its sender has no answer and sends it again.
 * An event that was sent here gets the answer of alert-router.
 */
export async function passToEntrance(
  around: EntranceSurroundings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (around.isClosing()) return end(response, 503, 'agent-sre is being stopped');
  const limitBytes = around.config.BODY_LIMIT_BYTES;
  const body = await readBody(request, limitBytes);
  if (body === undefined) throw bodyTooLarge(limitBytes);
  const isWebhook = !isEventRequest({ headers: request.headers, body });
  const headers = { ...endToEnd(request.headers), ...(isWebhook ? { prefer: 'reply' } : {}) };
  const answer = await around.dispatcher.send(await around.entrance(), headers, body, TIMEOUT_MS);
  switch (answer.kind) {
    case 'response': {
      const events = isWebhook ? readWireBatch(answer.headers, answer.body) : undefined;
      if (events === undefined)
        return void response.writeHead(answer.status, endToEnd(answer.headers)).end(answer.body);
      await takeIn(events, around);
      return end(response, 202);
    }
    case 'timeout':
      return end(response, 504, 'alert-router gave no answer in time');
    case 'unreachable':
      return end(response, 502, 'alert-router could not be reached; send it again');
  }
}

/** @throws {Error} before any is taken in, where one is not an event; where the Broker does not take one */
async function takeIn(
  readings: readonly WireReading[],
  { broker, webhookBroker }: EntranceSurroundings,
): Promise<void> {
  const events = readings.map((reading) => {
    if (reading.kind === 'event') return reading.event;
    throw new Error(`alert-router answered with what is not an event: ${JSON.stringify(reading)}`);
  });
  // All at once: they are one commit of the journal.
  const acceptances = await Promise.all(events.map((event) => broker.accept(...webhookBroker, event)));
  const refused = acceptances.find(({ kind }) => kind !== 'accepted');
  if (refused !== undefined) throw new Error(`an event of a webhook was not taken: ${JSON.stringify(refused)}`);
}

function endToEnd(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && !HOP_BY_HOP.has(name)) kept[name] = value;
  }
  return kept;
}
