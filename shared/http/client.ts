/**
 * The HTTP client of what starts cold or sends seldom: over connections that stay open, or one GET; tells how each exchange
 * ended. What the runner sends to its functions goes by pooled-client.ts.
 */
import http from 'node:http';
import https from 'node:https';
import { AnswerBody } from './answer-body.ts';
import { type Exchange, unreachable } from './exchange.ts';

/** An address that was taken apart once; `url` is how messages name it. */
export interface Target {
  readonly url: string;
  readonly origin: string;
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

export interface HttpClient {
  /** Sends one POST and waits for the whole answer; never rejects. */
  send(
    target: Target,
    headers: Readonly<Record<string, string>>,
    body: Buffer | string,
    timeoutMs: number,
  ): Promise<Exchange>;
  close(): void;
}

/** A client for what is not only POSTed to. */
export interface AnyMethodClient extends HttpClient {
  request(method: Method, ...sent: Parameters<HttpClient['send']>): Promise<Exchange>;
}

export type Method = 'GET' | 'POST' | 'PATCH';

export interface ClientOptions extends Pick<https.AgentOptions, 'cert' | 'key' | 'servername' | 'rejectUnauthorized'> {
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string | Buffer;
  readonly maxConnections?: number;
}

/** Shorter than Node's 5 s on the server's side, so that no request is sent on a connection that is being closed. */
export const IDLE_CONNECTION_MS = 4_000;

/** @throws {TypeError} where the text is not a URL */
export function targetOf(url: string): Target {
  const { origin, protocol, hostname, port, pathname, search } = new URL(url);
  const tls = protocol === 'https:';
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return { url, origin, tls, host, port: port === '' ? (tls ? 443 : 80) : Number(port), path: pathname + search };
}

/** The address that a person or a setting gave, or undefined where it is not an http or https URL. */
export function parseHttpUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

/** A client; its open connections do not keep the process alive. */
export function createHttpClient(options: ClientOptions = {}): AnyMethodClient {
  const { maxConnections = Number.POSITIVE_INFINITY, ...tls } = options;
  const common = { keepAlive: true, maxSockets: maxConnections, maxFreeSockets: 64, timeout: IDLE_CONNECTION_MS };
  const plain = new http.Agent(common);
  let secure: https.Agent | undefined; // made when first needed: most clients never are
  const agentFor = (target: Target) => {
    if (!target.tls) return plain;
    secure ??= new https.Agent({ ...common, ...tls });
    return secure;
  };
  const request: AnyMethodClient['request'] = (method, target, headers, body, timeoutMs) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    return exchange({ method, agent: agentFor(target), target, headers: { ...headers, ...length }, body }, timeoutMs);
  };
  return {
    send: (...sent) => request('POST', ...sent),
    request,
    close() {
      plain.destroy();
      secure?.destroy();
    },
  };
}

/** Sends one GET over a connection of its own; never rejects. */
export function get(
  target: Target,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
  maxResponseBytes?: number,
): Promise<Exchange> {
  return exchange({ method: 'GET', agent: false, target, headers, body: '' }, timeoutMs, maxResponseBytes);
}

interface Request {
  readonly method: Method;
  readonly agent: http.Agent | false;
  readonly target: Target;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

function exchange(request: Request, timeoutMs: number, maxResponseBytes?: number): Promise<Exchange> {
  const { method, target, body } = request;
  return new Promise((resolve) => {
    const sent = open(request);
    if (sent instanceof Error) return resolve(unreachable(method, target.url, sent));
    const deadline = setTimeout(() => {
      resolve({ kind: 'timeout' });
      sent.destroy();
    }, timeoutMs);
    const settle = (ended: Exchange) => {
      clearTimeout(deadline);
      resolve(ended);
    };
    sent.on('response', (response) => collect(response, maxResponseBytes, settle));
    sent.on('error', (error) => settle(unreachable(method, target.url, error)));
    sent.end(body);
  });
}

// Node throws for a header that no request can have.
function open({ method, agent, target, headers }: Request): http.ClientRequest | Error {
  const { tls, host, port, path } = target;
  try {
    return (tls ? https : http).request({ agent, host, port, path, method, headers });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function collect(response: http.IncomingMessage, limit: number | undefined, settle: (ended: Exchange) => void): void {
  const body = new AnswerBody(limit);
  response.on('data', (chunk: Buffer) => {
    const excess = body.add(chunk);
    if (excess !== undefined) response.destroy(excess);
  });
  response.on('error', (error) => settle({ kind: 'unreachable', message: error.message }));
  response.on('end', () => {
    settle({ kind: 'response', status: response.statusCode ?? 0, headers: response.headers, body: body.whole() });
  });
}
