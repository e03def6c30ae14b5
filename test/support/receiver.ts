/** A receiver of events on a free port, for the verbs that send. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: unknown;
}

export interface PreparedResponse {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

type Answer = (received: Received) => PreparedResponse;

/** Answers every request as `answer` says and keeps it, until the test is over. */
export async function startReceiver(answer?: Answer) {
  const receiver = await openReceiver(answer);
  onTestFinished(receiver.close);
  return receiver;
}

/** The same until it is closed. */
export async function openReceiver(answer: Answer = () => ({ status: 202 })) {
  const received: Received[] = [];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const one = { path: request.url ?? '', headers: request.headers, body };
    received.push(one);
    const prepared = answer(one);
    response.writeHead(prepared.status, prepared.headers).end(prepared.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, close };
}
