import { describe, expect, it } from 'vitest';
import type { DecisionRecord } from '../../../../cli/history/record.ts';
import { nextRow, type Row } from '../../../../console/api/row.ts';

const record = (outcome: string, more: object = {}) =>
  ({
    id: outcome,
    time: '2026-11-28T08:00:00.000Z',
    episode: 'f.1',
    outcome,
    text: outcome,
    ...more,
  }) as DecisionRecord;

function outcomeAfter(...outcomes: readonly string[]): string | undefined {
  let row: Row | undefined;
  for (const outcome of outcomes) row = nextRow(row, record(outcome));
  return row?.outcome;
}

describe('the outcome of an episode', () => {
  it.each<[string[], string]>([
    [['called'], 'called'],
    [['waiting', 'approved', 'called', 'finished', 'verified'], 'verified'],
    [['called', 'suppressed'], 'called'],
    [['called', 'ineffective', 'suppressed', 'waiting'], 'waiting'],
    [['suppressed', 'called'], 'called'],
    [['suppressed', 'suppressed'], 'suppressed'],
    [['no action', 'rejected'], 'no action'],
  ])('after %j is %s', (outcomes, expected) => {
    expect(outcomeAfter(...outcomes)).toBe(expected);
  });
});

describe('whether its outcome is signed', () => {
  it.each<[string, boolean | undefined, object, boolean | undefined]>([
    ['verified', true, {}, true],
    ['verified', false, { signed: true }, false],
    ['rejected', undefined, { signed: true }, true],
    ['finished', false, { signed: true }, false],
  ])('after a record %s, signed %s, of one that was %j: %s', (outcome, signed, before, expected) => {
    const first = nextRow(undefined, record('called', before));
    expect(nextRow(first, record(outcome, { signed })).signed).toBe(expected);
  });
});

describe('a row', () => {
  const vote = { method: 'trm', outcome: 'selected', reason: 'answered', confidence: 0.9, duration_ms: 7 };
  const called = record('called', { target: 'shop/web', event: { type: 't', data: { attempts: [vote] } } });

  it('has the votes of the event, of a selection within too', () => {
    const votes = [{ method: 'trm', outcome: 'selected', reason: 'answered', confidence: 0.9, ms: 7 }];
    expect(nextRow(undefined, called).votes).toEqual(votes);
    const held = record('suppressed', { event: { type: 't', data: { selection: { attempts: [vote] } } } });
    expect(nextRow(undefined, held).votes).toEqual(votes);
  });

  it('keeps what later records do not say', () => {
    const row = nextRow(nextRow(undefined, called), record('verified', { time: '2026-11-28T08:05:00.000Z' }));
    expect(row).toMatchObject({ target: 'shop/web', records: 2, votes: [{ method: 'trm' }] });
    expect([row.firstAt, row.lastAt]).toEqual(['2026-11-28T08:00:00.000Z', '2026-11-28T08:05:00.000Z']);
  });

  it.each([[7], [{ attempts: 7 }], [{ attempts: [7, null] }], [{ selection: { attempts: 'x' } }]])(
    'takes data that may be anything: %j',
    (data) => {
      expect(nextRow(undefined, record('called', { event: { type: 't', data } })).votes).toEqual([]);
    },
  );
});
