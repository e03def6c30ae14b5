import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { listen, type ServerSurroundings } from '../../../../cli/run/server.ts';
import { targetOf } from '../../../../shared/http/client.ts';
import { createPooledClient } from '../../../../shared/http/pooled-client.ts';

function urlOf(server: Server): string {
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it.each(['[a', '', 'a:b:c', 'agent-sre'])('passes on a webhook that was sent to "%s"', async (host) => {
  const seen: IncomingHttpHeaders[] = [];
  const entrance = createServer(({ headers }, response) => {
    seen.push(headers);
    response.writeHead(202).end();
  });
  await new Promise<void>((resolve) => entrance.listen(0, '127.0.0.1', resolve));
  const target = targetOf(urlOf(entrance));
  const dispatcher = createPooledClient();
  onTestFinished(() => dispatcher.close());
  const around = {
    dispatcher,
    ...{ config: { ALLOWED_ORIGINS: [], BODY_LIMIT_BYTES: 1_024 }, entrance: () => target },
    ...{ checkSender: () => undefined, isClosing: () => false, report: () => undefined },
  };
  const url = urlOf(await listen(around as unknown as ServerSurroundings, '127.0.0.1', 0));
  const headers = { host, 'x-a': 'b', connection: 'close' };
  const status = await new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (response) => resolve(response.resume().statusCode));
    sent.on('error', reject).end('{}');
  });
  expect(status).toBe(202);
  expect(seen).toMatchObject([{ host: `127.0.0.1:${target.port}`, 'x-a': 'b' }]);
});
