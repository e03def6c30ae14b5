/** Tokens with a meaning of their own; they head every vocabulary in this order. */
export const SPECIAL_TOKENS = [
  '[PAD]',
  '[CLS]',
  '[SLOT]',
  '[END]',
  '[UNK]',
  '[NAME]',
  '[LABEL]',
  '[TEXT]',
  '[NUM]',
] as const;
export type SpecialToken = (typeof SPECIAL_TOKENS)[number];

/** The file models/tokenizer.json. Tokens stand in the order of their ids. */
export interface VocabularyFile {
  readonly tokens: readonly string[];
  /** The first so many tokens are those that answers are written in; the model's output head covers these alone. */
  readonly answerTokens: number;
  readonly sha256: string;
}

export interface Vocabulary {
  readonly tokens: readonly string[];
  readonly ids: ReadonlyMap<string, number>;
  readonly answerTokens: number;
}

/** Marks a piece that continues a word, as WordPiece does. */
export const CONTINUES = '##';
/** A label key as a unit. */
export const LABEL_UNIT = 'label:';
/** A piece of an answer's JSON text. */
export const ANSWER_UNIT = 'answer:';

export function createVocabulary(file: Pick<VocabularyFile, 'tokens' | 'answerTokens'>): Vocabulary {
  return {
    tokens: file.tokens,
    answerTokens: file.answerTokens,
    ids: new Map(file.tokens.map((token, id) => [token, id])),
  };
}

export function specialId(vocabulary: Vocabulary, token: SpecialToken): number {
  return vocabulary.ids.get(token) ?? SPECIAL_TOKENS.indexOf(token);
}

/** Longest first, the pieces of one lower-case word; an unknown character makes the whole word unknown. */
export function encodeWord(vocabulary: Vocabulary, word: string): number[] {
  const ids: number[] = [];
  for (let start = 0; start < word.length; ) {
    let end = word.length;
    let id: number | undefined;
    while (end > start && id === undefined) {
      const piece = word.slice(start, end);
      id = vocabulary.ids.get(start === 0 ? piece : CONTINUES + piece);
      if (id === undefined) end--;
    }
    if (id === undefined) return [specialId(vocabulary, '[UNK]')];
    ids.push(id);
    start = end;
  }
  return ids;
}

/** The text of an answer. Tokens that no answer is written in leave a mark that no parser takes for JSON. */
export function decodeAnswer(vocabulary: Vocabulary, ids: readonly number[]): string {
  const end = ids.indexOf(specialId(vocabulary, '[END]'));
  const written = end === -1 ? ids : ids.slice(0, end);
  return written.map((id) => answerText(vocabulary.tokens[id])).join('');
}

function answerText(token: string | undefined): string {
  return token?.startsWith(ANSWER_UNIT) ? token.slice(ANSWER_UNIT.length) : '\u{fffd}';
}
