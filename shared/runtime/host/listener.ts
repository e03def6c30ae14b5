import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Config } from '../../config.ts';
import { asAsreError } from '../../errors.ts';
import { pathOf, readBody } from '../../http/request.ts';
import type { Log } from '../../log.ts';
import { bodyTooLarge, checkOrigin, checkTarget } from '../request/guard.ts';
import type { RawRequest } from '../request/incoming.ts';
import { type HttpResponse, METHODS, refuse, send } from '../response/respond.ts';
import type { Metrics } from './metrics.ts';
import { recordRefusal } from './record.ts';

interface Surroundings {
  readonly config: Pick<Config, 'ALLOWED_ORIGINS' | 'BODY_LIMIT_BYTES'>;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly answer: (request: RawRequest) => Promise<HttpResponse>;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Stands before the runtime's own request listener, and leaves only the probes to it. Given an event, the runtime answers a
 * malformed one with 500 (which brokers retry for ever), makes up ids and times, lets query parameters overwrite the handler's
 * context, and allows every web page to read the answer.
 */
export function installListener(server: Server, around: Surroundings): void {
  const [runtime] = server.listeners('request') as [Listener];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    accept(request, response, runtime, around).catch((error: unknown) => {
      const failure = asAsreError(error);
      recordRefusal(around, failure, 0);
      send(request, response, refuse(failure));
    });
  });
}

async function accept(
  request: IncomingMessage,
  response: ServerResponse,
  runtime: Listener,
  { config, metrics, answer }: Surroundings,
): Promise<void> {
  const { method } = request;
  const path = pathOf(request.url);
  request.url = path;
  checkOrigin(request.headers.origin, config.ALLOWED_ORIGINS);
  if ((method === 'GET' || method === 'HEAD') && path !== '/') {
    return path === '/metrics' ? sendMetrics(metrics, response) : runtime(request, withoutCors(response));
  }
  if (method === 'OPTIONS' && path === '/') return void response.writeHead(204, { allow: METHODS }).end();
  checkTarget(method, path);
  const body = await readBody(request, config.BODY_LIMIT_BYTES);
  // 503, not 413: Alertmanager drops a group that gets a 4xx, and sends one that gets a 5xx again.
  if (body === undefined) throw bodyTooLarge(config.BODY_LIMIT_BYTES);
  send(request, response, await answer({ headers: request.headers, body }));
}

function withoutCors(response: ServerResponse): ServerResponse {
  const writeHead = response.writeHead.bind(response) as (...rest: unknown[]) => ServerResponse;
  response.writeHead = (statusCode: number, ...rest: unknown[]) => {
    for (const part of rest) if (typeof part === 'object') removeCors(part as Record<string, unknown>);
    return writeHead(statusCode, ...rest);
  };
  return response;
}

function removeCors(headers: Record<string, unknown>): void {
  for (const name of Object.keys(headers)) if (name.startsWith('access-control-')) delete headers[name];
}

async function sendMetrics({ registry }: Metrics, response: ServerResponse): Promise<void> {
  const body = await registry.metrics();
  response.writeHead(200, { 'content-type': registry.contentType }).end(body);
}
