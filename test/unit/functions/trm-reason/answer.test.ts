import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answer, answerUnits } from '../../../../functions/trm-reason/answer.ts';
import { parseAnswer } from '../../../../functions/trm-reason/parse.ts';
import {
  ANSWER_UNIT,
  createVocabulary,
  decodeAnswer,
  SPECIAL_TOKENS,
} from '../../../../functions/trm-reason/tokenizer.ts';
import { loadRunbook } from '../../../../shared/runbook/load.ts';
import { createRandom } from '../../../../training/data/random.ts';
import { answerSpace, drawSample } from '../../../../training/data/sample.ts';
import { materials } from '../../../../training/data/split.ts';
import { RUNBOOK_DIR } from '../../../support/tiny.ts';

const POD = '{{ $labels.pod }}';
const NAMESPACE = '{{ $labels.namespace }}';

describe('answerUnits', () => {
  it.each<[string, Answer, string[], number]>([
    [
      'no function',
      { lambda_function: null, parameters: {}, reasoning: 'no fit' },
      ['{"lambda_function":null,"parameters":{},"reasoning":"', 'no fit', '"}'],
      1,
    ],
    [
      'references',
      { lambda_function: 'pod-restart', parameters: { name: POD, namespace: NAMESPACE }, reasoning: 'it crashes' },
      [
        ...['{"lambda_function":"', 'pod-restart', '","parameters":{"name":"', POD, '","namespace":"', NAMESPACE],
        ...['"},"reasoning":"', 'it crashes', '"}'],
      ],
      7,
    ],
    [
      'a constant before a reference',
      { lambda_function: 'f', parameters: { selector: `app=${POD}` }, reasoning: '' },
      ['{"lambda_function":"', 'f', '","parameters":{"selector":"', 'app=', POD, '"},"reasoning":"', '', '"}'],
      6,
    ],
    [
      'numbers and booleans',
      { lambda_function: 'f', parameters: { a: 2, b: true }, reasoning: 'r' },
      ['{"lambda_function":"', 'f', '","parameters":{"a":', '2', ',"b":', 'true', '},"reasoning":"', 'r', '"}'],
      7,
    ],
    [
      'no parameters',
      { lambda_function: 'f', parameters: {}, reasoning: 'r' },
      ['{"lambda_function":"', 'f', '","parameters":{},"reasoning":"', 'r', '"}'],
      3,
    ],
  ])('%s', (_, answer, units, decision) => {
    expect(answerUnits(answer)).toEqual({ units, decision });
    expect(JSON.parse(units.join(''))).toEqual(answer);
  });

  it('joined are the JSON of the answer, whatever is in it', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(POD, `a${POD}"b`, '{{ x }}', '\\"'),
    );
    const name = fc.stringMatching(/^[a-z][a-z0-9-]*$/); // the catalogue takes no others
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0); // no -0: JSON has none
    const parameters = fc.dictionary(text, fc.oneof(text, number, fc.boolean()), { maxKeys: 4 });
    const property = fc.property(name, parameters, text, (lambda_function, given, reasoning) => {
      const written: unknown = JSON.parse(
        answerUnits({ lambda_function, parameters: given, reasoning }).units.join(''),
      );
      expect(written).toEqual(JSON.parse(JSON.stringify({ lambda_function, parameters: given, reasoning })));
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe('the shipped runbook', () => {
  const runbook = loadRunbook(RUNBOOK_DIR, { entries: true });
  const { units, longest } = answerSpace(runbook);
  const vocabulary = createVocabulary({
    tokens: [...SPECIAL_TOKENS, ...units.map((unit) => ANSWER_UNIT + unit), 'pod'],
    answerTokens: SPECIAL_TOKENS.length + units.length,
  });
  const random = createRandom(7);
  const samples = Object.values(materials(runbook))
    .flat()
    .map((material) => drawSample(runbook, material, { vary: true, reworded: true, injected: 0.1 }, random));

  it('names each unit once, and none is empty', () => {
    expect(new Set(units).size).toBe(units.length);
    expect(units).not.toContain('');
  });

  it('has answers that the units write as JSON, in at most the slots of the model', () => {
    expect(samples.length).toBeGreaterThan(500);
    for (const { answer } of samples) {
      const written = answerUnits(answer);
      expect(JSON.parse(written.units.join(''))).toEqual(answer);
      expect(written.units.length).toBeLessThanOrEqual(longest);
      expect(written.units.filter((unit) => !vocabulary.ids.has(ANSWER_UNIT + unit))).toEqual([]);
      expect(written.decision).toBe(written.units.length - 2);
    }
  });

  it('has answers that come back from their ids, whatever stands behind [END]', () => {
    const [end, pad, word] = ['[END]', '[PAD]', 'pod'].map((token) => vocabulary.ids.get(token) ?? -1);
    for (const { answer } of samples) {
      const ids = answerUnits(answer).units.map((unit) => vocabulary.ids.get(ANSWER_UNIT + unit) ?? -1);
      const text = decodeAnswer(vocabulary, [...ids, end ?? -1, pad ?? -1, word ?? -1]);
      expect(parseAnswer(text)).toEqual({ ...answer, parsing: 'json' });
    }
  });

  it('has samples of every function and of none', () => {
    const called = new Set(samples.map(({ answer }) => answer.lambda_function));
    expect(called.size).toBeGreaterThan(8);
    expect(called).toContain(null);
  });
});
