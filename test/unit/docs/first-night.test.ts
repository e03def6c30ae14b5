import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SHIPPED_RUNBOOK } from '../../support/shipped-runbook.ts';
import { run, temporaryFile } from '../../support/terminal.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/first-night.md'), 'utf8');

describe('docs/first-night.md', () => {
  it('shows what is printed of its rules, as far as no model is asked', async () => {
    const [, yaml = ''] = /```yaml\n(groups:[\s\S]*?)```/.exec(page) ?? [];
    const env = { RUNBOOK_DIR: SHIPPED_RUNBOOK, PROTECTED_NAMESPACES: 'pay-*' };
    const { out } = await run(['decide', temporaryFile('rules.yml', yaml)], { env });
    const shown = [...page.matchAll(/^\w+ \S+ (→ .*(?:opted out|protected|forbidden)\b.*)$/gm)].map(([, line]) => line);
    expect(shown).toHaveLength(3);
    for (const line of shown) expect(out).toContain(line);
  });
});
