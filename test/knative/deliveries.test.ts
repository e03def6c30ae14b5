import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DELIVERIES, INGRESS } from '../support/deliveries.ts';
import { type NumberedCase, play, rowDifferences } from '../support/deliveries-play.ts';
import type { Call } from '../support/listener.ts';
import { Agent, makeBroker, removeBroker } from './bench.ts';

const obstacle = process.env.KNATIVE_OBSTACLE;
const SLACK_MS = 1_500;
// Every event goes to the filter of every Trigger of its Broker: more rows at a time would only measure the machine.
const ROWS_AT_A_TIME = 8;
// A Broker of its own for each batch: a channel goes on sending to a Trigger for a while after it is deleted.
const RUN = `t${process.pid}`;

describe.skipIf(obstacle !== undefined)(
  `deliveries of the real Knative Eventing${obstacle ? ` (${obstacle})` : ''}`,
  () => {
    const made: string[] = [];
    let agent: Agent;
    let calls: ReadonlyMap<string, Call[]>;

    beforeAll(async () => {
      agent = new Agent();
      await agent.start();
      for (const [number, batch] of batches().entries()) {
        const name = `${RUN}-${number}`;
        made.push(name);
        await makeBroker(name, agent);
        calls = await play(batch, agent.underTest(name));
      }
    }, 900_000);

    afterAll(() => {
      for (const name of made) removeBroker(name);
      agent.stop();
    }, 120_000);

    test.each(DELIVERIES.map((row, index) => ({ ...row, index })))('$name', (row) => {
      expect(rowDifferences(calls, row, row.index, SLACK_MS)).toEqual([]);
    });

    test.each(INGRESS)(
      'ingress: $name gets $status',
      async ({ method = 'POST', path = '/default/default', headers, body, status }) => {
        expect(await agent.underTest('default').request(method, path, headers, body)).toBe(status);
      },
    );
  },
);

function batches(): NumberedCase[][] {
  const rows = DELIVERIES.map((row, index) => ({ row, index }));
  const loops = rows.filter(({ row }) => 'loop' in row.expected);
  const others = rows.filter(({ row }) => !('loop' in row.expected));
  const count = Math.ceil(others.length / ROWS_AT_A_TIME);
  const cut = (batch: number) => others.slice(batch * ROWS_AT_A_TIME, (batch + 1) * ROWS_AT_A_TIME);
  return [...Array.from({ length: count }, (_, batch) => cut(batch)), loops];
}
