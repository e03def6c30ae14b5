import { expect, test } from 'vitest';
import { createRandom } from '../../../training/data/random.ts';
import { NAME_SYNONYMS, PROSE_SYNONYMS, replaceSynonyms, type Synonyms } from '../../../training/data/synonyms.ts';
import { drawAnnotations } from '../../../training/data/texts.ts';

const CHOICE: Synonyms = {
  of: new Map([
    ['is down', ['is offline']],
    ['down', ['up']],
  ]),
  pattern: /\b(?:is down|down)\b/gi,
};

test.each([
  ['the longest phrase', 'pod is down', 'pod is offline'],
  ['with the capital that it had', 'Is down: pod', 'Is offline: pod'],
  ['whole words alone', 'a countdown of the pod', 'a countdown of the pod'],
])('replaces %s', (_, text, expected) => {
  expect(replaceSynonyms(CHOICE, text, 1, createRandom(1))).toBe(expected);
});

test.each([
  ['prose', PROSE_SYNONYMS],
  ['names', NAME_SYNONYMS],
])('%s: every phrase that is looked for has another, and none is itself', (_, { of, pattern }) => {
  expect(of.size).toBeGreaterThan(100);
  for (const [phrase, others] of of) {
    expect(others, phrase).not.toHaveLength(0);
    expect(others, phrase).not.toContain(phrase);
    expect(`x ${phrase} x`.match(pattern)?.[0].length, phrase).toBeGreaterThan(1);
  }
});

test('rewording keeps what the labels say', () => {
  const labels = { pod: 'is-down-0', target: 'limit' };
  const said = Array.from({ length: 200 }, (_, seed) =>
    drawAnnotations(['{{ $labels.pod }} is down'], labels, true, createRandom(seed)),
  ).flatMap(({ summary, message, description }) => summary ?? message ?? description ?? []);
  expect(said.length).toBeGreaterThan(150);
  expect(said.filter((text) => !text.includes('is-down-0'))).toEqual([]);
  expect(new Set(said).size).toBeGreaterThan(30);
});
