import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CHANGES } from '../../../eval/changes.ts';
import { ALERTS } from '../../../eval/data/make.ts';
import { readLabelled } from '../../../eval/dataset.ts';
import { FIGURES } from '../../../eval/report.ts';
import { VARIANTS } from '../../../eval/variants.ts';

const page = readFileSync('docs/evaluation.md', 'utf8');

describe('docs/evaluation.md', () => {
  it.each([...VARIANTS, ...FIGURES.map(([heading]) => heading), 'calibration error'])('explains %s', (word) => {
    expect(page).toContain(`\n| ${word} |`);
  });

  it.each(CHANGES)('names the change %s', (change) => {
    expect(page.replaceAll('\n', ' ')).toContain(change);
  });

  it('counts the alerts', () => {
    const rows = readLabelled(ALERTS);
    const own = rows.filter(({ id }) => id.startsWith('own-')).length;
    expect(page).toContain(`holds ${rows.length} alerts`);
    expect(page).toContain(`- ${own} written`);
    expect(page).toContain(`- ${rows.length - own} fired`);
  });
});
