/** A text of a template, taken apart once: its lines, and where in them values go. Pure. */
import type { Markup } from './markup.ts';

export type Part =
  | { readonly kind: 'words'; readonly words: string }
  /** `inCode`: within a span of code, where other signs count. */
  | { readonly kind: 'placeholder'; readonly name: string; readonly inCode: boolean };

/** One line; it is left out where a value of it is missing. */
interface ParsedLine {
  readonly parts: readonly Part[];
}
export type ParsedText = readonly ParsedLine[];

const TOKENS = /(`+)|\{\{\s*([a-z_]+)\s*\}\}|(\{\{|\}\})/g;

/** Values that are addresses: their signs mean something. */
const ADDRESSES = new Set(['link']);
/** What is a text of the template already, its values written as text. */
const WRITTEN = new Set(['text', 'item', 'left_out']);

/** The lines of a text. What is wrong with it is reported. */
export function parseText(text: string, report: (message: string) => void): ParsedText {
  return text.split('\n').map((line) => ({ parts: parseLine(line, report) }));
}

function parseLine(line: string, report: (message: string) => void): Part[] {
  const parts: Part[] = [];
  let open = '';
  let end = 0;
  const words = (to: number) => {
    if (to > end) parts.push({ kind: 'words', words: line.slice(end, to) });
  };
  for (const match of line.matchAll(TOKENS)) {
    const [whole, ticks, name, braces] = match;
    if (ticks !== undefined) open = open === '' ? ticks : open === ticks ? '' : open;
    if (braces !== undefined) report('{{ and }} stand around the name of a placeholder only');
    if (name === undefined) continue;
    words(match.index);
    parts.push({ kind: 'placeholder', name, inCode: open !== '' });
    end = match.index + whole.length;
  }
  words(line.length);
  if (open !== '') report('a span of code (`) does not end on its line');
  return parts;
}

/** The lines of the text with their values, each cut to so many characters; a line that lacks one is left out. */
export function fill(
  text: ParsedText,
  values: Readonly<Record<string, string | undefined>>,
  markup: Markup,
  longest = Number.POSITIVE_INFINITY,
): readonly string[] {
  return text.flatMap(({ parts }) => {
    const filled = parts.map((part) => (part.kind === 'words' ? part.words : written(part, values, markup, longest)));
    return filled.includes(undefined) ? [] : [filled.join('')];
  });
}

function written(
  { name, inCode }: Extract<Part, { kind: 'placeholder' }>,
  values: Readonly<Record<string, string | undefined>>,
  markup: Markup,
  longest: number,
): string | undefined {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined || value === '' || WRITTEN.has(name)) return value === '' ? undefined : value;
  if (ADDRESSES.has(name)) return markup.url(value);
  if (name === 'token') return markup.code(value); // whole: a part of a token is not a token
  return (inCode ? markup.code : markup.text)(cut(value, longest));
}

/** By code points: half of one would be another character. */
export function cut(value: string, longest: number): string {
  if (value.length <= longest) return value;
  return `${[...value.slice(0, 2 * longest)].slice(0, longest).join('')}…`;
}
