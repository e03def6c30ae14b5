import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceFile } from '../eventing/trigger.ts';
import { existingFolder } from './folder.ts';
import { UserError } from './verb.ts';

/** The files of a folder of Brokers and Triggers, by name. @throws {UserError} where there is no such folder, or it cannot be read */
export function readTriggerFiles(folder: string): SourceFile[] {
  existingFolder(folder, 'name the one with the Triggers by --triggers DIR');
  try {
    const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
    return names.sort().map((name) => readTriggerFile(join(folder, name)));
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new UserError(`cannot read the folder ${folder}: ${why}`, 'it must be readable');
  }
}

export function readTriggerFile(name: string): SourceFile {
  return { name, text: readFileSync(name, 'utf8') };
}
