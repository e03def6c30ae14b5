/** One port for everything: Alertmanager's webhook, the broker's ingress, and the status and metrics pages. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { EmbeddedBroker } from '../../broker/broker.ts';
import { answerIngress, end } from '../../broker/ingress.ts';
import type { Config } from '../../shared/config.ts';
import { AsreError } from '../../shared/errors.ts';
import { pathOf } from '../../shared/http/request.ts';
import { checkOrigin, checkTarget } from '../../shared/runtime/request/guard.ts';
import { refuse, send } from '../../shared/runtime/response/respond.ts';
import { messageOf } from '../../shared/text/message.ts';
import { type EntranceSurroundings, passToEntrance } from './entrance.ts';

export interface ServerSurroundings extends EntranceSurroundings {
  readonly broker: EmbeddedBroker;
  readonly config: Pick<Config, 'ALLOWED_ORIGINS' | 'BODY_LIMIT_BYTES'>;
  /** @throws {AsreError} where who sends an event has no credential for it */
  checkSender(authorization: string | undefined): void;
  /** Answers what is under /console. */
  console(path: string, request: IncomingMessage, response: ServerResponse): Promise<void>;
  status(): string;
  metrics(): Promise<string>;
  report(message: string): void;
}

/** At /: the status page, and what alert-router takes. */
const METHODS = 'GET, HEAD, POST, OPTIONS';
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const BROKER_PATH = /^\/[^/]+\/[^/]+\/?$/;

/** Listens; rejects if the port is taken. */
export async function listen(around: ServerSurroundings, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    route(around, request, response).catch((error: unknown) => {
      if (error instanceof AsreError) return send(request, response, refuse(error, METHODS));
      around.report(`${request.method} ${request.url}: ${messageOf(error)}`);
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

/** The address of a server that listens on this host. */
export function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const everywhere = host === '0.0.0.0' || host === '::';
  const name = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}/`;
}

async function route(around: ServerSurroundings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request.url);
  // Before the origin: a page may send to the console what it may send to nothing else, and the console looks whose it is.
  if (path === '/console' || path.startsWith('/console/')) return around.console(path, request, response);
  checkOrigin(request.headers.origin, around.config.ALLOWED_ORIGINS);
  if (request.method === 'GET' || request.method === 'HEAD') {
    if (path === '/') return end(response, 200, around.status());
    if (path === '/metrics') {
      response.writeHead(200, { 'content-type': METRICS_TYPE }).end(await around.metrics());
      return;
    }
    if (path === '/health/readiness' || path === '/health/liveness') return end(response, 200, 'OK');
  }
  if (request.method === 'POST') around.checkSender(request.headers.authorization);
  if (BROKER_PATH.test(path)) return answerIngress(around.broker, request, response);
  // The rest is for alert-router; what it would answer by itself is answered here in the same way.
  if (request.method === 'OPTIONS' && path === '/') return end(response.setHeader('allow', METHODS), 204);
  checkTarget(request.method, path);
  return passToEntrance(around, request, response);
}
