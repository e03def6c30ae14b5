import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { expect, it } from 'vitest';
import type { Problem } from '../../../../shared/text/document.ts';
import { readFitting } from '../../../../shared/text/fitting.ts';
import { temporaryFolder } from '../../../support/terminal.ts';

const closed = { additionalProperties: false };
const RULE = Type.Object({ mode: Type.Literal('act'), on: Type.Optional(Type.Array(Type.String())) }, closed);
const SCHEMA = Type.Object({ name: Type.Optional(Type.String()), rules: Type.Array(RULE) }, closed);

function read(text: string, depth?: number) {
  const problems: Problem[] = [];
  const fitting = readFitting(join(temporaryFolder({ 'a.yaml': text }), 'a.yaml'), SCHEMA, problems, depth);
  return { fitting, lines: problems.map(({ line }) => line) };
}

it.each<[string, string, unknown, (string | number)[][]]>([
  ['all of what fits', 'rules: [{ mode: act }]', { rules: [{ mode: 'act' }] }, []],
  ['a value of another type', 'name: [1]\nrules: []', { rules: [] }, [['name']]],
  ['an unknown key', 'rules: [{ mode: act, mod: 1 }]', { rules: [{ mode: 'act' }] }, [['rules', '0', 'mod']]],
  [
    'what lacks a member that does not fit',
    'rules: [{ mode: on }, { mode: act }]',
    { rules: [{ mode: 'act' }] },
    [
      ['rules', '0', 'mode'],
      ['rules', '0'],
    ],
  ],
  [
    'items of a list',
    'rules: [{ mode: act, on: [a, 1, b, 2] }]',
    { rules: [{ mode: 'act', on: ['a', 'b'] }] },
    [
      ['rules', '0', 'on', '3'],
      ['rules', '0', 'on', '1'],
    ],
  ],
])('leaves out %s', (_, text, content, leftOut) => {
  expect(read(text).fitting).toMatchObject({ content, leftOut });
});

it('tells the lines of what is left by where it stands in the file', () => {
  const { fitting, lines } = read('rules:\n  - mode: on\n  - mode: act\n  - mode: off\n  - mode: act\n');
  expect(lines).toEqual([2, 4]);
  expect(fitting?.content.rules.map((_, index) => fitting.lineOf(['rules', index]))).toEqual([3, 5]);
});

it('leaves out a thing as a whole where its parts make no sense alone', () => {
  const { fitting } = read('rules: [{ mode: act, on: 7 }, { mode: act }]', 2);
  expect(fitting).toMatchObject({ content: { rules: [{ mode: 'act' }] }, leftOut: [['rules', '0']] });
});

it.each(['7', 'rules: 7', '{}'])('has no part of a document that does not fit as a whole: %s', (text) => {
  const { fitting, lines } = read(text);
  expect(fitting).toBeUndefined();
  expect(lines.length).toBeGreaterThan(0);
});
