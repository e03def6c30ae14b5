import { X509Certificate } from 'node:crypto';
import { parseHttpUrl } from './http/client.ts';
import { readShare, readWholeNumber } from './text/number.ts';

/** What a setting takes, and how its text is read. */
export interface Setting<Value> {
  readonly fallback: Value;
  readonly meaning: string;
  readonly parse: (text: string) => Value;
}

export function text(fallback: string, meaning: string): Setting<string> {
  return { fallback, meaning, parse: (value) => value };
}

/** Text that is read as something: `takes` says as what, `read` throws or gives undefined where it is not. */
export function readable(takes: string, read: (text: string) => unknown, fallback: string, meaning: string) {
  const parse = (value: string) => {
    if (!isRead(read, value)) throw new Error(takes);
    return value;
  };
  return { fallback, meaning, parse } satisfies Setting<string>;
}

function isRead(read: (text: string) => unknown, text: string): boolean {
  try {
    return read(text) !== undefined;
  } catch {
    return false;
  }
}

export function httpUrl(meaning: string): Setting<string> {
  return readable('an http or https URL', parseHttpUrl, '', meaning);
}

/** A path; whether anything is there is for its reader to say. */
export function path(takes: 'a file' | 'a folder' | 'folders', fallback: string, meaning: string): Setting<string> {
  return readable(takes, (text) => (text.includes('\0') ? undefined : text), fallback, meaning);
}

export function certificates(meaning: string): Setting<string> {
  return readable('certificates in PEM', (text) => new X509Certificate(text), '', meaning);
}

/** What each item of ALLOWED_ORIGINS is, as a browser sends it: no path, no slash at the end. */
export function originComplaint(item: string): string | undefined {
  const url = URL.canParse(item) ? new URL(item) : undefined;
  const isOrigin = url !== undefined && url.host !== '' && item === `${url.protocol}//${url.host}`;
  return isOrigin ? undefined : 'origins such as https://console.example, separated by commas';
}

/** Prometheus 3 takes any text for the name of a label; what is between two commas of this list has no space or quote. */
export function labelComplaint(item: string): string | undefined {
  if (item === 'alertname') return 'names of labels without alertname: alerts of all names would be one episode';
  return /^[^\s"'{}=;\0]+$/.test(item) ? undefined : 'names of labels, separated by commas';
}

export function list(
  meaning: string,
  fallback: readonly string[],
  check: (item: string) => string | undefined,
): Setting<readonly string[]> {
  const parse = (value: string) => {
    const items = value.split(',').map((item) => item.trim());
    const named = items.filter((item) => item !== '');
    const complaint = named.map(check).find((each) => each !== undefined);
    if (complaint !== undefined) throw new Error(complaint);
    return named;
  };
  return { fallback, meaning, parse };
}

export function integer(fallback: number, least: number, most: number, meaning: string): Setting<number> {
  const parse = (value: string) => {
    const number = readWholeNumber(value, least, most);
    if (number === undefined) throw new Error(`a whole number from ${least} to ${most}, in decimal digits`);
    return number;
  };
  return { fallback, meaning, parse };
}

export function share(fallback: number, meaning: string): Setting<number> {
  return { fallback, meaning, parse: parseShare };
}

export function optionalShare(meaning: string): Setting<number | undefined> {
  return { fallback: undefined, meaning, parse: parseShare };
}

function parseShare(value: string): number {
  const number = readShare(value);
  if (number === undefined) throw new Error('a number from 0 to 1, in decimal digits');
  return number;
}

export function flag(fallback: boolean, meaning: string): Setting<boolean> {
  const parse = (value: string) => {
    if (value !== 'true' && value !== 'false') throw new Error('true or false');
    return value === 'true';
  };
  return { fallback, meaning, parse };
}

export function oneOf<const Choice extends string>(
  fallback: Choice,
  choices: readonly Choice[],
  meaning: string,
): Setting<Choice> {
  const parse = (value: string) => {
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw new Error(`one of ${choices.join(', ')}`);
    return choice;
  };
  return { fallback, meaning, parse };
}
