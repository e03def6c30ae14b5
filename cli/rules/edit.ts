import { isMap, isScalar, type Pair, type YAMLMap } from 'yaml';
import type { WrittenRule } from './rule-file.ts';

/** Text to put into a file, in place of some or of none; all else in it stays, byte for byte. */
export interface Edit {
  readonly offset: number;
  readonly text: string;
  /** Characters that it takes the place of. */
  readonly replaced?: number;
}

type Texts = Readonly<Record<string, string>>;
type Placed = { readonly edit: Edit } | { readonly obstacle: string };

/** Where and how a rule of this text gets more annotations; or why it can't. The keys must not be there yet. */
export function addAnnotations(text: string, { node }: WrittenRule, annotations: Texts): Placed {
  if (node.anchor !== undefined) return { obstacle: 'other rules are made from this one (a YAML anchor)' };
  const existing = node.items.find((pair) => keyOf(pair) === 'annotations');
  if (existing === undefined) return addMap(text, node, annotations);
  if (!isMap(existing.value))
    return { obstacle: 'its annotations are empty, or shared with other rules (a YAML alias)' };
  if (existing.value.anchor !== undefined) return { obstacle: 'other rules share its annotations (a YAML anchor)' };
  return addPairs(text, existing.value, annotations);
}

/** The text with every edit. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const fromTheEnd = edits.toSorted((left, right) => right.offset - left.offset);
  return fromTheEnd.reduce(
    (edited, { offset, text, replaced = 0 }) => edited.slice(0, offset) + text + edited.slice(offset + replaced),
    text,
  );
}

function keyOf(pair: Pair): unknown {
  return isScalar(pair.key) ? pair.key.value : undefined;
}

function addPairs(text: string, map: YAMLMap, annotations: Texts): Placed {
  if (map.flow === true) return { edit: insideBraces(text, map, flowPairs(annotations, isQuoted(text, map))) };
  const first = offsetOf(map.items[0]);
  if (first === undefined) return { obstacle: 'its annotations have no key that could be read' };
  return { edit: linesBefore(text, first, blockPairs(annotations)) };
}

// Before the second key: the first one may stand behind the dash of the list.
function addMap(text: string, rule: YAMLMap, annotations: Texts): Placed {
  const offset = offsetOf(rule.items[1]);
  if (offset === undefined) return { obstacle: 'the rule has one key only' };
  if (rule.flow !== true) {
    const lines = blockPairs(annotations).map((line) => `  ${line}`);
    return { edit: linesBefore(text, offset, ['annotations:', ...lines]) };
  }
  const quoted = isQuoted(text, rule);
  const key = quoted ? '"annotations"' : 'annotations';
  return { edit: { offset, text: `${key}: {${flowPairs(annotations, quoted).join(', ')}}, ` } };
}

/** Lines before the one that holds the key at this offset, indented as that one is. */
export function linesBefore(text: string, offset: number, lines: readonly string[]): Edit {
  const indent = ' '.repeat(offset - (text.lastIndexOf('\n', offset - 1) + 1));
  const lineEnd = lineEndOf(text);
  return { offset, text: lines.map((line) => `${line}${lineEnd}${indent}`).join('') };
}

/** Pairs behind the opening brace, laid out as the first pair of the map is. */
function insideBraces(text: string, map: YAMLMap, pairs: readonly string[]): Edit {
  const offset = (map.range?.[0] ?? 0) + 1;
  const first = offsetOf(map.items[0]);
  if (first === undefined) return { offset, text: pairs.join(', ') };
  const between = text.slice(offset, first);
  const space = between.trim() === '' ? between : '';
  return { offset, text: `${space}${pairs.join(`,${space || ' '}`)},${space === '' ? ' ' : ''}` };
}

function blockPairs(annotations: Texts): string[] {
  return Object.entries(annotations).map(([key, value]) => `${key}: ${scalar(value)}`);
}

function flowPairs(annotations: Texts, quoted: boolean): string[] {
  const quote = quoted ? '"' : '';
  return Object.entries(annotations).map(([key, value]) => `${quote}${key}${quote}: ${JSON.stringify(value)}`);
}

/** Whether the keys of a map in braces are in quotes, as in JSON; an empty one may be JSON. */
function isQuoted(text: string, map: YAMLMap): boolean {
  const first = offsetOf(map.items[0]);
  return first === undefined || text[first] === '"';
}

// JSON in single quotes reads better than JSON in JSON; a name of a function needs none.
function scalar(value: string): string {
  if (/^[a-z][-a-z0-9]*$/.test(value) && !['null', 'true', 'false', 'yes', 'no', 'on', 'off', 'y', 'n'].includes(value))
    return value;
  return `'${value.replaceAll("'", "''")}'`;
}

/** Where the key of a pair begins. */
export function offsetOf(pair: Pair | undefined): number | undefined {
  return pair !== undefined && isScalar(pair.key) ? pair.key.range?.[0] : undefined;
}

/** How the lines of a text end. */
export function lineEndOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
