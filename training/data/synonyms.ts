import type { Random } from './random.ts';
import { NAMES } from './synonyms/names.ts';
import { PROSE } from './synonyms/prose.ts';

/** What each phrase may be replaced by, and where a text has one of them. */
export interface Synonyms {
  readonly of: ReadonlyMap<string, readonly string[]>;
  readonly pattern: RegExp;
}

export const PROSE_SYNONYMS: Synonyms = readSynonyms(PROSE);
export const NAME_SYNONYMS: Synonyms = readSynonyms(NAMES);

function readSynonyms(sets: string): Synonyms {
  const of = new Map<string, string[]>();
  for (const line of sets.trim().split('\n')) {
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
