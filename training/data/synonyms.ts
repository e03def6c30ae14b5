import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from './random.ts';

/** What each phrase may be replaced by, and where a text has one of them. */
export interface Synonyms {
  readonly of: ReadonlyMap<string, readonly string[]>;
  readonly pattern: RegExp;
}

export const PROSE_SYNONYMS: Synonyms = readSynonyms('prose.txt');
/** In lower case. */
export const NAME_SYNONYMS: Synonyms = readSynonyms('names.txt');

/** Reads sets of equal meaning and equal grammar, one a line; none of them changes what a runbook does. */
function readSynonyms(file: string): Synonyms {
  const lines = readFileSync(join(import.meta.dirname, 'synonyms', file), 'utf8')
    .trim()
    .split('\n');
  const of = new Map<string, string[]>();
  for (const line of lines) {
    const set = line.split('|');
    for (const phrase of set) of.set(phrase, [...(of.get(phrase) ?? []), ...set.filter((other) => other !== phrase)]);
  }
  const longestFirst = [...of.keys()].sort((left, right) => right.length - left.length);
  return { of, pattern: new RegExp(`\\b(?:${longestFirst.join('|')})\\b`, 'gi') };
}

/** Replaces that share of the phrases that have synonyms; a capital at the start stays one. */
export function replaceSynonyms({ of, pattern }: Synonyms, text: string, share: number, random: Random): string {
  return text.replaceAll(pattern, (phrase) => {
    const others = of.get(phrase) ?? of.get(phrase.charAt(0).toLowerCase() + phrase.slice(1));
    if (others === undefined || !random.chance(share)) return phrase;
    const other = random.pick(others);
    return /^[A-Z]/.test(phrase) ? other.charAt(0).toUpperCase() + other.slice(1) : other;
  });
}
