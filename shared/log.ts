import pino from 'pino';
import type { Config } from './config.ts';

export type Log = pino.Logger;

/**
 * A logger on standard output, one JSON object a line. Lines hold ids, types, fingerprints and reasons; payloads and
 * label values belong to level debug or below, never to info: labels can hold customer names.
 */
export function createLog(name: string, level: Config['LOG_LEVEL']): Log {
  const formatters = { level: (label: string) => ({ level: label }) };
  return pino({ name, level, base: { name }, formatters, serializers: { cause: describeCause } });
}

// JSON.parse quotes its input in the message, and with it the payload.
function describeCause(cause: unknown): unknown {
  if (cause instanceof SyntaxError) return { type: cause.name };
  return cause instanceof Error ? pino.stdSerializers.err(cause) : cause;
}
