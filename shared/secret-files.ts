/** Files of secrets that change while a program runs: a Secret that is rotated counts at once. */
import { statSync } from 'node:fs';
import { asAsreError } from './errors.ts';
import type { Log } from './log.ts';

/**
 * What the files hold, read again when one of them has changed. While it cannot be read, what it held before goes on to count.
 *
 * @param what is told to stay as it was, as in 'the keys'
 * @throws {AsreError} where `read` does so at the start
 */
export function watchFiles<Content>(
  paths: readonly string[],
  read: () => Content,
  log: Pick<Log, 'error'>,
  what: string,
): () => Content {
  let seen = stampOf(paths);
  let told = '';
  let content = read();
  return () => {
    const stamp = stampOf(paths);
    if (stamp === seen) return content;
    try {
      content = read();
      seen = stamp;
    } catch (error) {
      if (stamp !== told) log.error({ why: asAsreError(error).message }, `${what} stay as they were`);
      told = stamp;
    }
    return content;
  };
}

// A Secret's volume swaps a link: the file is then another one. ctime also tells of rights that were given back.
function stampOf(paths: readonly string[]): string {
  return paths.map(stampOfFile).join('\n');
}

function stampOfFile(path: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(path);
    return [ino, size, mtimeMs, ctimeMs].join(' ');
  } catch {
    return 'away';
  }
}
