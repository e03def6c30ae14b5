/** How a value of strangers is written so that it stays text, and how much a message may hold: for each kind of receiver. */
import type { Config } from '../../../shared/config.ts';
import { printable } from '../../../shared/text/printable.ts';

export type Receiver = Config['APPROVAL_WEBHOOK_RECEIVER'];

/** Writes values as text, as text within a span of code, and as an address. */
export interface Markup {
  readonly text: (value: string) => string;
  readonly code: (value: string) => string;
  readonly url: (value: string) => string;
}

export interface Limits {
  /** Characters of what is said of one thing. */
  readonly item: number;
  /** Characters of all that one message says. */
  readonly text: number;
  readonly items: number;
}

/** Slack: 3,000 characters and 50 blocks; Discord: 2,000 characters of content; Mattermost: 16,383. */
export const LIMITS: Readonly<Record<Receiver, Limits>> = {
  slack: { item: 3_000, text: 12_000, items: 48 },
  mattermost: { item: 4_000, text: 16_000, items: 50 },
  discord: { item: 2_000, text: 2_000, items: 50 },
  any: { item: 4_000, text: 100_000, items: 50 },
};

export const MARKUPS: Readonly<Record<Receiver, Markup>> = {
  slack: {
    text: (value) => entities(stars(inert(value))),
    code: (value) => entities(codeText(value)),
    url: (value) => entities(addressText(value)),
  },
  mattermost: { text: (value) => backslashed(inert(value)), code: codeText, url: addressText },
  discord: { text: (value) => backslashed(inert(value)), code: codeText, url: addressText },
  any: { text: line, code: line, url: addressText },
};

// Format characters turn the direction of a text around, or hide within it.
function line(value: string): string {
  return printable(value)
    .replace(/\p{Cf}+/gu, '')
    .replace(/\s+/gu, ' ');
}

// Nobody is mentioned by the wider @, and no receiver makes a link of an address that is broken up.
function inert(value: string): string {
  return line(value)
    .replaceAll('@', '＠')
    .replaceAll('://', ': //')
    .replace(/\bwww\./gi, 'www .');
}

/** A span of code ends at the next backtick, and nothing else in it means anything. */
function codeText(value: string): string {
  return line(value).replaceAll('`', "'").replaceAll('@', '＠');
}

// Slack has no escapes for these; it takes _ as a sign only at the edge of a word.
function stars(value: string): string {
  return value
    .replaceAll('`', "'")
    .replaceAll('*', '∗')
    .replaceAll('~', '∼')
    .replaceAll('|', '∣') // ends the address of a link
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '＿');
}

function entities(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function backslashed(value: string): string {
  return value.replace(/[\\`*_{}[\]()#+|<>~!&:]/g, '\\$&');
}

function addressText(value: string): string {
  return line(value).replace(
    /[\s()<>|"'`\\]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
