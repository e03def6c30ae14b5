import { CONTINUES } from '../../functions/trm-reason/tokenizer.ts';

interface Word {
  readonly count: number;
  readonly pieces: string[];
}

/**
 * Byte-pair merges (Sennrich et al., 2016) written as WordPiece pieces, the most frequent pair first, until `limit` pieces
 * are found or every word is whole.
 *
 * @param counts how often each lower-case word occurs
 */
export function learnPieces(counts: ReadonlyMap<string, number>, limit: number): string[] {
  const words = [...counts].map(([word, count]): Word => ({ count, pieces: spell(word) }));
  const pairs = new PairCounts(words);
  const pieces = new Set<string>();
  while (pieces.size < limit) {
    const pair = pairs.mostFrequent();
    if (pair === undefined) break;
    pieces.add(pairs.merge(pair));
  }
  return [...pieces];
}

function spell(word: string): string[] {
  return [...word].map((letter, index) => (index === 0 ? letter : CONTINUES + letter));
}

/** Counts of neighbouring pieces, kept up to date by recounting only the words that a merge changes. */
class PairCounts {
  readonly #counts = new Map<string, number>();
  readonly #words = new Map<string, Set<Word>>();

  constructor(words: readonly Word[]) {
    for (const word of words) this.#count(word, 1);
  }

  mostFrequent(): string | undefined {
    let best: string | undefined;
    let most = 0;
    for (const [pair, count] of this.#counts) {
      if (count > most) [best, most] = [pair, count];
    }
    return best;
  }

  merge(pair: string): string {
    const [left = '', right = ''] = pair.split(' ');
    const piece = left + right.slice(CONTINUES.length);
    for (const word of [...(this.#words.get(pair) ?? [])]) {
      this.#count(word, -1);
      for (let index = word.pieces.length - 1; index > 0; index--) {
        if (word.pieces[index - 1] === left && word.pieces[index] === right) word.pieces.splice(index - 1, 2, piece);
      }
      this.#count(word, 1);
    }
    this.#counts.delete(pair);
    return piece;
  }

  #count(word: Word, sign: 1 | -1): void {
    for (let index = 1; index < word.pieces.length; index++) {
      const pair = `${word.pieces[index - 1]} ${word.pieces[index]}`;
      this.#counts.set(pair, (this.#counts.get(pair) ?? 0) + sign * word.count);
      const words = this.#words.get(pair) ?? new Set();
      if (sign === 1) words.add(word);
      else words.delete(word);
      this.#words.set(pair, words);
    }
  }
}
