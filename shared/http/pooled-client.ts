/**
 * The HTTP client of a process that sends all the time to servers of its own: undici's, which takes half of the CPU that
 * node:http takes for a request, and 55 ms to load. For all else there is client.ts: undici gives up on a server that answers
 * 100 Continue, and tells repeated headers otherwise.
 */
import { Agent, type Dispatcher } from 'undici';
import { AnswerBody } from './answer-body.ts';
import { type HttpClient, IDLE_CONNECTION_MS } from './client.ts';
import { type Exchange, unreachable } from './exchange.ts';

/** A client that keeps as many connections to each address as it needs at a time. */
export function createPooledClient(): HttpClient {
  // The time for a whole exchange is the caller's.
  const agent = new Agent({ keepAliveTimeout: IDLE_CONNECTION_MS, connect: { timeout: 0 } });
  return {
    send({ url, origin, path }, headers, body, timeoutMs) {
      const request = { origin, path, method: 'POST', headers, body, headersTimeout: 0, bodyTimeout: 0 } as const;
      return new Promise((resolve) => {
        agent.dispatch(request, new Answer(url, timeoutMs, resolve));
      });
    },
    close: () => void agent.destroy(),
  };
}

/** Collects an answer, and settles once: with the whole of it, or with what went wrong first. */
class Answer implements Dispatcher.DispatchHandler {
  private readonly url: string;
  private readonly settle: (exchange: Exchange) => void;
  private readonly deadline: NodeJS.Timeout;
  private readonly body = new AnswerBody();
  private controller: Dispatcher.DispatchController | undefined;
  private isLate = false;
  private status = 0;
  private headers: Record<string, string | string[] | undefined> = {};

  constructor(url: string, timeoutMs: number, settle: (exchange: Exchange) => void) {
    this.url = url;
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
    const excess = this.body.add(chunk);
    if (excess !== undefined) controller.abort(excess);
  }

  onResponseEnd(): void {
    clearTimeout(this.deadline);
    this.settle({ kind: 'response', status: this.status, headers: this.headers, body: this.body.whole() });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.deadline);
    this.settle(unreachable('POST', this.url, error));
  }
}
