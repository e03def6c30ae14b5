import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from './verb.ts';

/**
 * The absolute path of a folder that must be there.
 *
 * @param how tells how another one is named, as in 'name the data folder by --data DIR'
 * @throws {UserError}
 */
export function existingFolder(given: string, how: string): string {
  const folder = resolve(given);
  if (isFolder(folder)) return folder;
  throw new UserError(`there is no folder ${folder}`, how);
}

/** False of a path that cannot be followed too: it is too long, leads in a circle, or is behind a closed folder. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
