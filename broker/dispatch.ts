/** Sends one HTTP request to a subscriber or sink and waits for the whole answer. */
import { Agent, type IncomingMessage, request } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Answer } from './delivery.ts';

/** A resolved address; `url` is how messages and error attributes name it. */
export interface Target {
  readonly url: string;
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

export interface Dispatcher {
  send(target: Target, headers: Readonly<Record<string, string>>, body: Buffer, timeoutMs: number): Promise<Answer>;
  close(): void;
}

// Shorter than Node's 5 s on the server's side, so that no request meets a connection that is just being closed.
const IDLE_CONNECTION_MS = 4_000;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

export function targetOf(url: string): Target {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const tls = protocol === 'https:';
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return { url, tls, host, port: port === '' ? (tls ? 443 : 80) : Number(port), path: pathname + search };
}

/** A dispatcher over kept-alive connections. */
export function createDispatcher(): Dispatcher {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 64, timeout: IDLE_CONNECTION_MS });
  return {
    send: (target, headers, body, timeoutMs) => exchange(agent, target, headers, body, timeoutMs),
    close: () => agent.destroy(),
  };
}

function exchange(
  agent: Agent,
  target: Target,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  timeoutMs: number,
): Promise<Answer> {
  return new Promise((resolve) => {
    const sent = (target.tls ? requestTls : request)({
      ...(target.tls ? {} : { agent }),
      host: target.host,
      port: target.port,
      path: target.path,
      method: 'POST',
      headers: { ...headers, 'content-length': body.length },
    });
    const deadline = setTimeout(() => {
      resolve({ kind: 'timeout' });
      sent.destroy();
    }, timeoutMs);
    const settle = (answer: Answer) => {
      clearTimeout(deadline);
      resolve(answer);
    };
    sent.on('response', (response) => collect(response, settle));
    sent.on('error', (error) => settle({ kind: 'unreachable', message: `Post "${target.url}": ${error.message}` }));
    sent.end(body);
  });
}

function collect(response: IncomingMessage, settle: (answer: Answer) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) response.destroy(new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`));
    else chunks.push(chunk);
  });
  response.on('error', (error) => settle({ kind: 'unreachable', message: error.message }));
  response.on('end', () => {
    settle({ kind: 'response', status: response.statusCode ?? 0, headers: response.headers, body: join(chunks) });
  });
}

function join(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}
