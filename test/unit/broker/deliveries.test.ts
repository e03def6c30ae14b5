import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EmbeddedBroker } from '../../../broker/broker.ts';
import { answerIngress } from '../../../broker/ingress.ts';
import { openJournal } from '../../../broker/journal.ts';
import { parseEventing } from '../../../eventing/trigger.ts';
import { createHttpClient, targetOf } from '../../../shared/http/client.ts';
import { NO_TRACES } from '../../../shared/traces/span.ts';
import { DELIVERIES, INGRESS, SLACK_MS } from '../../support/deliveries.ts';
import { type BrokerUnderTest, play, rowDifferences } from '../../support/deliveries-play.ts';
import { type Call, Listener, post } from '../../support/listener.ts';

const BROKER = 'apiVersion: eventing.knative.dev/v1\nkind: Broker\nmetadata: {name: default}\n---\n';

describe('deliveries of the embedded broker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deliveries-'));
  const listener = new Listener();
  const closing: (() => unknown)[] = [];
  let calls: ReadonlyMap<string, Call[]>;
  let broker: BrokerUnderTest;

  beforeAll(async () => {
    broker = await embedded(await listener.start(), listener, folder, closing);
    calls = await play(
      DELIVERIES.map((row, index) => ({ row, index })),
      broker,
    );
  }, 60_000);

  afterAll(async () => {
    for (const close of closing.reverse()) await close();
    await listener.stop();
    rmSync(folder, { recursive: true });
  });

  test.each(DELIVERIES.map((row, index) => ({ ...row, index })))('$name', (row) => {
    expect(rowDifferences(calls, row, row.index, SLACK_MS)).toEqual([]);
  });

  test.each(INGRESS)(
    'ingress: $name gets $status',
    async ({ method = 'POST', path = '/default/default', headers, body, status }) => {
      expect(await broker.request(method, path, headers, body)).toBe(status);
    },
  );
});

async function embedded(
  address: string,
  listener: Listener,
  folder: string,
  closing: (() => unknown)[],
): Promise<BrokerUnderTest> {
  const journal = await openJournal(folder, false);
  const dispatcher = createHttpClient();
  let broker: EmbeddedBroker | undefined;
  const server = createServer((request, response) => {
    if (broker !== undefined) void answerIngress(broker, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const url = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : 0}`;
  closing.push(
    () => journal.close(),
    () => dispatcher.close(),
    () => server.closeAllConnections() ?? server.close(),
    () => broker?.stop(1_000),
  );
  return {
    name: 'default',
    listener: address,
    async apply(yaml) {
      broker = new EmbeddedBroker({
        eventing: parseEventing([{ name: 'table.yaml', text: BROKER + yaml }]),
        journal,
        traces: NO_TRACES,
        dispatcher,
        resolve: (destination) => targetOf(destination.kind === 'uri' ? destination.uri : url),
        ingressUrl: (namespace, name) => `${url}/${namespace}/${name}`,
        report: () => undefined,
        now: () => new Date(),
        concurrency: 16,
      });
    },
    publish: (headers, body) => post(`${url}/default/default`, headers, body),
    async request(method, path, headers, body) {
      const init = { method, headers, ...(body === undefined ? {} : { body }) };
      return (await fetch(url + path, init)).status;
    },
    calls: async () => listener.calls,
  };
}
