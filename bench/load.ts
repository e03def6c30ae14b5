/** Sends requests over a few connections that stay open, as Alertmanager and brokers do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpClient, targetOf } from '../shared/http/client.ts';
import { describeExchange } from '../shared/http/exchange.ts';

const TIMEOUT_MS = 60_000;

export interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Client {
  /** Resolves with the status once the answer is read. */
  post(request: Request): Promise<number>;
  close(): void;
}

export function createClient(url: string, connections: number): Client {
  const client = createHttpClient({ maxConnections: connections });
  const target = targetOf(url);
  return {
    async post({ headers, body }) {
      const exchange = await client.send(target, headers, body, TIMEOUT_MS);
      if (exchange.kind !== 'response') throw new Error(describeExchange(exchange));
      return exchange.status;
    },
    close: () => client.close(),
  };
}

/** Sends `count` requests, `concurrency` at a time. @throws {Error} where one is not accepted */
export async function flood(
  client: Client,
  count: number,
  concurrency: number,
  write: (index: number) => Request,
): Promise<void> {
  let next = 0;
  const sendRest = async () => {
    while (next < count) await postAccepted(client, write(next++));
  };
  await Promise.all(Array.from({ length: concurrency }, sendRest));
}

/** Sends `count` requests at a steady rate, whether or not the ones before are answered. */
export async function pace(
  client: Client,
  count: number,
  perSecond: number,
  write: (index: number) => Request,
): Promise<void> {
  const started = performance.now();
  const answers: Promise<void>[] = [];
  for (let index = 0; index < count; index++) {
    const due = started + (index * 1000) / perSecond;
    if (due > performance.now()) await sleep(due - performance.now());
    answers.push(postAccepted(client, write(index)));
  }
  await Promise.all(answers);
}

async function postAccepted(client: Client, request: Request): Promise<void> {
  const status = await client.post(request);
  if (status >= 300) throw new Error(`refused with ${status}`);
}
