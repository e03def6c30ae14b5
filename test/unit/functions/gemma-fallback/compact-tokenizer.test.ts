import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileTokenizer, openTokenizer } from '../../../../functions/gemma-fallback/compact-tokenizer.ts';
import { promptOf, questionOf, readingOf } from '../../../../functions/gemma-fallback/reading.ts';
import { createTokenizer } from '../../../../functions/gemma-fallback/tokenizer.ts';
import { anyAlert } from '../../../support/arbitraries.ts';
import { smallRunbook } from '../../../support/small-runbook.ts';

const FIXTURE = join(import.meta.dirname, '../../../fixtures/gemma');
const read = (name: string) => JSON.parse(readFileSync(join(FIXTURE, name), 'utf8'));
const library = createTokenizer(read('tokenizer.json'), read('tokenizer_config.json'));
const compiled = compileTokenizer(read('tokenizer.json'));
if (compiled === undefined) throw new Error('it is not compiled');
const compact = openTokenizer(compiled);
const reading = readingOf(smallRunbook);

describe('the compiled tokenizer', () => {
  it('reads every prompt as the library does', () => {
    fc.assert(
      fc.property(anyAlert, (alert) => {
        const { prefix, suffix } = promptOf(questionOf(reading, alert));
        expect(compact.encode(prefix + suffix)).toEqual(library.encode(prefix + suffix));
      }),
      { numRuns: 50 },
    );
  });

  it('reads any text as the library does', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        'pod',
        ' pod',
        'restart',
        '  ',
        '\n\n',
        '▁',
        '<escape>',
        '<bos>',
        '<esc',
        'Crash',
        '0',
        '<0x41>',
        'ÿ',
        '👍',
      ),
    );
    const text = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (given) => {
        expect(compact.encode(given)).toEqual(library.encode(given));
      }),
      { numRuns: 2_000 },
    );
  });

  it('knows the size', () => {
    expect(compact.size).toBe(library.size);
  });

  it.each<[string, object]>([
    ['another normalizer', { normalizer: null }],
    ['another way to split', { pre_tokenizer: { type: 'ByteLevel' } }],
    ['added tokens that take blanks with them', { added_tokens: [{ id: 0, content: '<pad>', lstrip: true }] }],
    ['a model that is not of byte pairs', { model: { type: 'Unigram', vocab: {}, merges: [] } }],
  ])('is none of a tokenizer with %s', (_, change) => {
    expect(compileTokenizer({ ...read('tokenizer.json'), ...change })).toBeUndefined();
  });

  it.each([
    ['cut off', compiled.subarray(0, -4)],
    [
      'of another version',
      Buffer.from(compiled.toString('latin1').replace('asre-tokenizer-1', 'asre-tokenizer-2'), 'latin1'),
    ],
  ])('is not opened where it is %s', (_, file) => {
    expect(() => openTokenizer(file)).toThrow('is not a compiled tokenizer');
  });
});
