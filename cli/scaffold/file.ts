import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isObject } from '../../shared/json.ts';
import { type Problem, parseYaml } from '../../shared/text/document.ts';
import { UserError } from '../verb.ts';

/** Writes a new file and the folders above it. @throws {UserError} where it is there already */
export function create(file: string, text: string): void {
  if (existsSync(file)) throw new UserError(`${file} is there already`, 'name another folder');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/**
 * Puts a piece at the end of the block under a top-level key, in a file that is made where it is missing. The rest of the
 * file stays; it is read again, and the piece must have become a new member under the key.
 *
 * @throws {UserError} where it can't be put there, with the piece to be put there by hand
 */
export function append(file: string, key: string, piece: string): void {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : `${key}:\n`;
  const opened = before.replace(new RegExp(`^${key}: *(\\[\\]|\\{\\})(?= *(#.*)?$)`, 'm'), `${key}:`);
  const after = `${opened.replace(/\n*$/, '\n')}${piece}`;
  if (sizeOf(file, after, key) !== sizeOf(file, before, key) + 1) {
    throw new UserError(`${file}: nothing can be put under "${key}" at its end; put this there by hand:\n${piece}`, '');
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, after);
}

/** How many members the key has; NaN where the text can't be read. */
function sizeOf(file: string, text: string, key: string): number {
  const problems: Problem[] = [];
  const [document] = parseYaml(file, text, problems);
  const content = document?.content;
  if (problems.length > 0 || !isObject(content)) return Number.NaN;
  const members = content[key] ?? {};
  return typeof members === 'object' ? Object.keys(members).length : Number.NaN;
}
