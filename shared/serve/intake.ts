import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import type { RawRequest } from './incoming.ts';
import type { Metrics } from './metrics.ts';

const ORIGIN = Symbol('the request before intake');

interface Origin {
  readonly attributes: Readonly<Record<string, string>>;
  readonly contentType: string;
}

interface IntakeOptions {
  readonly bodyLimitBytes: number;
  readonly metrics: Metrics;
  readonly log: Log;
}

type Headers = Record<string | symbol, unknown>;

/**
 * Stands before the runtime's own request listener, and shows it plain bytes only. Left to itself the runtime answers a
 * malformed event with 500 (which brokers retry for ever), lets query parameters overwrite the handler's context, and
 * makes up ids and times; none of that can happen to an event that it never takes for one.
 */
export function installIntake(server: Server, options: IntakeOptions): void {
  const [runtime] = server.listeners('request') as [(request: IncomingMessage, response: ServerResponse) => void];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const path = pathOf(request.url ?? '/');
    request.url = path;
    if (path === '/metrics' && request.method === 'GET') return void sendMetrics(options.metrics, response);
    if (path === '/' && request.method === 'POST') {
      if (exceeds(request, options.bodyLimitBytes)) return refuseTooLarge(request, response, options);
      if (request.headers['content-length'] === undefined) answerTooLargeAsRetry(request, response, options);
      setAside(request);
    }
    runtime(request, response);
  });
}

/** The request behind a handler's context. */
export function rawRequest(context: { method: string; headers: object; body?: unknown }): RawRequest {
  const headers = context.headers as Headers;
  const origin = (headers[ORIGIN] as Origin | undefined) ?? { attributes: {}, contentType: '' };
  const body = Buffer.isBuffer(context.body) ? context.body : Buffer.alloc(0);
  return { method: context.method, headers: headers as RawRequest['headers'], ...origin, body };
}

// Absolute-form targets (RFC 9112, 3.2.2), queries and fragments must not lead past this listener.
function pathOf(target: string): string {
  return URL.canParse(target, 'http://function') ? new URL(target, 'http://function').pathname : '/';
}

function setAside(request: IncomingMessage): void {
  const headers = request.headers as Headers;
  const attributes: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    if (!name.startsWith('ce-')) continue;
    attributes[name.slice('ce-'.length)] = String(headers[name]);
    delete headers[name];
  }
  const origin: Origin = { attributes, contentType: String(headers['content-type'] ?? '').toLowerCase() };
  headers[ORIGIN] = origin;
  headers['content-type'] = 'application/octet-stream';
}

function exceeds(request: IncomingMessage, limitBytes: number): boolean {
  return Number(request.headers['content-length'] ?? 0) > limitBytes;
}

// 503, not 413: Alertmanager drops a group that gets a 4xx, and sends one that gets a 5xx again.
function refuseTooLarge(request: IncomingMessage, response: ServerResponse, options: IntakeOptions): void {
  logTooLarge(request, options);
  response.writeHead(503, { connection: 'close' }).end();
  request.resume();
}

// A body without a length is counted by the runtime while it arrives; only its status is then ours to set.
function answerTooLargeAsRetry(request: IncomingMessage, response: ServerResponse, options: IntakeOptions): void {
  const writeHead = response.writeHead.bind(response) as (...rest: unknown[]) => ServerResponse;
  response.writeHead = (statusCode: number, ...rest: unknown[]) => {
    if (statusCode !== 413) return writeHead(statusCode, ...rest);
    logTooLarge(request, options);
    return writeHead(503, ...rest);
  };
}

function logTooLarge(request: IncomingMessage, { log, bodyLimitBytes }: IntakeOptions): void {
  const bytes = request.headers['content-length'];
  const fix = 'raise BODY_LIMIT_BYTES, or set max_alerts in the webhook_config of Alertmanager';
  log.error({ code: 'ASRE_BODY_TOO_LARGE', bytes, bodyLimitBytes, fix }, 'request body too large');
}

async function sendMetrics({ registry }: Metrics, response: ServerResponse): Promise<void> {
  const body = await registry.metrics();
  response.writeHead(200, { 'content-type': registry.contentType }).end(body);
}
