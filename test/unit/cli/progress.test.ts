import { expect, it } from 'vitest';
import { progressBar } from '../../../cli/progress.ts';

it.each([
  [0, 4, `${'░'.repeat(30)} 0 of 4 rules`],
  [2, 4, `${'█'.repeat(15)}${'░'.repeat(15)} 2 of 4 rules`],
  [4, 4, `${'█'.repeat(30)} 4 of 4 rules`],
  [0, 0, `${'█'.repeat(30)} 0 of 0 rules`],
])('the bar of %i of %i', (done, total, expected) => {
  expect(progressBar(done, total, 'rules')).toBe(expected);
});
