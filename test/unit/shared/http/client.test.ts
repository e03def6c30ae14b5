import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpClient, type HttpClient, parseHttpUrl, targetOf } from '../../../../shared/http/client.ts';
import { describeExchange, type Exchange, isRetried } from '../../../../shared/http/exchange.ts';
import { createPooledClient } from '../../../../shared/http/pooled-client.ts';

const TIMEOUT_MS = 5_000;

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** With the codes of what breaks a connection, and of a header that no request can have, and how many connections are kept. */
const CLIENTS: [string, { create: () => HttpClient; broken: string; invalid: string; connections: number }][] = [
  ['node:http', { create: createHttpClient, broken: 'ECONNRESET', invalid: 'ERR_INVALID_CHAR', connections: 1 }],
  ['undici', { create: createPooledClient, broken: 'UND_ERR_SOCKET', invalid: 'UND_ERR_INVALID_ARG', connections: 2 }],
];

function postBy(
  create: () => HttpClient,
  url: string,
  { body = '', timeoutMs = TIMEOUT_MS, headers = {} } = {},
): Promise<Exchange> {
  const client = create();
  onTestFinished(() => client.close());
  return client.send(targetOf(url), headers, body, timeoutMs);
}

describe.each(CLIENTS)('send, over %s', (_, { create, broken, invalid, connections }) => {
  const post = (url: string, more = {}) => postBy(create, url, more);

  it('posts to path and query, and takes the whole answer', async () => {
    const url = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { method, url: target, headers } = request;
      response.end(JSON.stringify([method, target, headers['ce-id'], headers['content-length'], `${chunks}`]));
    });
    const exchange = await post(`${url}/a?b=c`, { body: 'ü', headers: { 'ce-id': '1' } });
    expect(exchange).toMatchObject({ kind: 'response', status: 200 });
    expect(exchange.kind === 'response' && JSON.parse(`${exchange.body}`)).toEqual(['POST', '/a?b=c', '1', '2', 'ü']);
  });

  it('keeps its connections for the next ones', async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      request.resume().on('end', () => response.end());
    });
    const client = create();
    for (let count = 0; count < 10; count++) await client.send(targetOf(url), {}, '', TIMEOUT_MS);
    client.close();
    expect(ports.size).toBe(connections); // undici's is free only a moment after the answer
  });

  it.each<[string, RequestListener, Partial<Exchange>]>([
    ['no answer in time', () => undefined, { kind: 'timeout' }],
    ['an answer that never ends', (_, response) => void response.write('x'), { kind: 'timeout' }],
    ['a connection that breaks', (request) => void request.socket.destroy(), { kind: 'unreachable', code: broken }],
    ['a redirect', (_, response) => void response.writeHead(302, { location: '/' }).end(), { status: 302 }],
    ['an answer over 4 MiB', (_, response) => void response.end('x'.repeat(5_000_000)), { kind: 'unreachable' }],
  ])('tells of %s', async (_, answer, expected) => {
    expect(await post(await serve(answer), { timeoutMs: 300 })).toMatchObject(expected);
  });

  it('tells where nobody listens, and of a header that cannot be sent', async () => {
    expect(await post('http://127.0.0.1:9/')).toMatchObject({ kind: 'unreachable', code: 'ECONNREFUSED' });
    const exchange = await post('http://127.0.0.1:9/', { headers: { 'ce-id': 'a\nb' } });
    expect(exchange).toMatchObject({ kind: 'unreachable', code: invalid });
  });
});

describe('an exchange in words', () => {
  it.each<[Exchange, string]>([
    [{ kind: 'response', status: 503, headers: {}, body: Buffer.alloc(0) }, 'status 503'],
    [{ kind: 'timeout' }, 'timed out'],
    [{ kind: 'unreachable', message: 'Post "x": y', code: 'ECONNREFUSED' }, 'ECONNREFUSED'],
    [{ kind: 'unreachable', message: 'Post "x": y' }, 'Post "x": y'],
  ])('%j: %s', (exchange, words) => {
    expect(describeExchange(exchange)).toBe(words);
  });
});

describe('isRetried', () => {
  it('holds for 404, 408, 409, 429 and 5xx', () => {
    const retried = Array.from({ length: 500 }, (_, offset) => 100 + offset).filter(isRetried);
    expect(retried).toEqual([404, 408, 409, 429, ...Array.from({ length: 100 }, (_, offset) => 500 + offset)]);
  });
});

describe('parseHttpUrl', () => {
  it.each([
    ['http://a/', 'http://a/'],
    ['https://a:8443/b?c', 'https://a:8443/b?c'],
    ['ftp://a/', undefined],
    ['broker-ingress', undefined],
    ['', undefined],
  ])('%s: %s', (text, expected) => {
    expect(parseHttpUrl(text)?.href).toBe(expected);
  });
});
