import pino from 'pino';
import type { Config } from './config.ts';

export type Log = pino.Logger;

/** Lines leave together, by so many bytes or after so many ms: to write each alone would cost more than to make it. */
const STDOUT = pino.destination({ dest: 1, sync: false, minLength: 4_096, periodicFlush: 100 });

/**
 * A logger on standard output, one JSON object a line. Lines hold ids, types, fingerprints and reasons; payloads and
 * label values belong to level debug or below, never to info: labels can hold customer names. A fatal line and the end of the
 * process write what is left.
 */
export function createLog(name: string, level: Config['LOG_LEVEL']): Log {
  const formatters = { level: (label: string) => ({ level: label }) };
  const serializers = { cause: describeCause };
  return pino({ name, level, base: { name }, formatters, serializers }, STDOUT);
}

// JSON.parse quotes its input in the message, and with it the payload.
function describeCause(cause: unknown): unknown {
  if (cause instanceof SyntaxError) return { type: cause.name };
  return cause instanceof Error ? pino.stdSerializers.err(cause) : cause;
}
