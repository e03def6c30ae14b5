/** The list of decisions, a piece at a time. */
import { type Filters, filterOf } from './filters.ts';
import { ROWS_LIMIT } from './query.ts';
import type { Row } from './row.ts';

export interface DecisionsPage {
  /** How many rows pass the filters. */
  readonly total: number;
  readonly offset: number;
  readonly rows: readonly Row[];
  /** What can be asked for, of all rows. */
  readonly choices: Choices;
}

export interface Choices {
  readonly functions: readonly string[];
  readonly outcomes: readonly string[];
  readonly tiers: readonly string[];
  readonly namespaces: readonly string[];
}

export interface Asked {
  readonly filters: Filters;
  /**
   * When the list was first asked for: what began later is not in it, so that a row keeps its place while the list is read.
   */
  readonly until: string;
  readonly offset: number;
  readonly limit: number;
}

/** Reads `until`, `offset` and `limit` of a query that can be answered. */
export function readAsked(query: URLSearchParams, filters: Filters, now: Date): Asked {
  return {
    filters,
    until: query.get('until')?.trim() || now.toISOString(),
    offset: Number(query.get('offset') ?? 0),
    limit: Number(query.get('limit')?.trim() || ROWS_LIMIT),
  };
}

/** The rows that are asked for, the newest first. */
export function decisionsPage(
  rows: readonly Row[],
  { filters, until, offset, limit }: Asked,
  now: Date,
): DecisionsPage {
  const passes = filterOf(filters, now);
  const found = rows.filter((row) => row.firstAt <= until && passes(row));
  return { total: found.length, offset, rows: found.slice(offset, offset + limit), choices: choicesOf(rows) };
}

function choicesOf(rows: readonly Row[]): Choices {
  const valuesOf = (read: (row: Row) => string | undefined) =>
    [...new Set(rows.map(read))].filter((value) => value !== undefined).sort();
  return {
    functions: valuesOf((row) => row.lambda_function),
    outcomes: valuesOf((row) => row.outcome),
    tiers: valuesOf((row) => row.method),
    namespaces: valuesOf((row) => row.namespace),
  };
}
