import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { shellQuoted } from './shell.ts';

/** A file as it is, undefined where it is made, and as it shall be. */
export interface Change {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string;
}

/**
 * What changes in files, for `git apply` or `patch -p1` in the working directory. Neither takes a path that leads out of the
 * folder it runs in: where a file lies elsewhere, names are relative to the folder that holds them all, and the first line
 * says so, which both skip.
 */
export function patchText(changes: readonly Change[], cwd: string = process.cwd()): string {
  const whole = changes.map((change) => ({ ...change, path: resolve(cwd, change.path) }));
  const files = whole.map(({ path }) => path);
  const folder = files.every((file) => isIn(cwd, file)) ? cwd : commonFolder(files);
  const patches = whole.map((change) => patchOf(change, folder));
  if (folder === cwd) return patches.join('\n');
  const where = shellQuoted(folder);
  return [`Apply it with git -C ${where} apply, or patch -d ${where} -p1:`, ...patches].join('\n');
}

function commonFolder(files: readonly string[]): string {
  const [first = '', ...more] = files.map((file) => dirname(file));
  return more.reduce((folder, next) => {
    let common = folder;
    while (!isIn(common, next)) common = dirname(common);
    return common;
  }, first);
}

function isIn(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

// A tab ends a name, which may have spaces.
function patchOf({ path, before, after }: Change, folder: string): string {
  const name = relative(folder, path);
  const end = name.includes(' ') ? ' ' : undefined; // stands behind a tab
  const old = before === undefined ? '/dev/null' : `a/${name}`;
  const options = { headerOptions: FILE_HEADERS_ONLY };
  return createTwoFilesPatch(old, `b/${name}`, before ?? '', after, end, end, options).trimEnd();
}
