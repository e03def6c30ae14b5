/** Calls in whatever a server with OpenAI's API answers. */
import { isObject, parseJson } from '../../shared/json.ts';
import { balancedObject, codeBlock } from '../../shared/text/embedded-json.ts';

/** How a call was read, in the order in which it is tried. */
export const PARSINGS = ['tool_calls', 'markup', 'json'] as const;
export type Parsing = (typeof PARSINGS)[number];

/** A call as the model named it; nothing in it is believed yet. */
export interface NamedCall {
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface ReadCalls {
  readonly parsing: Parsing;
  readonly calls: readonly NamedCall[];
}

/** Far longer than any call. */
const LENGTH_LIMIT = 16_384;
const ESCAPE = '<escape>';

/** The calls of a message, or undefined where there are none: prose, or arguments that are cut off. */
export function readCalls(message: unknown): ReadCalls | undefined {
  if (!isObject(message)) return undefined;
  const content = typeof message.content === 'string' ? message.content.slice(0, LENGTH_LIMIT) : '';
  const readers: Record<Parsing, () => NamedCall[]> = {
    tool_calls: () => toolCalls(message),
    markup: () => markupCalls(content),
    json: () => jsonCalls(content),
  };
  for (const parsing of PARSINGS) {
    const calls = readers[parsing]();
    if (calls.length > 0) return { parsing, calls };
  }
  return undefined;
}

function toolCalls({ tool_calls, function_call }: Record<string, unknown>): NamedCall[] {
  const listed = Array.isArray(tool_calls) ? tool_calls : [];
  const functions = listed.map((call) => (isObject(call) ? call.function : undefined));
  return [...functions, function_call].flatMap((called) => namedCall(called) ?? []);
}

/** `{name, arguments}`, the arguments as an object or as its JSON. */
function namedCall(called: unknown): NamedCall | undefined {
  if (!isObject(called) || typeof called.name !== 'string') return undefined;
  const given = called.arguments ?? called.parameters ?? {};
  const values = typeof given === 'string' ? parseJson(given === '' ? '{}' : given) : given;
  return isObject(values) ? { name: called.name, values } : undefined;
}

function jsonCalls(content: string): NamedCall[] {
  for (const text of [content, codeBlock(content) ?? '', balancedObject(content) ?? '']) {
    const value = parseJson(text);
    const calls = (Array.isArray(value) ? value : [value]).flatMap((each) => namedCall(each) ?? []);
    if (calls.length > 0) return calls;
  }
  return [];
}

/** FunctionGemma's own writing, with its control tokens or, as some servers give it out, without them. */
function markupCalls(content: string): NamedCall[] {
  const calls: NamedCall[] = [];
  for (const { 0: head, 1: name = '', index } of content.matchAll(/\bcall:([\w-]+)\{/g)) {
    const values = markupValues(content.slice(index + head.length));
    if (values !== undefined) calls.push({ name, values });
  }
  return calls;
}

/** `key:<escape>text<escape>,key:3}` up to its brace; undefined where that never comes. One pass over the text. */
function markupValues(text: string): Record<string, unknown> | undefined {
  const values: [string, unknown][] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === '}') return Object.fromEntries(values);
    if (text[at] === ',' || text[at] === ' ') {
      at++;
      continue;
    }
    const colon = text.indexOf(':', at);
    if (colon === -1) return undefined;
    const value = markupValue(text, colon + 1);
    if (value === undefined) return undefined;
    values.push([text.slice(at, colon).trim(), value.value]);
    at = value.end;
  }
  return undefined;
}

function markupValue(text: string, start: number): { value: unknown; end: number } | undefined {
  const at = text[start] === ' ' ? start + 1 : start;
  if (text.startsWith(ESCAPE, at)) {
    const close = text.indexOf(ESCAPE, at + ESCAPE.length);
    return close === -1 ? undefined : { value: text.slice(at + ESCAPE.length, close), end: close + ESCAPE.length };
  }
  const end = text.slice(at).search(/[,}]/);
  return end === -1 ? undefined : { value: text.slice(at, at + end).trim(), end: at + end };
}
