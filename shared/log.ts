import pino, { type LogFn } from 'pino';
import type { Config } from './config.ts';
import { flushLines, putJsonLine } from './standard-output.ts';

export type Log = pino.Logger;

/** Of pino's levels. */
const ERROR = 50;

const OUTPUT: pino.DestinationStream & { flushSync(): void } = { write: putJsonLine, flushSync: flushLines };

/**
 * A logger on standard output, one JSON object a line. Lines hold ids, types, fingerprints and reasons; payloads and
 * label values belong to level debug or below, never to info: labels can hold customer names. An error and the end of the
 * process write what is left; a kill -9 takes the other lines of the last 100 ms with it.
 */
export function createLog(name: string, level: Config['LOG_LEVEL']): Log {
  const formatters = { level: (label: string) => ({ level: label }) };
  const serializers = { cause: describeCause };
  return pino({ name, level, base: { name }, formatters, serializers, hooks: { logMethod } }, OUTPUT);
}

// What follows an error may be a process that hangs, or that the system ends for its memory.
function logMethod(this: Log, line: Parameters<LogFn>, write: LogFn, level: number): void {
  write.apply(this, line);
  if (level >= ERROR) flushLines();
}

// JSON.parse quotes its input in the message, and with it the payload.
function describeCause(cause: unknown): unknown {
  if (cause instanceof SyntaxError) return { type: cause.name };
  return cause instanceof Error ? pino.stdSerializers.err(cause) : cause;
}
