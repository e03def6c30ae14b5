/** A subscriber for tests: the path of its URL says how it answers, and it remembers what it was sent. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { binaryHeaders } from '../../shared/cloudevents/write.ts';

/** How a subscriber answers; travels inside the URL, so that it works for a broker in another process. */
export interface Answering {
  /** Tells subscribers apart. */
  readonly as: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Answers `status` and `body` only for the first so many calls, 202 afterwards. */
  readonly times?: number;
  readonly delayMs?: number;
  readonly drop?: boolean;
  /** Replies with an event of the type that came in. */
  readonly echo?: boolean;
}

/** A request as a subscriber saw it. */
export interface Call {
  readonly as: string;
  readonly atMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export class Listener {
  readonly calls: Call[] = [];
  private readonly server: Server;
  private readonly counts = new Map<string, number>();

  constructor() {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  /** Starts on loopback and says its address. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answering = decodeAnswering(request.url ?? '/');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const body = Buffer.concat(chunks).toString('utf8');
    this.calls.push({ as: answering.as, atMs: Date.now(), headers, body });
    if (answering.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, answering.delayMs));
    if (answering.drop === true) request.socket.destroy();
    else this.respond(answering, headers, response);
  }

  private respond(answering: Answering, received: Readonly<Record<string, string>>, response: ServerResponse): void {
    const key = `${answering.as} ${received['ce-id']}`;
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    if (answering.times !== undefined && count > answering.times) {
      response.writeHead(202).end();
      return;
    }
    const echo = answering.echo === true ? eventHeaders({ type: received['ce-type'] ?? '' }) : {};
    response.writeHead(answering.status ?? 202, { ...answering.headers, ...echo }).end(answering.body ?? '');
  }
}

export function encodeAnswering(base: string, answering: Answering): string {
  return `${base}/${Buffer.from(JSON.stringify(answering)).toString('base64url')}`;
}

function decodeAnswering(path: string): Answering {
  return JSON.parse(Buffer.from(path.slice(1), 'base64url').toString('utf8')) as Answering;
}

/** Headers of a binary event. */
export function eventHeaders(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return binaryHeaders({ specversion: '1.0', id: `id-${attributes.type}`, source: '/test', ...attributes }, undefined);
}

/** Publishes over HTTP and says the status. */
export async function post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<number> {
  const response = await fetch(url, { method: 'POST', headers, body });
  await response.arrayBuffer();
  return response.status;
}
