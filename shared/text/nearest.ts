import { distance } from 'fastest-levenshtein';

/** The known word that a slip of the pen would turn into this one; undefined where none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [best] = known.toSorted((a, b) => distance(word, a) - distance(word, b));
  return best !== undefined && distance(word, best) <= word.length / 3 ? best : undefined;
}

/** `did you mean x? `, or nothing where no known word is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  return meant === undefined ? '' : `did you mean ${meant}? `;
}
