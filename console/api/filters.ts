/** What a list is narrowed by: the same words in the page's URL and in the request for its data. */
import { durationMs } from '../../shared/duration.ts';
import type { Row } from './row.ts';

export interface Filters {
  readonly function?: string;
  readonly outcome?: string;
  readonly tier?: string;
  readonly namespace?: string;
  /** An age, as in 30m, 8h or 7d. */
  readonly since?: string;
  /** Free text: every word of it must stand somewhere in the row. */
  readonly text?: string;
}

export const FILTER_NAMES = ['function', 'outcome', 'tier', 'namespace', 'since', 'text'] as const;

const LONGEST = 200;

/** The filters of a query; what is blank filters nothing. */
export function readFilters(query: URLSearchParams): Filters {
  const given = FILTER_NAMES.map((name) => [name, query.get(name)?.trim().slice(0, LONGEST) ?? ''] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}

/** Whether a row passes all of them. */
export function filterOf(filters: Filters, now: Date): (row: Row) => boolean {
  const since = filters.since === undefined ? undefined : startOf(filters.since, now);
  const words = (filters.text ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return (row) =>
    (filters.function === undefined || row.lambda_function === filters.function) &&
    (filters.outcome === undefined || row.outcome === filters.outcome) &&
    (filters.tier === undefined || row.method === filters.tier) &&
    (filters.namespace === undefined || row.namespace === filters.namespace) &&
    (since === undefined || row.lastAt >= since) &&
    (words.length === 0 || holdsAll(row, words));
}

/** RFC 3339 in UTC, as the record writes times: they compare as texts. An age that cannot be read begins before all. */
export function startOf(since: string, now: Date): string {
  return isAge(since) ? new Date(now.getTime() - durationMs(since)).toISOString() : '';
}

/** An age as in 30m, 8h or 7d. */
export function isAge(text: string): boolean {
  return /^\d{1,4}[mhd]$/.test(text);
}

function holdsAll(row: Row, words: readonly string[]): boolean {
  const { episode, alertname, target, lambda_function, parameters, reason, text } = row;
  const held = [episode, alertname, target, lambda_function, parameters, reason, text].join(' ').toLowerCase();
  return words.every((word) => held.includes(word));
}
