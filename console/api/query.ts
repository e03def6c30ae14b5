/** What a request for data may ask: what is not known, or cannot be read, is refused and never left out. */
import { FILTER_NAMES, isAge } from './filters.ts';

/** Rows of one answer. */
export const ROWS_LIMIT = 500;

const PAGE_NAMES = ['until', 'offset', 'limit'] as const;
/** The parameters of each path that takes some. A map: an object would know a path named constructor. */
const TAKEN = new Map<string, readonly string[]>([
  ['decisions', [...FILTER_NAMES, ...PAGE_NAMES]],
  ['charts', FILTER_NAMES],
  ['stream', ['after']],
]);

interface Form {
  readonly takes: string;
  readonly holds: (text: string) => boolean;
}

const FORMS: Readonly<Record<string, Form>> = {
  since: { takes: 'an age such as 30m, 8h or 7d', holds: isAge },
  until: {
    takes: 'a time in UTC such as 2026-11-23T02:00:00.000Z',
    holds: (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text)),
  },
  offset: { takes: 'a whole number from 0 to 999999', holds: (text) => /^\d{1,6}$/.test(text) },
  limit: {
    takes: `a whole number from 0 to ${ROWS_LIMIT}`,
    holds: (text) => /^\d{1,6}$/.test(text) && Number(text) <= ROWS_LIMIT,
  },
};

/** Why the query of a path cannot be answered, with the name of the parameter; undefined where it can. */
export function queryComplaint(path: string, query: URLSearchParams): string | undefined {
  const taken = TAKEN.get(path) ?? [];
  for (const [name, value] of query) {
    const shown = JSON.stringify(name.slice(0, 40));
    if (!taken.includes(name)) {
      return `there is no parameter ${shown} here${taken.length === 0 ? '' : `; there are ${taken.join(', ')}`}`;
    }
    if (query.getAll(name).length > 1) return `${name} stands there more than once`;
    const form = FORMS[name];
    if (form !== undefined && value.trim() !== '' && !form.holds(value.trim())) return `${name} must be ${form.takes}`;
  }
  return undefined;
}
