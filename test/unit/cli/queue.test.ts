import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ClassicLevel } from 'classic-level';
import { expect, it } from 'vitest';
import { type Area, openJournal, put, type StoredDelivery } from '../../../broker/journal.ts';
import { openQueue } from '../../../cli/queue.ts';
import { openLedger } from '../../../shared/ledger/open.ts';
import { run, temporaryFolder } from '../../support/terminal.ts';

const now = () => new Date();
const SILENT = { error: () => undefined };
const WHY = 'http://127.0.0.1:9/: ECONNREFUSED';
const lost: StoredDelivery = {
  trigger: 'default/to-people',
  event: {
    attributes: {
      ...{ specversion: '1.0', id: 'a-1', source: '/test', time: '2026-11-23T02:31:00Z', knativeerrorcode: '503' },
      type: 'io.homelab.prometheus.alert.fired',
    },
    contentType: 'application/json',
    body: Buffer.from('{"labels":{"alertname":"Clears\\u001b[2J","namespace":"shop","pod":"web-1"}}'),
    passed: {},
  },
  stage: 'deadletter',
  tried: 3,
  why: WHY,
};

async function dataFolder(...deliveries: readonly StoredDelivery[]): Promise<string> {
  const folder = temporaryFolder({});
  const journal = await openJournal(join(folder, 'events'), false);
  await journal.commit(deliveries.map((delivery, index) => put('undelivered', index + 1, delivery)));
  await journal.close();
  return folder;
}

async function contents(folder: string, area: Area): Promise<StoredDelivery[]> {
  const journal = await openJournal(join(folder, 'events'), false);
  const found: StoredDelivery[] = [];
  for await (const { delivery } of journal.list(area)) found.push(delivery);
  await journal.close();
  return found;
}

it('queue list shows the undelivered events, and why, without a control character', async () => {
  const { exitCode, out } = await run(['queue', 'list', '--data', await dataFolder(lost)]);
  expect(out).toMatch(/^time +type +alert +id +Trigger +why$/m);
  expect(out.replace(/\s+/g, ' ')).toContain('Clears [2J shop/web-1 a-1 default/to-people http://127.0.0.1:9/:');
  expect(out).toMatch(/^1 undelivered; agent-sre queue retry puts them back$/m);
  expect([exitCode, out.includes('\u001b')]).toEqual([0, false]);
});

it('queue retry puts them back as new deliveries, and says how many', async () => {
  const folder = await dataFolder(lost, lost);
  const { out } = await run(['queue', 'retry', '--data', folder]);
  expect(out).toBe('2 put back; the next agent-sre run delivers them');
  expect(await contents(folder, 'undelivered')).toEqual([]);
  const [first, second] = await contents(folder, 'pending');
  expect(first).toMatchObject({ trigger: 'default/to-people', stage: 'subscriber', tried: 0 });
  expect(first?.event.attributes).not.toHaveProperty('knativeerrorcode');
  expect(second).toEqual(first);
});

it('queue repair leaves what is whole as it was', async () => {
  const folder = await dataFolder(lost);
  expect((await run(['queue', 'repair', '--data', folder])).exitCode).toBe(0);
  expect(await contents(folder, 'undelivered')).toHaveLength(1);
});

it('queue repair rebuilds what the functions remember, too', async () => {
  const folder = await dataFolder();
  const url = pathToFileURL(join(folder, 'ledger'));
  const open = () =>
    openLedger({ LEDGER_URL: url.href, LEDGER_PASSWORD_FILE: '', LEDGER_TIMEOUT_MS: 1_000 }, now, SILENT);
  const first = await open();
  await first.transact([], () => ({ answer: undefined, writes: [{ key: 'k', record: { a: 1 }, ttlMs: 60_000 }] }));
  await first.close();
  writeFileSync(join(folder, 'ledger', 'CURRENT'), 'garbage');
  await expect(open()).rejects.toThrow('repair it by agent-sre queue repair');
  expect((await run(['queue', 'repair', '--data', folder])).exitCode).toBe(0);
  const again = await open();
  expect(await again.transact(['k'], (known) => ({ answer: known.get('k'), writes: [] }))).toEqual({ a: 1 });
  await again.close();
});

it.each(['events', 'ledger'])('queue repair touches nothing while the system has %s open', async (name) => {
  const folder = await dataFolder(lost);
  const running = new ClassicLevel(join(folder, name));
  await running.put('before', '1');
  const { exitCode, err } = await run(['queue', 'repair', '--data', folder]);
  await running.put('after', '2');
  await running.close();
  expect([exitCode, err]).toEqual([
    2,
    expect.stringContaining('cannot be repaired: another process has it open (stop'),
  ]);
  const again = new ClassicLevel(join(folder, name));
  expect(await again.getMany(['before', 'after'])).toEqual(['1', '2']);
  await again.close();
});

it('queue list says what to do while the system runs', async () => {
  const folder = await dataFolder(lost);
  const running = await openJournal(join(folder, 'events'), false);
  const { exitCode, err } = await run(['queue', 'list', '--data', folder]);
  await running.close();
  expect([exitCode, err]).toEqual([2, expect.stringContaining('is in use by an agent-sre run (npm start); stop that')]);
});

it.each([
  ['list', '--data', '/nowhere', 'there is no folder /nowhere (name the data folder by --data DIR)'],
  ['empty', '--data', '/nowhere', 'queue does not know "empty" (use list, retry or repair)'],
])('queue %s is told what is wrong', async (...args) => {
  const [message = ''] = args.splice(3);
  const { exitCode, err } = await run(['queue', ...args]);
  expect([exitCode, err]).toEqual([2, `agent-sre: ${message}`]);
});

it.skipIf(process.platform !== 'linux')(
  'a data folder that the system cannot make is told, and not waited for',
  async () => {
    const message = 'the data folder /proc/x cannot be used: ENOENT';
    await expect(openQueue('/proc/x', false)).rejects.toThrow(message);
  },
);
