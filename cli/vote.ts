/** The votes of the tiers, as people read them. */
import { isObject } from '../shared/json.ts';
import { printable } from '../shared/text/printable.ts';
import { formatTable } from '../shared/text/table.ts';
import { parametersText } from './parameters.ts';

/** One tier's vote; every value is safe to print, and empty where there is nothing to say. */
export interface Vote {
  readonly tier: string;
  readonly vote: string;
  readonly function: string;
  readonly parameters: string;
  readonly confidence: string;
  readonly entry: string;
  readonly reason: string;
  readonly ms: string;
}

const HEADINGS = ['tier', 'vote', 'function', 'parameters', 'confidence', 'entry', 'reason', 'ms'] as const;

/** There are five tiers; a selection that is sent by hand may claim any number of votes. */
const VOTES_LIMIT = 10;

/** The votes of an event's `attempts`, whoever wrote them; the last ones, among which the deciding one is. */
export function votesOf(attempts: unknown): Vote[] {
  return Array.isArray(attempts) ? attempts.slice(-VOTES_LIMIT).filter(isObject).map(voteOf) : [];
}

export function votesTable(votes: readonly Vote[], width: number): string {
  const rows = votes.map((vote) => HEADINGS.map((heading) => vote[heading]));
  return formatTable([...HEADINGS], rows, width);
}

function voteOf({ method, outcome, lambda_function, parameters, confidence, entry, reason, ...rest }: Fields): Vote {
  const { reasoning, duration_ms: ms } = rest;
  return {
    tier: text(method),
    vote: text(outcome),
    function: text(lambda_function),
    parameters: parametersText(parameters) ?? '',
    confidence: typeof confidence === 'number' ? confidence.toFixed(2) : '',
    entry: text(entry),
    reason: [reason, reasoning].map(text).filter(Boolean).join(': '),
    ms: typeof ms === 'number' ? ms.toFixed(1) : '',
  };
}

type Fields = Readonly<Record<string, unknown>>;

function text(value: unknown): string {
  return typeof value === 'string' ? printable(value) : '';
}
