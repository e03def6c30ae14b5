import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createDispatcher } from '../../../../cli/run/dispatcher.ts';
import type { LocalFunction } from '../../../../processes/functions.ts';
import { targetOf } from '../../../../shared/http/client.ts';

async function serveRaw(answer: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).on('data', () => void socket.write(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

it.each([
  ['a function that it has started', true],
  ["a user's subscriber, which sends 100 Continue first", false],
])('sends to %s', async (_, isFunction) => {
  const first = isFunction ? '' : 'HTTP/1.1 100 Continue\r\n\r\n';
  const target = targetOf(await serveRaw(`${first}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi`));
  const started = { target: isFunction ? target : targetOf('http://127.0.0.1:9/') } as LocalFunction;
  const dispatcher = createDispatcher(new Map([['alert-router', started]]));
  onTestFinished(() => dispatcher.close());
  expect(await dispatcher.send(target, {}, '', 1_000)).toMatchObject({ kind: 'response', status: 200 });
});
