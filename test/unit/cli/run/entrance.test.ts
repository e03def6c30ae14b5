import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Acceptance } from '../../../../broker/broker.ts';
import { JournalError } from '../../../../broker/journal.ts';
import { listen, type ServerSurroundings } from '../../../../cli/run/server.ts';
import { toBatch } from '../../../../shared/cloudevents/write.ts';
import { createHttpClient, targetOf } from '../../../../shared/http/client.ts';
import { binary } from '../../../support/events.ts';
import { type HttpResponse, type Sent, send } from '../../../support/http.ts';

const CONTEXT = {
  specversion: '1.0',
  source: '/s',
  type: 't',
  traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  tracestate: 'a=%22%2541%22',
};
const EVENTS = ['one', 'two'].map((id) => ({ attributes: { ...CONTEXT, id }, data: { id } }));
const BATCH = toBatch(EVENTS, 10_000) ?? { headers: {}, body: '' };
const WEBHOOK: Sent = { headers: { prefer: 'respond-async' }, body: '{"alerts":[]}' };

interface Answered {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Seen {
  readonly response: HttpResponse;
  /** What alert-router was sent. */
  readonly headers: IncomingHttpHeaders | undefined;
  /** What the Broker was. */
  readonly taken: { readonly id: string | undefined; readonly data: string; readonly passed: unknown }[];
  readonly reported: readonly string[];
}

/** Sends a request to the port, where alert-router answers so and the Broker takes an event so. */
async function play(
  sent: Sent,
  answered: Answered,
  accept: () => Promise<Acceptance> = async () => ({ kind: 'accepted' }),
): Promise<Seen> {
  let headers: IncomingHttpHeaders | undefined;
  const router = createServer((request, response) => {
    headers = request.headers;
    request.resume().once('end', () => response.writeHead(answered.status, answered.headers).end(answered.body));
  });
  await new Promise<void>((resolve) => router.listen(0, '127.0.0.1', resolve));
  const dispatcher = createHttpClient();
  const taken: Seen['taken'] = [];
  const reported: string[] = [];
  const broker = {
    async accept(
      namespace: string,
      name: string,
      { attributes, body, passed }: Parameters<ServerSurroundings['broker']['accept']>[2],
    ) {
      taken.push({ id: `${namespace}/${name} ${attributes.id}`, data: body.toString(), passed });
      return accept();
    },
  };
  const around = {
    ...{
      broker,
      dispatcher,
      webhookBroker: ['default', 'default'],
      report: (message: string) => reported.push(message),
    },
    ...{
      config: { ALLOWED_ORIGINS: [], BODY_LIMIT_BYTES: 1_024 },
      checkSender: () => undefined,
      isClosing: () => false,
    },
    entrance: () => targetOf(`http://127.0.0.1:${(router.address() as AddressInfo).port}/`),
  };
  const port = await listen(around as unknown as ServerSurroundings, '127.0.0.1', 0);
  onTestFinished(() => {
    dispatcher.close();
    router.close();
    port.close();
  });
  const response = await send(`http://127.0.0.1:${(port.address() as AddressInfo).port}/`, sent);
  return { response, headers, taken, reported };
}

describe('a webhook', () => {
  it('is accepted once the events of the answer are taken in', async () => {
    const { response, headers, taken } = await play(WEBHOOK, { status: 200, ...BATCH });
    expect(response).toMatchObject({ status: 202, text: '' });
    expect(headers?.prefer).toBe('reply');
    const passed = { traceparent: CONTEXT.traceparent, tracestate: 'a="%41"' };
    expect(taken).toEqual([
      { id: 'default/default one', data: '{"id":"one"}', passed },
      { id: 'default/default two', data: '{"id":"two"}', passed },
    ]);
  });

  it.each([
    ['accepts, as where it has published them', { status: 202 }],
    ['refuses', { status: 400, headers: { 'content-type': 'text/plain' }, body: 'ASRE_WEBHOOK_INVALID: no alerts' }],
    ['is to be asked later', { status: 503 }],
  ])('gets the answer of an alert-router that %s', async (_, answered: Answered) => {
    const { response, taken } = await play(WEBHOOK, answered);
    expect(response).toMatchObject({ status: answered.status, text: answered.body ?? '' });
    expect(taken).toEqual([]);
  });

  it.each([
    ['an event is not on disk', BATCH.body, () => Promise.reject(new JournalError('the disk is full'))],
    ['an event is not taken', BATCH.body, async () => ({ kind: 'unknown-broker' }) as const],
    ['an event is refused', BATCH.body, async () => ({ kind: 'refused', why: 'the chain is too long' }) as const],
    ['what comes back is not an event', '[{}]', undefined],
    ['what comes back is not a batch', '{', undefined],
  ])('is to be sent again where %s', async (_, body, accept) => {
    const { response, reported } = await play(WEBHOOK, { status: 200, headers: BATCH.headers, body }, accept);
    expect(response).toMatchObject({ status: 503, text: 'try again later\n' });
    expect(reported).toHaveLength(1);
  });
});

it('one event of a webhook that cannot be read keeps the others out: they come again with it', async () => {
  const body = `${BATCH.body.slice(0, -1)},{}]`;
  const { response, taken } = await play(WEBHOOK, { status: 200, headers: BATCH.headers, body });
  expect({ status: response.status, taken }).toEqual({ status: 503, taken: [] });
});

it('an event that is sent to / gets the answer of alert-router, and nothing is taken in of it', async () => {
  const sent = binary({ type: 't' }, {}, { prefer: 'return=minimal' });
  const { response, headers, taken } = await play(sent, { status: 200, ...BATCH });
  expect(response).toMatchObject({ status: 200, text: BATCH.body });
  expect({ prefer: headers?.prefer, taken }).toEqual({ prefer: 'return=minimal', taken: [] });
});
