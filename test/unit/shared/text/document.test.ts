import { describe, expect, it } from 'vitest';
import { type Problem, parseYaml } from '../../../../shared/text/document.ts';

/** Nine aliases of nine aliases, nine times over: a few lines that stand for more than any memory holds. */
const BOMB = Array.from({ length: 9 }, (_, level) => {
  const items = Array.from({ length: 9 }, () => (level === 0 ? 'x' : `*a${level - 1}`));
  return `a${level}: &a${level} [${items.join(', ')}]`;
}).join('\n');

describe('YAML', () => {
  it.each([
    ['aliases that stand for too much', BOMB, /alias/],
    ['brackets without an end', '[', /flow sequence/i],
    ['more levels than anybody writes', `a: ${'['.repeat(30e6)}`, /^nested deeper than 200 levels$/],
    ['a key twice', 'a: 1\na: 2', /unique/],
  ])('with %s is a problem of its file', (_, text, message) => {
    const problems: Problem[] = [];
    expect(parseYaml('policy.yaml', text, problems)).toEqual([]);
    expect(problems[0]).toMatchObject({ file: 'policy.yaml', message: expect.stringMatching(message) });
  });
});
