/** One port for everything: Alertmanager's webhook, the broker's ingress, and what a person or Prometheus asks. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { EmbeddedBroker } from '../../broker/broker.ts';
import { answerIngress, end, readBody } from '../../broker/ingress.ts';
import type { HttpClient, Target } from '../../shared/http/client.ts';

export interface ServerSurroundings {
  readonly broker: EmbeddedBroker;
  readonly dispatcher: HttpClient;
  /** The function behind POST /. */
  entrance(): Target | Promise<Target>;
  status(): string;
  metrics(): string;
  isClosing(): boolean;
  report(message: string): void;
}

const MAX_WEBHOOK_BYTES = 16 * 1024 * 1024;
const WEBHOOK_TIMEOUT_MS = 120_000;
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'content-length',
]);

/** Listens; rejects if the port is taken. */
export async function listen(around: ServerSurroundings, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    route(around, request, response).catch((error: unknown) => {
      around.report(`${request.method} ${request.url}: ${error instanceof Error ? error.message : String(error)}`);
      if (!response.headersSent) end(response, 503, 'try again later');
    });
  });
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}

async function route(around: ServerSurroundings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '/';
  if (path === '/' && request.method === 'POST') return forward(around, request, response);
  if (request.method === 'GET' || request.method === 'HEAD') {
    if (path === '/') return end(response, 200, around.status());
    if (path === '/metrics') return end(response, 200, around.metrics());
    if (path === '/health/readiness' || path === '/health/liveness') return end(response, 200, 'OK');
  }
  return answerIngress(around.broker, request, response);
}

async function forward(around: ServerSurroundings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (around.isClosing()) return end(response, 503, 'agent-sre is being stopped');
  const body = await readBody(request, MAX_WEBHOOK_BYTES);
  // As alert-router answers (shared/serve/intake.ts): Alertmanager sends again what got a 5xx, and drops what got a 4xx.
  if (body === undefined) return end(response, 503, `a webhook may have ${MAX_WEBHOOK_BYTES} bytes`);
  const target = await around.entrance();
  const answer = await around.dispatcher.send(target, endToEnd(request.headers), body, WEBHOOK_TIMEOUT_MS);
  switch (answer.kind) {
    case 'response':
      response.writeHead(answer.status, endToEnd(answer.headers)).end(answer.body);
      return;
    case 'timeout':
      return end(response, 504, 'alert-router gave no answer in time');
    case 'unreachable':
      return end(response, 502, 'alert-router could not be reached; send it again');
  }
}

function endToEnd(headers: IncomingHttpHeaders | Readonly<Record<string, string | string[] | undefined>>) {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && !HOP_BY_HOP.has(name)) kept[name] = value;
  }
  return kept;
}
