/** The history on disk: lines of JSON in a few files, the newest without a number. */
import { closeSync, existsSync, fstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../shared/folder.ts';
import { type DecisionRecord, identityOf, parseRecord } from './record.ts';

export interface Limits {
  /** Size at which a file is full. */
  readonly bytes: number;
  readonly files: number;
}

const LIMITS: Limits = { bytes: 16 * 1024 * 1024, files: 5 };

export interface HistoryWriter {
  /** Appends at once; a kill of this program loses nothing, a power failure may lose the last lines. */
  write(record: DecisionRecord): void;
  close(): void;
}

/** Opens the history of a data folder for its one writer. */
export function openHistory(data: string, limits: Limits = LIMITS): HistoryWriter {
  const folder = folderOf(data);
  makeFolder(folder);
  let file = openNewest(folder);
  return {
    write(record) {
      const line = Buffer.from(`${JSON.stringify(record)}\n`);
      if (file.size > 0 && file.size + line.length > limits.bytes) {
        closeSync(file.descriptor);
        rotate(folder, limits.files);
        file = openNewest(folder);
      }
      file.size += writeSync(file.descriptor, line);
    },
    close: () => closeSync(file.descriptor),
  };
}

/**
 * Every decision, oldest first, each once: an event that a broker delivers again is the same decision.
 * The writer may go on meanwhile.
 *
 * @param text only lines that hold it; they alone are parsed
 */
export async function* readHistory(data: string, text = ''): AsyncGenerator<DecisionRecord> {
  const seen = new Set<string>();
  for (const file of (await openAll(folderOf(data))).reverse()) {
    for await (const line of file.readLines()) {
      const record = line.includes(text) ? parseRecord(line) : undefined;
      if (record === undefined || seen.has(identityOf(record))) continue;
      seen.add(identityOf(record));
      yield record;
    }
  }
}

/** The file that the writer appends to; it is another one after a rotation. */
export function newestFile(data: string): string {
  return nameOf(folderOf(data), 0);
}

function folderOf(data: string): string {
  return join(data, 'history');
}

function nameOf(folder: string, age: number): string {
  return join(folder, age === 0 ? 'decisions.jsonl' : `decisions.${age}.jsonl`);
}

// Ends a line that a power failure has cut off, so that the next one is whole.
function openNewest(folder: string): { readonly descriptor: number; size: number } {
  const descriptor = openSync(nameOf(folder, 0), 'a');
  const { size } = fstatSync(descriptor);
  return { descriptor, size: size === 0 ? 0 : size + writeSync(descriptor, '\n') };
}

function rotate(folder: string, files: number): void {
  rmSync(nameOf(folder, files - 1), { force: true });
  for (let age = files - 2; age >= 0; age--) {
    if (existsSync(nameOf(folder, age))) renameSync(nameOf(folder, age), nameOf(folder, age + 1));
  }
}

// The newest first: a rotation meanwhile then shows a file twice, and none is missed.
async function openAll(folder: string): Promise<FileHandle[]> {
  const files: FileHandle[] = [];
  for (let age = 0; existsSync(nameOf(folder, age)); age++) files.push(await open(nameOf(folder, age)));
  return files;
}
