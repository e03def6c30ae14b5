/** Requests exactly as a test writes them: nothing is added, lower-cased or made valid on the way. */
import http from 'node:http';
import { INTERMEDIARY, readEvent as readMessage } from '../../shared/cloudevents/read.ts';

export interface Sent {
  readonly method?: string;
  readonly path?: string;
  /** The request's target as it is, instead of the path. */
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Sent without a content-length. */
  readonly chunked?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** An event as it stands in an answer or in a request to a sink. */
export interface SeenEvent {
  readonly attributes: Readonly<Record<string, string>>;
  readonly data: unknown;
}

/** Sends one request on a connection of its own. */
export function send(url: string, sent: Sent): Promise<HttpResponse> {
  const { method = 'POST', path = '/', target, headers = {}, body = '', chunked = false } = sent;
  const bytes = Buffer.from(body);
  const length = chunked || method === 'GET' ? {} : { 'content-length': String(bytes.length) };
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...headers, ...length }, agent: false as const };
    const request = http.request(new URL(path, url), target === undefined ? options : { ...options, path: target });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    if (chunked) request.write(bytes, () => request.end());
    else request.end(bytes);
  });
}

/** The event that headers and a body carry, its attributes as they stand in headers. @throws {Error} where they carry none */
export function readEvent(headers: http.IncomingHttpHeaders, text: string): SeenEvent {
  const reading = readMessage(headers, Buffer.from(text), INTERMEDIARY);
  if (reading.kind !== 'event') throw new Error(`no event: ${JSON.stringify(headers)} ${text}`);
  return { attributes: reading.event.attributes, data: JSON.parse(text) };
}
