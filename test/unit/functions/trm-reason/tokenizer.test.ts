import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createVocabulary,
  decodeAnswer,
  encodeWord,
  SPECIAL_TOKENS,
  specialId,
} from '../../../../functions/trm-reason/tokenizer.ts';

const ANSWERS = ['answer:{"a":"', 'answer:b', 'answer:"}'];
const PIECES = ['p', '##o', '##d', 'po', 'pod', '##s', '##ds', '[x]'];
const vocabulary = createVocabulary({
  tokens: [...SPECIAL_TOKENS, ...ANSWERS, 'label:pod', ...PIECES],
  answerTokens: SPECIAL_TOKENS.length + ANSWERS.length,
});
const idOf = (token: string) => vocabulary.ids.get(token) ?? Number.NaN;
const tokensOf = (ids: readonly number[]) => ids.map((id) => vocabulary.tokens[id]).join(' ');

describe('encodeWord', () => {
  it.each([
    ['a whole word', 'pod', 'pod'],
    ['the longest piece first', 'pods', 'pod ##s'],
    ['pieces from behind', 'pos', 'po ##s'],
    ['a piece that continues does not begin', 'od', '[UNK]'],
    ['an unknown letter makes the whole word unknown', 'podx', '[UNK]'],
    ['nothing', '', ''],
  ])('%s: %s', (_, word, expected) => {
    expect(tokensOf(encodeWord(vocabulary, word))).toBe(expected);
  });

  it('of letters gives no special token but [UNK], and none of an answer', () => {
    const property = fc.property(fc.stringMatching(/^[a-z]{1,24}$/), (word) => {
      const low = encodeWord(vocabulary, word).filter((id) => id < vocabulary.answerTokens);
      expect(low.filter((id) => id !== specialId(vocabulary, '[UNK]'))).toEqual([]);
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe('specialId', () => {
  it('is the place at the head of the vocabulary', () => {
    expect(SPECIAL_TOKENS.map((token) => specialId(vocabulary, token))).toEqual([...SPECIAL_TOKENS.keys()]);
  });
});

describe('decodeAnswer', () => {
  const END = specialId(vocabulary, '[END]');
  const WRITTEN = ANSWERS.map(idOf);

  it.each<[string, readonly number[], string]>([
    ['the units joined', WRITTEN, '{"a":"b"}'],
    ['up to the first [END]', [...WRITTEN, END, idOf('answer:b'), END], '{"a":"b"}'],
    ['nothing before [END]', [END, ...WRITTEN], ''],
    ['nothing at all', [], ''],
    ['a word is not text of an answer', [idOf('answer:b'), idOf('pod')], 'b\u{fffd}'],
    ['a label unit neither', [idOf('label:pod')], '\u{fffd}'],
    ['special tokens neither', [0, 1, 2, 4, 5], '\u{fffd}'.repeat(5)],
    ['ids that there are none of neither', [-1, 99_999, 0.5], '\u{fffd}'.repeat(3)],
  ])('%s', (_, ids, text) => {
    expect(decodeAnswer(vocabulary, ids)).toBe(text);
  });
});
