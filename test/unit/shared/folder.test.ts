import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../../../shared/folder.ts';
import { temporaryFolder } from '../../support/terminal.ts';

describe('makeFolder', () => {
  it('makes a folder and those above it, or leaves it as it is', () => {
    const folder = join(temporaryFolder({}), 'a/b');
    makeFolder(folder);
    makeFolder(folder);
    expect(statSync(folder).isDirectory()).toBe(true);
  });

  it.skipIf(process.platform !== 'linux').each([
    ['where the system takes none', '/proc/x/y', 'ENOENT'],
    ['in what is a file', '/dev/null/x', 'ENOTDIR'],
    ['where a file is', '/dev/null', 'EEXIST'],
  ])('says why it cannot %s', (_, folder, code) => {
    expect(() => makeFolder(folder)).toThrow(code);
  });
});
