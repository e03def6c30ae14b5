import { describe, expect, it } from 'vitest';
import { queryComplaint } from '../../../../console/api/query.ts';

const NOWHERE = 'there is no parameter';

describe('a request for data', () => {
  it.each<[path: string, query: string, complaint: string | undefined]>([
    ['decisions', '', undefined],
    ['decisions', 'outcome=waiting&function=f&tier=trm&namespace=n&since=8h&text=a b&offset=0&limit=500', undefined],
    ['decisions', 'until=2026-11-28T10:00:00.000Z&limit=0&since=', undefined],
    ['charts', 'since=7d', undefined],
    ['stream', 'after=1%2F2', undefined],
    ['decisions/f.1', '', undefined],
    ['decisions', 'limit=abc', 'limit must be a whole number from 0 to 500'],
    ['decisions', 'limit=501', 'limit must be a whole number from 0 to 500'],
    ['decisions', 'offset=-1', 'offset must be a whole number from 0 to 999999'],
    ['decisions', 'since=soon', 'since must be an age such as 30m, 8h or 7d'],
    ['charts', 'since=1w', 'since must be an age such as 30m, 8h or 7d'],
    ['decisions', 'until=yesterday', 'until must be a time in UTC'],
    ['decisions', 'until=2026-99-28T10:00:00Z', 'until must be a time in UTC'],
    ['decisions', 'limit=1&limit=2', 'limit stands there more than once'],
    ['decisions', 'name=x', `${NOWHERE} "name" here; there are function, outcome, tier, namespace, since, text, until`],
    ['charts', 'limit=1', `${NOWHERE} "limit" here; there are function`],
    ['stream', 'since=8h', `${NOWHERE} "since" here; there are after`],
    ['decisions/f.1', 'limit=1', `${NOWHERE} "limit" here`],
    ['constructor', 'limit=1', `${NOWHERE} "limit" here`],
  ])('%s?%s: %s', (path, query, complaint) => {
    const told = queryComplaint(path, new URLSearchParams(query));
    if (complaint === undefined) expect(told).toBeUndefined();
    else expect(told).toContain(complaint);
  });
});
