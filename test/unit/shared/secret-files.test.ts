import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { watchFiles } from '../../../shared/secret-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'asre-watched-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('reads a changed file until it can be read, and tells once that it cannot', () => {
  const file = join(folder, 'secret');
  const told: unknown[] = [];
  let failures = 0;
  const read = () => {
    if (failures-- > 0) throw new Error('too many open files');
    return readFileSync(file, 'utf8');
  };
  writeFileSync(file, 'first');
  const content = watchFiles(
    [file],
    read,
    { error: (_: unknown, message?: unknown) => told.push(message) },
    'the keys',
  );
  writeFileSync(file, 'second');
  failures = 2;
  expect([content(), content(), content(), content()]).toEqual(['first', 'first', 'second', 'second']);
  expect(told).toEqual(['the keys stay as they were']);
});
