import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Journal, JournalError, openJournal } from '../../../broker/journal.ts';
import { createHttpClient } from '../../../shared/http/client.ts';
import type { Exchange } from '../../../shared/http/exchange.ts';
import { BROKEN, brokerOf, event, idsIn, OK, triggerYaml, until } from '../../support/embedded.ts';
import { canMount, smallDisk } from '../../support/small-disk.ts';

const DEAD = 'deadLetterSink: {uri: "http://dead/"}';
const STRUCTURED = { 'content-type': 'application/cloudevents+json' };

let folder: string;
let journal: Journal;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'faults-'));
  journal = await openJournal(join(folder, 'events'), false);
});

afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

function reply(envelope: string): Exchange {
  return { kind: 'response', status: 200, headers: STRUCTURED, body: Buffer.from(envelope) };
}

const envelope = (more: string) => `{"specversion":"1.0","source":"/s","type":"t","id":"1",${more}}`;
const nested = '['.repeat(20_000) + ']'.repeat(20_000);

describe('a delivery that throws', () => {
  test.each([
    ['is dead-lettered', DEAD, 'http://dead/', { deadLettered: 1, undelivered: 0, pending: 0 }],
    ['without a dead letter sink is undelivered', 'retry: 5', '', { deadLettered: 0, undelivered: 1, pending: 0 }],
    ['and whose dead letter throws is undelivered', DEAD, '', { deadLettered: 0, undelivered: 1, pending: 0 }],
  ])('%s', async (_, delivery, works, counts) => {
    const broker = brokerOf(journal, triggerYaml('one', `{${delivery}}`), (url) => {
      if (url === works) return OK;
      throw new RangeError('nobody foresaw this');
    });
    await broker.accept('default', 'default', event('a'));
    await until(() => broker.counts.pending === 0);
    expect(broker.counts).toMatchObject(counts);
    expect(await idsIn(journal, 'pending')).toEqual([]);
  });

  test.each([
    ['a media type outside Latin-1', event('a', { contentType: 'text/日本' })],
    ['a line break in its media type', event('a', { contentType: 'text/plain\r\nx: y' })],
  ])('over %s ends as undelivered, and says why', async (_, impossible) => {
    const dispatcher = createHttpClient();
    const broker = brokerOf(journal, triggerYaml('one', `{retry: 5, ${DEAD}}`), () => OK, { dispatcher });
    await broker.accept('default', 'default', impossible);
    await until(() => broker.counts.undelivered === 1);
    for await (const { delivery } of journal.list('undelivered')) expect(delivery.why).toMatch(/content-type/);
    expect(await idsIn(journal, 'undelivered')).toEqual(['a']);
    dispatcher.close();
  });

  test.each([
    ['a lone surrogate for an id', reply('{"specversion":"1.0","source":"/s","type":"t","id":"\\ud800"}')],
    ['a lone surrogate in another attribute', reply(envelope('"subject":"\\ud800"'))],
    ['a reply nested 20,000 deep', reply(envelope(`"data":${nested}`))],
  ])('over %s does not come back', async (_, answer) => {
    const yaml = triggerYaml('one', '{retry: 0}') + triggerYaml('two', '{retry: 0}');
    let calls = 0;
    const broker = brokerOf(journal, yaml, (url) => (url === 'http://one/' && calls++ === 0 ? answer : OK));
    await broker.accept('default', 'default', event('a'));
    await until(() => broker.counts.accepted > 0 && broker.counts.pending === 0);
    expect(await idsIn(journal, 'pending')).toEqual([]);
  });
});

test('a delivery that can neither be made nor kept as undelivered at first is not forgotten', async () => {
  let broken = 0;
  const commit: Journal['commit'] = async (changes) => {
    const isGivenUp = changes.some((change) => change.kind === 'put' && change.area === 'undelivered');
    if (isGivenUp && broken++ < 2) throw new TypeError('nobody foresaw this');
    await journal.commit(changes);
  };
  const broker = brokerOf({ ...bound(journal), commit }, triggerYaml('one', '{retry: 0}'), () => BROKEN);
  await broker.accept('default', 'default', event('a'));
  await until(() => broker.counts.pending === 0);
  expect(await idsIn(journal, 'undelivered')).toEqual(['a']);
  expect(await idsIn(journal, 'pending')).toEqual([]);
});

