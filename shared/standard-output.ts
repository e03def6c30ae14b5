import { writeSync } from 'node:fs';
import { isObject } from './json.ts';
import { printableJson } from './text/printable.ts';

const FILE = 1;
/** Bytes that leave together at least: to write each line alone would cost more than to make it. */
const TOGETHER = 4_096;
/** How long a line waits for others at most. */
const WAIT_MS = 100;
/** How long a pipe that is full, and set not to block, is given to be read. */
const PATIENCE_MS = 1_000;
const PAUSE_MS = 10;

const pause = new Int32Array(new SharedArrayBuffer(4));
let lines: string[] = [];
let length = 0;
let timer: NodeJS.Timeout | undefined;

process.on('exit', flushLines);

/** Puts a line of JSON out, together with those of the next moment. */
export function putJsonLine(line: string): void {
  lines.push(line);
  length += line.length;
  if (length >= TOGETHER) flushLines();
  else timer ??= setTimeout(flushLines, WAIT_MS).unref();
}

/** Puts out what waits. */
export function flushLines(): void {
  clearTimeout(timer);
  // Names of a stranger stand in a line, and a person reads it on a terminal.
  const bytes = Buffer.from(printableJson(lines.join('')));
  [lines, length, timer] = [[], 0, undefined];
  writeOrDrop(bytes);
}

/** What cannot be written is dropped: a full disk, or a pipe that nobody reads, must neither end the process nor keep it from its end. */
function writeOrDrop(bytes: Buffer): void {
  const untilMs = performance.now() + PATIENCE_MS;
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(FILE, bytes, at);
    } catch (error) {
      if (!isFull(error) || performance.now() > untilMs) return;
      Atomics.wait(pause, 0, 0, PAUSE_MS);
    }
  }
}

function isFull(error: unknown): boolean {
  return isObject(error) && error.code === 'EAGAIN';
}
