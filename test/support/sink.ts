/** Stands in for the broker behind K_SINK: keeps what it was sent and answers as a test says. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { readEvent, type SeenEvent } from './http.ts';

export interface Sink {
  readonly url: string;
  /** Every request, the refused ones too. */
  readonly requests: { readonly headers: IncomingHttpHeaders; readonly event: SeenEvent }[];
  /** The events that were accepted. */
  accepted(): SeenEvent[];
  /** Forgets what has come in, and answers by another script from now on. */
  reset(script?: Script): void;
  /** Resolves once so many requests have come in. */
  received(count: number): Promise<void>;
  stop(): Promise<void>;
}

export interface Script {
  /** The status for an event, given how often it has come before; 202 unless told. */
  readonly status?: (event: SeenEvent, before: number) => number;
  readonly delayMs?: number;
}

/** Starts a sink on loopback. */
export async function startSink(first: Script = {}): Promise<Sink> {
  let script = first;
  const requests: Sink['requests'] = [];
  let accepted: SeenEvent[] = [];
  let notify = () => {};
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const event = readEvent(request.headers, Buffer.concat(chunks).toString('utf8'));
    const before = requests.filter((other) => other.event.attributes.id === event.attributes.id).length;
    const status = script.status?.(event, before) ?? 202;
    const acceptedHere = accepted; // an answer that comes after a reset counts for the time before
    requests.push({ headers: request.headers, event });
    notify();
    if (script.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, script.delayMs));
    if (status < 300) acceptedHere.push(event);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/default/default`,
    requests,
    accepted: () => [...accepted],
    reset(next = {}) {
      script = next;
      requests.length = 0;
      accepted = [];
    },
    async received(count) {
      while (requests.length < count) {
        await new Promise<void>((resolve) => {
          notify = resolve;
        });
      }
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