test('an observer that throws undoes nothing', async () => {
  const observe = () => {
    throw new Error('cannot show it');
  };
  const broker = brokerOf(journal, triggerYaml('one', '{retry: 0}'), () => OK, { observe });
  expect(await broker.accept('default', 'default', event('a'))).toEqual({ kind: 'accepted' });
  await until(() => broker.counts.delivered === 1);
  expect(broker.counts).toMatchObject({ delivered: 1, pending: 0, undelivered: 0 });
});

test('where all subscribers fail, every accepted event is listed as undelivered', async () => {
  const delivery = `{retry: 3, backoffPolicy: linear, backoffDelay: PT0.01S, ${DEAD}}`;
  const yaml = triggerYaml('one', delivery) + triggerYaml('two', delivery);
  const answers = [BROKEN, { kind: 'timeout' }, { kind: 'unreachable', message: 'refused' }] as const;
  let next = 0;
  const broker = brokerOf(journal, yaml, () => answers[next++ % answers.length] ?? BROKEN);
  const ids = Array.from({ length: 30 }, (_, index) => `e${index}`);
  await Promise.all(ids.map((id) => broker.accept('default', 'default', event(id))));
  await until(() => broker.counts.pending === 0);
  expect((await idsIn(journal, 'undelivered')).sort()).toEqual([...ids, ...ids].sort());
});

describe('a disk that is full', () => {
  test('during retries: the deliveries go on when there is space again', async () => {
    let isFull = false;
    const commit: Journal['commit'] = async (changes) => {
      if (isFull) throw new JournalError('full');
      await journal.commit(changes);
    };
    const messages: string[] = [];
    let answer = BROKEN;
    const limited: Journal = { ...bound(journal), commit };
    const yaml = triggerYaml('one', '{retry: 2, backoffPolicy: linear, backoffDelay: PT0.01S}');
    const report = (message: string) => messages.push(message);
    const broker = brokerOf(limited, yaml, () => answer, { report });
    await broker.accept('default', 'default', event('a'));
    isFull = true;
    await until(() => messages.length > 0);
    await expect(broker.accept('default', 'default', event('b'))).rejects.toThrow(JournalError);
    answer = OK;
    isFull = false;
    await until(() => broker.counts.pending === 0);
    expect(broker.counts).toMatchObject({ accepted: 1, delivered: 1, undelivered: 0, pending: 0 });
    expect(messages).toEqual(['full; deliveries wait until it can']);
  });

  test('ends a stop in time, and the next run delivers', async () => {
    const limited: Journal = { ...bound(journal), commit: () => Promise.reject(new JournalError('full')) };
    const yaml = triggerYaml('one', '{retry: 0}');
    await journal.commit([{ kind: 'put', area: 'pending', sequence: 1, delivery: pendingFor('a') }]);
    let asked = 0;
    const first = brokerOf(limited, yaml, () => {
      asked++;
      return OK;
    });
    await first.recover();
    await until(() => asked === 1);
    await first.stop(1_000);
    const second = brokerOf(journal, yaml, () => OK);
    await second.recover();
    await until(() => second.counts.delivered === 1);
    expect(await idsIn(journal, 'pending')).toEqual([]);
  });

  test.skipIf(!canMount())('is survived by the journal itself, without a restart', async () => {
    const disk = smallDisk(join(folder, 'disk'));
    const small = await openJournal(join(folder, 'disk/events'), false);
    try {
      await small.commit([{ kind: 'put', area: 'pending', sequence: 1, delivery: pendingFor('a') }]);
      disk.fill();
      const large = pendingFor('b', Buffer.alloc(200_000));
      await expect(small.commit([{ kind: 'put', area: 'pending', sequence: 2, delivery: large }])).rejects.toThrow(
        /cannot be written/,
      );
      disk.free();
      await small.commit([{ kind: 'put', area: 'pending', sequence: 3, delivery: pendingFor('c') }]);
      expect(await idsIn(small, 'pending')).toEqual(['a', 'c']);
    } finally {
      await small.close();
      disk.unmount();
    }
  });
});

function pendingFor(id: string, body = Buffer.alloc(0)) {
  return { trigger: 'default/one', event: event(id, { body }), stage: 'subscriber', tried: 0 } as const;
}

function bound(one: Journal): Journal {
  return {
    commit: (changes) => one.commit(changes),
    read: (area, sequence) => one.read(area, sequence),
    lastSequence: () => one.lastSequence(),
    list: (area) => one.list(area),
    close: () => one.close(),
  };
}
