import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Journal, openJournal } from '../../../broker/journal.ts';
import type { Exchange } from '../../../shared/http/exchange.ts';
import { NO_TRACES, type Traces } from '../../../shared/traces/span.ts';
import { BROKEN, brokerOf, event, OK, triggerYaml, until } from '../../support/embedded.ts';
import { keepingTraces } from '../../support/telling-traces.ts';

const MADE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const PASSED = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01';
const attributes = { id: 'a', source: '/t', type: 't', specversion: '1.0' };

let folder: string;
let journal: Journal;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'broker-'));
  journal = await openJournal(folder, false);
});

afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

/** The headers of the deliveries of one event by one Trigger, which answers so. */
async function deliver(traces: Traces, given: Parameters<typeof event>[1], answers: readonly Exchange[]) {
  const sent: Readonly<Record<string, string>>[] = [];
  const yaml = triggerYaml('one', '{retry: 3, backoffPolicy: linear, backoffDelay: PT0S}');
  const play = (_: string, headers: Readonly<Record<string, string>>) => answers[sent.push(headers) - 1] ?? OK;
  const broker = brokerOf(journal, yaml, play, { traces });
  await broker.accept('default', 'default', event('a', given));
  await until(() => broker.counts.delivered === 1);
  await broker.stop(1_000);
  return sent.map((headers) => ({ made: headers['ce-traceparent'], passed: headers.traceparent }));
}

test('each try of a delivery is a step of what made the event, and names itself in the headers', async () => {
  const { traces, spans } = keepingTraces();
  const sent = await deliver(traces, { attributes: { ...attributes, traceparent: MADE } }, [BROKEN]);
  expect(spans).toMatchObject([
    {
      ...{ name: 'deliver default/one', parent: MADE, failed: 'retry', ended: true },
      attributes: { 'agent_sre.delivery.try': 1, 'agent_sre.delivery.result': 'retry' },
    },
    {
      ...{ name: 'deliver default/one', parent: MADE, failed: undefined, ended: true },
      attributes: { 'agent_sre.delivery.try': 2, 'agent_sre.delivery.result': 'delivered' },
    },
  ]);
  expect(sent).toEqual([
    { made: MADE, passed: `00-${'a'.repeat(32)}-0000000000000001-01` },
    { made: MADE, passed: `00-${'a'.repeat(32)}-0000000000000002-01` },
  ]);
});

test('an event whose headers alone name a trace goes on in it', async () => {
  const { traces, spans } = keepingTraces();
  await deliver(traces, { passed: { traceparent: PASSED } }, []);
  expect(spans.map(({ name, parent }) => [name, parent])).toEqual([['deliver default/one', PASSED]]);
});

test('an event without a trace gets one', async () => {
  const { traces, spans } = keepingTraces();
  const own = `00-${'a'.repeat(32)}-0000000000000001-01`;
  const [sent] = await deliver(traces, {}, []);
  expect(spans.map(({ name, parent }) => [name, parent])).toEqual([
    ['publish default/default', undefined],
    ['deliver default/one', own],
  ]);
  expect(sent?.made).toBe(own);
});

test('where no traces are exported the trace of others is passed on as it came', async () => {
  const given = { attributes: { ...attributes, traceparent: MADE }, passed: { traceparent: PASSED } };
  expect(await deliver(NO_TRACES, given, [])).toEqual([{ made: MADE, passed: PASSED }]);
});
