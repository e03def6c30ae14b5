/** The runbook that the build has compiled, checked and put beside a bundle. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Its hash, which the build writes into the bundle (build/folder.ts); not declared where nothing is bundled. */
declare const BUILT_RUNBOOK_HASH: string;

/** Whether a folder is that very runbook: then it need not be checked once more, which would be most of a function's start. */
export function isBuiltRunbook(directory: string): boolean {
  return typeof BUILT_RUNBOOK_HASH === 'string' && BUILT_RUNBOOK_HASH === folderHash(directory);
}

/** SHA-256 over the names and the contents of all files in a folder, or undefined where one cannot be read. */
export function folderHash(directory: string): string | undefined {
  const hash = createHash('sha256');
  try {
    for (const file of filesIn(directory)) {
      const content = readFileSync(join(directory, file));
      hash.update(`${file}\0${content.length}\0`).update(content);
    }
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
}
