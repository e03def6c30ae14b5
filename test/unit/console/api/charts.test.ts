import { describe, expect, it } from 'vitest';
import { chartsOf } from '../../../../console/api/charts.ts';
import type { Row } from '../../../../console/api/row.ts';

const row = (minute: number, outcome: string, confidence: number, more: Partial<Row> = {}): Row => {
  const at = new Date(Date.UTC(2026, 10, 28, 8, minute)).toISOString();
  const ms = minute + 1;
  const votes = [{ method: 'trm', outcome: 'selected', reason: 'answered', confidence, ms }];
  return {
    ...{
      episode: String(minute),
      firstAt: at,
      lastAt: at,
      outcome,
      confidence,
      text: '',
      votes,
      records: 1,
      method: 'trm',
    },
    ...more,
  };
};
const charts = chartsOf([
  row(0, 'verified', 0.95, { alertname: 'A', records: 5 }),
  row(1, 'ineffective', 0.91, { alertname: 'B' }),
  row(1, 'verified', 1, { alertname: 'B' }),
  row(4, 'suppressed', 0.2, { alertname: 'B', votes: [] }),
]);

describe('the charts', () => {
  it('count decisions over time', () => {
    expect(charts.times).toHaveLength(5);
    expect(charts.byOutcome).toEqual([
      { name: 'ineffective', values: [0, 1, 0, 0, 0] },
      { name: 'suppressed', values: [0, 0, 0, 0, 1] },
      { name: 'verified', values: [1, 1, 0, 0, 0] },
    ]);
  });

  it('hold confidence against what worked, and nothing that is not known yet', () => {
    const known = charts.reliability.bins.filter(({ verified, ineffective }) => verified + ineffective > 0);
    expect(known).toEqual([
      { from: 0.9, to: 1, verified: 2, ineffective: 1, meanConfidence: expect.closeTo(0.953, 3) },
    ]);
  });

  it.each<[string, Partial<Row>[], boolean, number, number]>([
    ['nobody signs', [{}, {}], false, 2, 0],
    ['functions sign', [{ signed: true }, { signed: true }], true, 2, 0],
    ['one is of before', [{ signed: true }, {}], true, 1, 1],
    ['one rests on a claim', [{ signed: true }, { signed: false }], true, 1, 1],
    ['one was sent by a person, who chose its confidence', [{ method: 'manual' }, {}], false, 1, 0],
  ])('count in it what is signed: %s', (_, rows, isSigned, counted, leftOut) => {
    const { reliability } = chartsOf(rows.map((more, index) => row(index, 'verified', 0.9, more)));
    expect(reliability).toMatchObject({ isSigned, leftOut });
    expect(reliability.bins.reduce((sum, { verified }) => sum + verified, 0)).toBe(counted);
  });

  it('tell the time and the share of each tier', () => {
    expect(charts.latency).toEqual([{ tier: 'trm', count: 3, p50: 2, p90: 2, p99: 2 }]);
    expect(charts.coverage).toEqual([
      { tier: 'static', asked: 3, selected: 0, none: 0, abstained: 3 },
      { tier: 'trm', asked: 3, selected: 3, none: 0, abstained: 0 },
    ]);
  });

  it('name the noisiest alert first', () => {
    expect(charts.noisiest.map(({ alertname, records, called }) => [alertname, records, called])).toEqual([
      ['A', 5, 1],
      ['B', 3, 2],
    ]);
  });

  it('of nothing are empty', () => {
    expect(chartsOf([])).toMatchObject({ times: [], byOutcome: [], latency: [], noisiest: [] });
  });
});
