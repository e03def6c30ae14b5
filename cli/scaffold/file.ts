import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../../shared/folder.ts';
import { isObject } from '../../shared/json.ts';
import { type Problem, parseYaml } from '../../shared/text/document.ts';
import { messageOf } from '../../shared/text/message.ts';
import { UserError } from '../verb.ts';

/** A runbook is for every account that reads it. */
const FOLDER_MODE = 0o755;

/** Writes a new file and the folders above it. @throws {UserError} where it is there already, or cannot be written */
export function create(file: string, text: string): void {
  if (existsSync(file)) throw new UserError(`${file} is there already`, 'name another folder');
  write(file, text);
}

/**
 * Puts a piece at the end of the block under a top-level key, in a file that is made where it is missing. The rest of the
 * file stays; it is read again, and the piece must have become a new member under the key.
 *
 * @throws {UserError} where it can't be put there, with the piece to be put there by hand, or the file cannot be written
 */
export function append(file: string, key: string, piece: string): void {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : `${key}:\n`;
  const opened = before.replace(new RegExp(`^${key}: *(\\[\\]|\\{\\})(?= *(#.*)?$)`, 'm'), `${key}:`);
  const after = `${opened.replace(/\n*$/, '\n')}${piece}`;
  if (sizeOf(file, after, key) !== sizeOf(file, before, key) + 1) {
    throw new UserError(`${file}: nothing can be put under "${key}" at its end; put this there by hand:\n${piece}`, '');
  }
  write(file, after);
}

function write(file: string, text: string): void {
  try {
    makeFolder(dirname(file), FOLDER_MODE);
    writeFileSync(file, text);
  } catch (error) {
    const why = messageOf(error);
    throw new UserError(`${file} cannot be written: ${why}`, 'name another folder');
  }
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
