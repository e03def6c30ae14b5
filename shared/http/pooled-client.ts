/**
 * The HTTP client of a process that sends all the time to servers of its own: undici's, which takes half of the CPU that
 * node:http takes for a request, and 55 ms to load. For all else there is client.ts: undici gives up on a server that answers
 * 100 Continue, and tells repeated headers otherwise.
 */
import { Agent, type Dispatcher } from 'undici';
import { type HttpClient, IDLE_CONNECTION_MS, type Target } from './client.ts';
import { type Exchange, joined, MAX_RESPONSE_BYTES, unreachable } from './exchange.ts';

/** A client that keeps as many connections to each address as it needs at a time. */
export function createPooledClient(): HttpClient {
  // The time for a whole exchange is the caller's.
  const agent = new Agent({ keepAliveTimeout: IDLE_CONNECTION_MS, connect: { timeout: 0 } });
  return {
    send(target, headers, body, timeoutMs) {
      return new Promise((resolve) => {
        agent.dispatch(requestOf(target, headers, body), new Answer(target, timeoutMs, resolve));
      });
    },
    close: () => void agent.destroy(),
  };
}

function requestOf(
  { tls, host, port, path }: Target,
  headers: Readonly<Record<string, string>>,
  body: Buffer | string,
): Dispatcher.DispatchOptions {
  const name = host.includes(':') ? `[${host}]` : host;
  const origin = `${tls ? 'https' : 'http'}://${name}:${port}`;
  return { origin, path, method: 'POST', headers, body, headersTimeout: 0, bodyTimeout: 0 };
}

/** Collects an answer, and settles once: with the whole of it, or with what went wrong first. */
class Answer implements Dispatcher.DispatchHandler {
  private readonly target: Target;
  private readonly settle: (exchange: Exchange) => void;
  private readonly deadline: NodeJS.Timeout;
  private readonly chunks: Buffer[] = [];
  private controller: Dispatcher.DispatchController | undefined;
  private isLate = false;
  private size = 0;
  private status = 0;
  private headers: Record<string, string | string[] | undefined> = {};

  constructor(target: Target, timeoutMs: number, settle: (exchange: Exchange) => void) {
    this.target = target;
    this.settle = settle;
    this.deadline = setTimeout(() => {
      this.isLate = true;
      settle({ kind: 'timeout' });
      this.controller?.abort(new Error('no answer in time'));
    }, timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.isLate) controller.abort(new Error('no answer in time'));
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size > MAX_RESPONSE_BYTES) {
      controller.abort(new Error(`the answer is larger than ${MAX_RESPONSE_BYTES} bytes`));
    } else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.deadline);
    this.settle({ kind: 'response', status: this.status, headers: this.headers, body: joined(this.chunks) });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.deadline);
    this.settle(unreachable('POST', this.target.url, error));
  }
}
