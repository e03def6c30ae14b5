import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EmbeddedBroker } from '../../../broker/broker.ts';
import { type Journal, openJournal } from '../../../broker/journal.ts';
import type { Exchange } from '../../../shared/http/exchange.ts';
import { BROKEN, brokerOf, event, idsIn, OK, triggerYaml, until } from '../../support/embedded.ts';

let folder: string;
let journal: Journal;
let sent: { url: string; id: string | undefined }[];
let messages: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'broker-'));
  journal = await openJournal(folder, false);
  sent = [];
  messages = [];
});

afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

function broker(yaml: string, answer: (url: string) => Exchange | Promise<Exchange>, concurrency = 16): EmbeddedBroker {
  const play = (url: string, headers: Readonly<Record<string, string>>) => {
    sent.push({ url, id: headers['ce-id'] });
    return answer(url);
  };
  return brokerOf(journal, yaml, play, { concurrency, report: (message) => messages.push(message) });
}

describe('what a kill leaves', () => {
  test('an accepted event that nobody answered yet is delivered by the next run', async () => {
    const never = new Promise<Exchange>(() => undefined);
    const first = broker(triggerYaml('one', '{retry: 0}'), () => never);
    expect(await first.accept('default', 'default', event('a'))).toEqual({ kind: 'accepted' });
    const second = broker(triggerYaml('one', '{retry: 0}'), () => OK);
    await second.recover();
    await until(() => second.counts.delivered === 1);
    expect(sent).toEqual([
      { url: 'http://one/', id: 'a' },
      { url: 'http://one/', id: 'a' },
    ]);
    expect(await idsIn(journal, 'pending')).toEqual([]);
  });

  test('tries that were made before count after a restart', async () => {
    const yaml = triggerYaml(
      'one',
      '{retry: 1, backoffPolicy: linear, backoffDelay: PT0S, deadLetterSink: {uri: "http://dead/"}}',
    );
    const never = new Promise<Exchange>(() => undefined);
    const first = broker(yaml, () => (sent.length === 1 ? BROKEN : never));
    await first.accept('default', 'default', event('a'));
    await until(() => sent.length === 2);
    const second = broker(yaml, (url) => (url === 'http://dead/' ? OK : BROKEN));
    await second.recover();
    await until(() => second.counts.deadLettered === 1);
    expect(sent.map(({ url }) => url)).toEqual(['http://one/', 'http://one/', 'http://one/', 'http://dead/']);
  });

  test('an event whose Trigger is gone is kept as undelivered', async () => {
    const never = new Promise<Exchange>(() => undefined);
    await broker(triggerYaml('old', '{retry: 0}'), () => never).accept('default', 'default', event('a'));
    const second = broker(triggerYaml('new', '{retry: 0}'), () => OK);
    await second.recover();
    expect(await idsIn(journal, 'undelivered')).toEqual(['a']);
    expect(messages.join()).toMatch(
      /event a \(t\) could not be delivered \(no file declares its Trigger default\/old any more\)/,
    );
  });
});

describe('what nobody takes', () => {
  test('stays as undelivered and can be delivered again', async () => {
    let answer = BROKEN;
    const one = broker(triggerYaml('one', '{retry: 1}'), () => answer);
    await one.accept('default', 'default', event('a'));
    await until(() => one.counts.undelivered === 1);
    expect([await idsIn(journal, 'pending'), await idsIn(journal, 'undelivered')]).toEqual([[], ['a']]);
    answer = OK;
    expect(await one.redeliver()).toBe(1);
    await until(() => one.counts.delivered === 1);
    expect([one.counts, await idsIn(journal, 'undelivered')]).toMatchObject([{ undelivered: 0, pending: 0 }, []]);
  });
});

describe('many events', () => {
  test('more than fit in memory all arrive, in the order of their acceptance for one at a time', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const one = broker(triggerYaml('one', '{retry: 0}'), () => gate.then(() => OK), 1);
    const ids = Array.from({ length: 6_000 }, (_, index) => `e${index}`);
    await Promise.all(ids.map((id) => one.accept('default', 'default', event(id))));
    open();
    await until(() => one.counts.delivered === ids.length);
    expect(sent.map(({ id }) => id)).toEqual(ids);
  });

  test('no more than the concurrency at a time reach one subscriber', async () => {
    let running = 0;
    let most = 0;
    const one = broker(
      triggerYaml('one', '{retry: 0}'),
      async () => {
        most = Math.max(most, ++running);
        await sleep(5);
        running--;
        return OK;
      },
      4,
    );
    await Promise.all(Array.from({ length: 40 }, (_, index) => one.accept('default', 'default', event(`e${index}`))));
    await until(() => one.counts.delivered === 40);
    expect(most).toBe(4);
  });
});

test('stop waits for what is under way and starts nothing more', async () => {
  const one = broker(triggerYaml('one', '{retry: 0}'), () => sleep(100, OK), 1);
  await Promise.all(['a', 'b'].map((id) => one.accept('default', 'default', event(id))));
  await one.stop(1_000);
  expect(one.counts.delivered).toBe(1);
  expect(await idsIn(journal, 'pending')).toEqual(['b']);
});
