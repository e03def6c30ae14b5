/** A word of an alert, lower-case; `number` stands for anything that begins with a digit or is one. */
export interface Word {
  readonly text: string;
  readonly number: boolean;
}

/** Letters that no decomposition takes apart, as they are written without them. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
};
const WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+(?:[.,]\d+)*/g;
// Words that carry no information about the remediation; without them a third more of a text is read.
const STOP = new Set(
  'a an the of is are was were be been being to in on at by for from and or as it its this that these those has have had will would can could may might should there their which with'.split(
    ' ',
  ),
);
/** Longer words are identifiers, or no words at all. */
const WORD_LENGTH_LIMIT = 24;

/**
 * Latin letters without their accents: über → uber. Other scripts stay as they are, and are not read: the vocabulary has no
 * pieces of them, and a name or label in Latin letters stands beside them in every alert.
 */
export function foldLetters(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text;
  const plain = text.normalize('NFKD').replaceAll(/\p{M}+/gu, '');
  return plain.replaceAll(/[^\0-\x7f]/g, (letter) => {
    const small = letter.toLowerCase();
    const folded = LETTERS[small];
    if (folded === undefined) return letter;
    return small === letter ? folded : folded.charAt(0).toUpperCase() + folded.slice(1);
  });
}

/** Splits at separators, camel case and digits, accents left out: `KubePodOOMKilled` → kube pod oom killed. */
export function splitWords(text: string): Word[] {
  const words: Word[] = [];
  for (const [match] of foldLetters(text).matchAll(WORD)) {
    const number = match.charCodeAt(0) < 58;
    if (number || match.length <= WORD_LENGTH_LIMIT) words.push({ text: match.toLowerCase(), number });
  }
  return words;
}

/** The words of running text without those that carry nothing; of a run of numbers one is kept. */
export function contentWords(text: string): Word[] {
  const words = splitWords(text).filter((word) => !STOP.has(word.text));
  return words.filter((word, index) => !(word.number && words[index - 1]?.number));
}
