import { describe, expect, it } from 'vitest';
import { decisionsPage, readAsked } from '../../../../console/api/decisions.ts';
import { readFilters } from '../../../../console/api/filters.ts';
import type { Row } from '../../../../console/api/row.ts';

const NOW = new Date('2026-11-28T12:00:00.000Z');
const row = (episode: string, hour: number, more: Partial<Row>): Row => {
  const at = `2026-11-28T${String(hour).padStart(2, '0')}:00:00.000Z`;
  return { episode, firstAt: at, lastAt: at, outcome: 'called', text: '', votes: [], records: 1, ...more };
};
const rows = [
  row('d', 11, {
    outcome: 'waiting',
    method: 'trm',
    lambda_function: 'pod-restart',
    namespace: 'shop',
    alertname: 'Down',
  }),
  row('c', 9, { method: 'rules', lambda_function: 'job-rerun', namespace: 'backup', target: 'backup/restic' }),
  row('b', 5, { outcome: 'no action', method: 'trm', alertname: 'Watchdog' }),
  row('a', 1, { method: 'static', lambda_function: 'pod-restart', namespace: 'shop', target: 'shop/restic' }),
];

function found(query: string): string {
  const asked = new URLSearchParams(query);
  const page = decisionsPage(rows, readAsked(asked, readFilters(asked), NOW), NOW);
  return `${page.total}: ${page.rows.map(({ episode }) => episode).join(' ')}`;
}

describe('the list', () => {
  it.each([
    ['', '4: d c b a'],
    ['outcome=no action', '1: b'],
    ['function=pod-restart', '2: d a'],
    ['function=pod-restart&namespace=shop&tier=static', '1: a'],
    ['since=4h', '2: d c'],
    ['text=RESTIC', '2: c a'],
    ['text=restic backup', '1: c'],
    ['text=  ', '4: d c b a'],
    ['offset=1&limit=2', '4: c b'],
    ['offset=&limit= &until=', '4: d c b a'],
    ['until=2026-11-28T10:00:00.000Z', '3: c b a'],
  ])('asked for %j has %s', (query, expected) => {
    expect(found(query)).toBe(expected);
  });

  it('says what can be asked for', () => {
    const page = decisionsPage(rows, readAsked(new URLSearchParams('limit=0'), {}, NOW), NOW);
    expect(page.choices).toEqual({
      functions: ['job-rerun', 'pod-restart'],
      outcomes: ['called', 'no action', 'waiting'],
      tiers: ['rules', 'static', 'trm'],
      namespaces: ['backup', 'shop'],
    });
  });
});
