import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { CloudEvent } from '../shared/cloudevents/attributes.ts';
import { STRUCTURED_TYPE } from '../shared/cloudevents/write.ts';
import { AsreError } from '../shared/errors.ts';
import { parseIncoming } from '../shared/runtime/request/incoming.ts';
import { printable } from '../shared/text/printable.ts';
import { type Terminal, UserError } from './verb.ts';

const STDIN = '-';

/** A CloudEvent in structured mode, its data read. @throws {UserError} naming what is wrong */
export function parseEvent(value: Readonly<Record<string, unknown>>, where: string): CloudEvent {
  const body = Buffer.from(JSON.stringify(value));
  try {
    const incoming = parseIncoming({ headers: { 'content-type': STRUCTURED_TYPE }, body });
    return { attributes: incoming.attributes, data: incoming.readData() };
  } catch (error) {
    if (error instanceof AsreError) throw new UserError(`${where}: ${error.message}`, error.entry.fix);
    throw new UserError(`${where}: the event has no JSON data`, 'agent-sre reads JSON only');
  }
}

/** @throws {UserError} */
export function parseJson(content: string, where: string): unknown {
  try {
    return JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch (error) {
    const why = error instanceof Error ? printable(error.message) : 'unreadable';
    throw new UserError(`${where} is not JSON: ${why}`, 'check it with a JSON linter');
  }
}

/** The lines of a file, or of standard input for `-`, read by and by. @throws {UserError} */
export async function* readLines(path: string, { stdin }: Terminal): AsyncGenerator<string> {
  const stream = path === STDIN ? stdin.setEncoding('utf8') : createReadStream(path, 'utf8');
  let rest = '';
  try {
    for await (const chunk of stream) {
      const [end = '', ...lines] = chunk.split('\n'); // before they are joined: a long line has many chunks
      rest += end;
      for (const line of lines) {
        yield rest;
        rest = line;
      }
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  if (rest !== '') yield rest;
}

/** The whole of a file, or of standard input for `-`. @throws {UserError} */
export async function readText(path: string, { stdin }: Terminal): Promise<string> {
  return path === STDIN ? text(stdin) : readTextFile(path);
}

/** @throws {UserError} */
export async function readTextFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}

export function inputName(path: string): string {
  return path === STDIN ? 'standard input' : path;
}

function unreadable(path: string, error: unknown): UserError {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
    return new UserError(`there is no file ${path}`, 'name one that is there, or - for standard input');
  }
  const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
  return new UserError(`cannot read ${path}: ${why}`, 'name a file that can be read, or - for standard input');
}
