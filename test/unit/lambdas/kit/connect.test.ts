import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../../../lambdas/kit/connect.ts';
import { RESOURCES } from '../../../../lambdas/kit/resources.ts';
import { temporaryFile } from '../../../support/terminal.ts';

function kubeconfig(server: string, user: object = { token: 't' }): string {
  return temporaryFile('kubeconfig', {
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
}

/** A server that keeps what it was asked. */
async function listening(): Promise<{ url: string; seen: Promise<IncomingMessage & { text: string }> }> {
  const server = createServer();
  const seen = new Promise<IncomingMessage & { text: string }>((resolve) => {
    server.on('request', async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      response.writeHead(200).end('{}');
      resolve(Object.assign(request, { text }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

describe('the connection', () => {
  it('sends a patch as a merge patch, as the user of the kubeconfig', async () => {
    const { url, seen } = await listening();
    const { send, close, server } = await connect({ KUBECONFIG: kubeconfig(url) });
    const body = { spec: { replicas: 3 } };
    const request = { verb: 'patch', resource: RESOURCES.deployments, namespace: 'shop', name: 'web', body } as const;
    expect(await send(request, 5_000)).toMatchObject({ kind: 'response', status: 200 });
    close();
    const { method, headers, text } = await seen;
    expect({ server, method, text }).toEqual({ server: url, method: 'PATCH', text: JSON.stringify(body) });
    expect(headers).toMatchObject({ 'content-type': 'application/merge-patch+json', authorization: 'Bearer t' });
  });

  it('reads the token of a file again', async () => {
    const { url, seen } = await listening();
    const tokenFile = temporaryFile('token', 'rotated');
    const user = { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } };
    const { send } = await connect({ KUBECONFIG: kubeconfig(url, user) });
    await send({ verb: 'list', resource: RESOURCES.nodes }, 5_000);
    expect((await seen).headers.authorization).toBe('Bearer rotated');
  });

  it.each([
    ['is unset outside a cluster', ''],
    ['names no file', '/nowhere/kubeconfig'],
    ['names no cluster', join(import.meta.dirname, 'connect.test.ts')],
  ])('is not there where KUBECONFIG %s', async (_, file) => {
    await expect(connect({ KUBECONFIG: file })).rejects.toMatchObject({ code: 'ASRE_CONFIG_INVALID' });
  });
});
