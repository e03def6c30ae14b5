import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('docs/runbook.md', () => {
  it('shows what the shipped policy forbids', () => {
    const [, yaml = ''] = /```yaml\n(forbidden:[\s\S]*?)```/.exec(read('docs/runbook.md')) ?? [];
    expect(parse(yaml).forbidden).toEqual(parse(read('runbook/policy.yaml')).forbidden);
  });
});
