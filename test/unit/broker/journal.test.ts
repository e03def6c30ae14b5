import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Journal, openJournal, put, type StoredDelivery } from '../../../broker/journal.ts';
import { repairLevel } from '../../../shared/level.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function delivery(more: Partial<StoredDelivery> = {}): StoredDelivery {
  const event = { attributes: { id: '1' }, contentType: 'application/json', body: Buffer.from('{}'), passed: {} };
  return { trigger: 'default/one', event, stage: 'subscriber', tried: 0, ...more };
}

async function sequences(journal: Journal, area: 'pending' | 'undelivered'): Promise<number[]> {
  const found: number[] = [];
  for await (const { sequence } of journal.list(area)) found.push(sequence);
  return found;
}

describe('journal', () => {
  test('passes over what another version has written, and says of it', async () => {
    const journal = await openJournal(folder, false);
    await journal.commit([put('pending', 1, delivery()), put('pending', 9, delivery())]);
    await journal.close();
    const store = new ClassicLevel<string, Buffer>(folder, { valueEncoding: 'buffer' });
    const head = (value: object) => {
      const text = JSON.stringify(value);
      return Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]);
    };
    const { event: _, ...noEvent } = delivery();
    const odd = [Buffer.alloc(0), Buffer.from('garbage'), head(noEvent), head({ ...noEvent, event: {} }), head([])];
    await store.batch(
      odd.map((value, index) => ({ type: 'put', key: `p${String(index + 2).padStart(12, '0')}`, value })),
    );
    await store.close();
    const again = await openJournal(folder, false);
    const [read, skipped]: [number[], number[]] = [[], []];
    for await (const { sequence } of again.list('pending', (sequence) => skipped.push(sequence))) read.push(sequence);
    await again.close();
    expect({ read, skipped }).toEqual({ read: [1, 9], skipped: [2, 3, 4, 5, 6] });
  });

  test('keeps deliveries over a restart, in order, each as it was', async () => {
    const text = fc.string({ unit: 'binary' });
    const event = fc.record({
      attributes: fc.dictionary(fc.stringMatching(/^[a-z0-9]{1,20}$/), text),
      contentType: fc.option(text, { nil: undefined }),
      body: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      passed: fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}$/), text),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 5 }), async (events) => {
        const journal = await openJournal(join(folder, String(Math.random())), false);
        const stored = events.map((one, index) => ({ sequence: 36 ** index, delivery: delivery({ event: one }) }));
        await journal.commit(stored.map((one) => ({ kind: 'put', area: 'pending', ...one })));
        const read = [];
        for await (const one of journal.list('pending')) read.push(one);
        await journal.close();
        expect(read).toEqual(stored);
      }),
      { numRuns: 25 },
    );
  });

  test('moves a delivery from one area to the other', async () => {
    const journal = await openJournal(folder, true);
    await journal.commit([{ kind: 'put', area: 'pending', sequence: 7, delivery: delivery() }]);
    await journal.commit([
      { kind: 'remove', area: 'pending', sequence: 7 },
      { kind: 'put', area: 'undelivered', sequence: 7, delivery: delivery({ why: 'nobody' }) },
    ]);
    expect([await sequences(journal, 'pending'), await sequences(journal, 'undelivered')]).toEqual([[], [7]]);
    expect((await journal.read('undelivered', 7))?.why).toBe('nobody');
    await journal.close();
  });

  test('writes many commits at a time and keeps their order', async () => {
    const journal = await openJournal(folder, false);
    const commits = Array.from({ length: 500 }, (_, index) =>
      journal.commit([
        { kind: index % 2 === 0 ? 'put' : 'remove', area: 'pending', sequence: index >> 2, delivery: delivery() },
      ]),
    );
    await Promise.all(commits);
    expect(await sequences(journal, 'pending')).toEqual([]);
    await journal.close();
  });

  test('a second runner is told that the folder is in use', async () => {
    const journal = await openJournal(folder, false);
    await expect(openJournal(folder, false)).rejects.toThrow(
      `the data folder ${folder} is in use by an agent-sre run (npm start); stop that one first, or name another folder by --data DIR`,
    );
    await journal.close();
  });

  test('a damaged folder is named with a fix, and repair opens it again', async () => {
    const journal = await openJournal(folder, false);
    await journal.commit([{ kind: 'put', area: 'pending', sequence: 1, delivery: delivery() }]);
    await journal.close();
    damage(join(folder, readdirSync(folder).find((name) => name.startsWith('MANIFEST')) ?? ''));
    await expect(openJournal(folder, false)).rejects.toThrow(/is damaged .*agent-sre queue repair/);
    await repairLevel(folder);
    const repaired = await openJournal(folder, false);
    expect(await sequences(repaired, 'pending')).toEqual([1]);
    await repaired.close();
  });
});

function damage(file: string): void {
  const open = openSync(file, 'r+');
  writeSync(open, Buffer.alloc(16, 0xff), 0, 16, 0);
  closeSync(open);
}
