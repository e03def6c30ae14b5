import { type FileHandle, open, stat } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import { newestFile, readHistory } from './file.ts';
import { type DecisionRecord, identityOf, parseRecord } from './record.ts';

const POLL_MS = 300;
const CHUNK_BYTES = 64 * 1024;

/** Every decision that is recorded, and then those that come, until the signal. Each once. */
export async function* followHistory(data: string, signal: AbortSignal): AsyncGenerator<DecisionRecord> {
  const seen = new Set<string>();
  for await (const record of readHistory(data)) {
    seen.add(identityOf(record));
    yield record;
  }
  for await (const line of tail(newestFile(data), signal)) {
    const record = parseRecord(line);
    if (record === undefined || seen.has(identityOf(record))) continue;
    seen.add(identityOf(record));
    yield record;
  }
}

/** The lines of a file and what is appended to it, and to the file that takes its place. */
async function* tail(path: string, signal: AbortSignal): AsyncGenerator<string> {
  while (!signal.aborted) {
    const file = await open(path).catch(() => undefined);
    if (file === undefined) await pause(signal);
    else {
      yield* linesOf(file, path, signal);
      await file.close();
    }
  }
}

// The writer turns to another file only after its last line: what was read behind that is all.
async function* linesOf(file: FileHandle, path: string, signal: AbortSignal): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let rest = '';
  let isReplaced = false;
  while (!signal.aborted) {
    const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES);
    const lines = `${rest}${decoder.write(buffer.subarray(0, bytesRead))}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (bytesRead > 0) continue;
    if (isReplaced) return;
    isReplaced = await isAnotherFile(file, path);
    if (!isReplaced) await pause(signal);
  }
}

async function isAnotherFile(file: FileHandle, path: string): Promise<boolean> {
  const now = await stat(path).catch(() => undefined);
  return now !== undefined && now.ino !== (await file.stat()).ino;
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
}
