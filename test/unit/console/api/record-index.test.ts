import { describe, expect, it } from 'vitest';
import type { DecisionRecord } from '../../../../cli/history/record.ts';
import { createIndex } from '../../../../console/api/record-index.ts';
import { catchUp } from '../../../../console/api/stream.ts';

const record = (id: string, episode = id) =>
  ({ id, episode, time: '2026-11-28T08:00:00.000Z', outcome: 'called', text: id }) as DecisionRecord;

function indexOf(ids: readonly string[], limit?: number) {
  const index = createIndex(limit);
  for (const id of ids) index.add(record(id));
  return index;
}

describe('the index', () => {
  it('has the newest episode first, and drops the oldest ones', () => {
    const rows = indexOf(['a', 'b', 'c', 'd'], 3).rows();
    expect(rows.map(({ episode }) => episode)).toEqual(['d', 'c', 'b']);
  });

  it('takes a record once', () => {
    const index = indexOf(['a']);
    index.add(record('a'));
    expect(index.row('a')?.records).toBe(1);
  });

  it('takes one that is signed after a forgery with its id', () => {
    const index = indexOf([]);
    index.add({ ...record('a'), signed: false });
    index.add({ ...record('a'), outcome: 'verified', signed: true });
    expect(index.row('a')).toMatchObject({ records: 2, outcome: 'verified' });
  });

  it('tells who follows, until they leave', () => {
    const index = indexOf(['a']);
    const told: string[] = [];
    const leave = index.follow(({ id }) => told.push(id));
    index.add(record('b'));
    leave();
    index.add(record('c'));
    expect(told).toEqual(['b']);
  });
});

describe('a page that comes back', () => {
  const index = indexOf(['a', 'b b', 'c\n']);

  it.each<[string | undefined, RegExp]>([
    [undefined, /^id: c%0A\nevent: ready\n/],
    ['c%0A', /^id: c%0A\nevent: ready\n/],
    ['a', /^id: b%20b\nevent: change\ndata: \{"row":.*\n\nid: c%0A\nevent: change\n/],
    ['unknown', /^id: c%0A\nevent: reset\n/],
    ['%', /event: reset/],
  ])('and knows %s is told the rest', (lastEventId, expected) => {
    expect(catchUp(index, lastEventId)).toMatch(expected);
  });

  it('is told of an index in which nothing is', () => {
    expect(catchUp(createIndex(), undefined)).toBe('event: ready\ndata: {}\n\n');
  });
});
