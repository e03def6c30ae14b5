import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createConsole } from '../../../../console/server/console.ts';
import { temporaryFolder } from '../../../support/terminal.ts';

async function start(): Promise<string> {
  const folder = temporaryFolder({ 'index.html': '<title>agent-sre</title>' });
  const { answer } = createConsole({
    ...{ host: '127.0.0.1', tokenFile: '', data: folder, page: folder, runbook: undefined },
    publish: async () => true,
    now: () => new Date('2026-11-23T02:00:00Z'),
  });
  const server = createServer((request, response) => void answer(request.url ?? '', request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the console', () => {
  it.each([
    ['DELETE', '/console/', 405, 'GET, HEAD'],
    ['POST', '/console/', 405, 'GET, HEAD'],
    ['PUT', '/console', 405, 'GET, HEAD'],
    ['DELETE', '/console/api/decisions', 405, 'GET, HEAD'],
    ['POST', '/console/api/charts', 405, 'GET, HEAD'],
    ['OPTIONS', '/console/api/approvals', 405, 'POST'],
    ['GET', '/console/api/session', 405, 'POST'],
    ['GET', '/console/api/nothing', 404, null],
    ['HEAD', '/console/api/stream', 200, null],
    ['HEAD', '/console/', 200, null],
    ['HEAD', '/console/api/decisions', 200, null],
    ['POST', '/console/api/session', 403, null],
  ])('answers %s %s with %i, allows %s', async (method, path, status, allow) => {
    const response = await fetch((await start()) + path, { method, signal: AbortSignal.timeout(5_000) });
    expect([response.status, response.headers.get('allow')]).toEqual([status, allow]);
    if (method === 'HEAD') expect(await response.text()).toBe('');
  });

  it('answers HEAD with the headers of GET', async () => {
    const url = await start();
    const typeOf = async (method: string) => (await fetch(`${url}/console/`, { method })).headers.get('content-type');
    expect(await typeOf('HEAD')).toBe(await typeOf('GET'));
  });
});
