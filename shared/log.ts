import pino from 'pino';
import type { Config } from './config.ts';

export type Log = pino.Logger;

/**
 * A logger on standard output, one JSON object a line. Lines carry ids, types, fingerprints and reasons; payloads and
 * label values belong to level debug or below, never to info: labels can hold customer names.
 */
export function createLog(name: string, level: Config['LOG_LEVEL']): Log {
  return pino({ name, level, base: { name }, formatters: { level: (label) => ({ level: label }) } });
}
