import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { isObject } from '../shared/alert/alert.ts';
import type { CloudEvent } from '../shared/cloudevents/attributes.ts';
import { STRUCTURED_TYPE } from '../shared/cloudevents/write.ts';
import { AsreError } from '../shared/errors.ts';
import { parseIncoming } from '../shared/runtime/request/incoming.ts';
import { printable } from '../shared/text/printable.ts';
import { type Terminal, UserError } from './verb.ts';

const STDIN = '-';

/** What a person may hand over: a webhook notification of Alertmanager, one alert, or an event. */
export type Input =
  | { readonly kind: 'notification'; readonly notification: Readonly<Record<string, unknown>> }
  | { readonly kind: 'alert'; readonly alert: Readonly<Record<string, unknown>> }
  | { readonly kind: 'event'; readonly event: CloudEvent };

/** Reads a JSON file, or standard input for `-`. @throws {UserError} */
export async function readInput(path: string, { stdin }: Terminal): Promise<Input> {
  const content = path === STDIN ? await text(stdin) : await readTextFile(path);
  const value = parseJson(content, inputName(path));
  if (!isObject(value))
    throw new UserError(`${inputName(path)} holds no JSON object`, 'one alert or notification a file');
  if (typeof value.specversion === 'string') return { kind: 'event', event: parseEvent(value, inputName(path)) };
  if (Array.isArray(value.alerts)) return { kind: 'notification', notification: value };
  if (isObject(value.alert)) return { kind: 'alert', alert: value.alert };
  if (isObject(value.labels) || 'alertname' in value) return { kind: 'alert', alert: value };
  const expected = 'it needs "alerts", "labels", or the attributes of an event';
  throw new UserError(`${inputName(path)} is no Alertmanager notification, alert or CloudEvent`, expected);
}

/** A notification of version 4 as Alertmanager would send it for this one alert. */
export function notificationOf(alert: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const status = alert.status ?? 'firing';
  return { version: '4', receiver: 'agent-sre', status, truncatedAlerts: 0, alerts: [{ status, ...alert }] };
}

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
    throw new UserError(`${where} is no JSON: ${why}`, 'check it with a JSON linter');
  }
}

/** The lines of a file, or of standard input for `-`, read by and by. @throws {UserError} */
export async function* readLines(path: string, { stdin }: Terminal): AsyncGenerator<string> {
  const stream = path === STDIN ? stdin.setEncoding('utf8') : createReadStream(path, 'utf8');
  let rest = '';
  try {
    for await (const chunk of stream) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  if (rest !== '') yield rest;
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
  const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
  return new UserError(`cannot read ${path}: ${why}`, 'name a file that is there, or - for standard input');
}
