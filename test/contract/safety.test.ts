import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './sources.ts';

const page = readFileSync(join(ROOT, 'docs/safety.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| promise '))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, promise = '', file = '', name = '']) => ({ promise, file: file.replaceAll('`', ''), name }));

describe('docs/safety.md', () => {
  it('has a row for each promise', () => {
    expect(rows.length).toBeGreaterThan(20);
  });

  it.each(rows)('$promise', ({ file, name }) => {
    const path = join(ROOT, 'test', file);
    expect(existsSync(path), path).toBe(true);
    // As the source gives it, behind the quote that opens it: a comment that says the same is no test.
    const titled = new RegExp(`['"\`]${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
    expect(readFileSync(path, 'utf8')).toMatch(titled);
  });
});
