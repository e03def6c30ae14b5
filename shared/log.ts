import fs from 'node:fs';
import pino, { type LogFn } from 'pino';
import type { Config } from './config.ts';
import { isObject } from './json.ts';
import { printableJson } from './text/printable.ts';

export type Log = pino.Logger;

/** Of pino's levels. */
const ERROR = 50;

/** Bytes that wait at most; a webhook of 20,000 rejected alerts writes half of that in one loop. */
const WAITING_LIMIT = 16_777_216;
/** Lines leave together, by so many bytes or after so many ms: to write each alone would cost more than to make it. */
const STDOUT = pino.destination({
  ...{ dest: 1, sync: false, minLength: 4_096, periodicFlush: 100 },
  maxLength: WAITING_LIMIT,
});
surviveUnwritable(STDOUT);

/** Names of a stranger stand in a line, and a person reads it on a terminal. */
const READABLE: pino.DestinationStream & { flushSync(): void } = {
  write: (line) => void STDOUT.write(printableJson(line)),
  flushSync: () => STDOUT.flushSync(),
};

/**
 * A logger on standard output, one JSON object a line. Lines hold ids, types, fingerprints and reasons; payloads and
 * label values belong to level debug or below, never to info: labels can hold customer names. An error and the end of the
 * process write what is left; a kill -9 takes the other lines of the last 100 ms with it.
 */
export function createLog(name: string, level: Config['LOG_LEVEL']): Log {
  const formatters = { level: (label: string) => ({ level: label }) };
  const serializers = { cause: describeCause };
  return pino({ name, level, base: { name }, formatters, serializers, hooks: { logMethod } }, READABLE);
}

/**
 * Where the file behind standard output cannot be written, as on a full disk, lines are kept, then dropped: a log that cannot be
 * written must not end the process, or keep it from its end.
 */
function surviveUnwritable(destination: typeof STDOUT): void {
  destination.on('error', () => undefined);
  const flushSync = destination.flushSync.bind(destination);
  destination.flushSync = () => droppingUnwritable(flushSync);
}

/** SonicBoom's flushSync tries what fails again for ever, whatever the error: while it runs, such a text counts as written. */
function droppingUnwritable(flushSync: () => void): void {
  const { writeSync } = fs;
  const writeOrDrop = (...args: Parameters<typeof writeSync>) => {
    try {
      return writeSync(...args);
    } catch (error) {
      if (isObject(error) && error.code === 'EAGAIN') throw error; // a pipe is full, and who reads it may go on
      return Buffer.byteLength(args[1]);
    }
  };
  try {
    fs.writeSync = writeOrDrop as typeof writeSync;
    flushSync();
  } finally {
    fs.writeSync = writeSync;
  }
}

// What follows an error may be a process that hangs, or that the system ends for its memory.
function logMethod(this: Log, line: Parameters<LogFn>, write: LogFn, level: number): void {
  write.apply(this, line);
  if (level >= ERROR) STDOUT.flush();
}

// JSON.parse quotes its input in the message, and with it the payload.
function describeCause(cause: unknown): unknown {
  if (cause instanceof SyntaxError) return { type: cause.name };
  return cause instanceof Error ? pino.stdSerializers.err(cause) : cause;
}
