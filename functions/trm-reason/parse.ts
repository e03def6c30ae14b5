import type { Parameters } from '../../shared/decision.ts';
import { isObject, parseJson } from '../../shared/json.ts';
import { balancedObject, codeBlock } from '../../shared/text/embedded-json.ts';

/** How a text was read, in the order in which it is tried. */
export const PARSINGS = ['json', 'code_block', 'balanced', 'fields'] as const;
export type Parsing = (typeof PARSINGS)[number];

/** A remediation read from a model's text; nothing in it is believed yet. */
export interface ParsedAnswer {
  readonly parsing: Parsing;
  readonly lambda_function: string | null;
  readonly parameters: Parameters;
  readonly reasoning: string;
}

/** A longer text is not an answer: ours has a few hundred characters. It bounds the time of every step below. */
const LENGTH_LIMIT = 16_384;

/**
 * Reads a remediation from whatever a model wrote: JSON, JSON in a code block, the first balanced object in the text, or
 * the fields one by one. Text that names two different functions is not an answer, nor is one whose parameters are
 * cut off: half a call may mean another one.
 */
export function parseAnswer(text: string): ParsedAnswer | undefined {
  if (text.length > LENGTH_LIMIT || namesTwoFunctions(text)) return undefined;
  const readers: Record<Parsing, () => unknown> = {
    json: () => parseJson(text),
    code_block: () => parseJson(codeBlock(text) ?? ''),
    balanced: () => parseJson(balancedObject(text) ?? ''),
    fields: () => readFields(text),
  };
  for (const parsing of PARSINGS) {
    const answer = shapeAnswer(parsing, readers[parsing]());
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function shapeAnswer(parsing: Parsing, value: unknown): ParsedAnswer | undefined {
  if (!isObject(value) || !Object.hasOwn(value, 'lambda_function')) return undefined;
  const { lambda_function, parameters = {}, reasoning = '' } = value;
  if (lambda_function !== null && typeof lambda_function !== 'string') return undefined;
  if (!isParameters(parameters)) return undefined;
  return { parsing, lambda_function, parameters, reasoning: typeof reasoning === 'string' ? reasoning : '' };
}

function isParameters(value: unknown): value is Parameters {
  if (!isObject(value)) return false;
  return Object.values(value).every((item) => ['string', 'number', 'boolean'].includes(typeof item));
}

// Each pattern moves forward only: a class never overlaps what follows it, so the time is linear in the text.
const STRING = '"((?:[^"\\\\]|\\\\.)*)"';
const FUNCTION_FIELD = new RegExp(`"lambda_function"\\s{0,8}:\\s{0,8}(?:null|${STRING})`, 'g');
const PARAMETERS_FIELD = /"parameters"\s{0,8}:\s{0,8}\{/;
const PARAMETER = new RegExp(
  `^\\s{0,8},?\\s{0,8}${STRING}\\s{0,8}:\\s{0,8}(?:${STRING}|(-?\\d{1,15}(?:\\.\\d{1,15})?|true|false))`,
);
const REASONING_FIELD = new RegExp(`"reasoning"\\s{0,8}:\\s{0,8}${STRING}`);

function namesTwoFunctions(text: string): boolean {
  const named = new Set([...text.matchAll(FUNCTION_FIELD)].map((match) => match[1] ?? null));
  return named.size > 1;
}

function readFields(text: string): unknown {
  const named = text.matchAll(FUNCTION_FIELD).next().value;
  const parameters = readParameters(text);
  if (named === undefined || parameters === undefined) return undefined;
  return {
    lambda_function: unquoted(named[1]) ?? null,
    parameters,
    reasoning: unquoted(REASONING_FIELD.exec(text)?.[1]) ?? '',
  };
}

/** The parameters up to their closing brace; undefined where it never comes, {} where there are none. */
function readParameters(text: string): Parameters | undefined {
  const opened = PARAMETERS_FIELD.exec(text);
  if (opened === null) return text.includes('"parameters"') ? undefined : {};
  const parameters: [string, Parameters[string]][] = [];
  let rest = text.slice(opened.index + opened[0].length);
  for (let match = PARAMETER.exec(rest); match !== null; match = PARAMETER.exec(rest)) {
    const name = unquoted(match[1]) ?? '';
    parameters.push([name, match[3] === undefined ? (unquoted(match[2]) ?? '') : JSON.parse(match[3])]);
    rest = rest.slice(match[0].length);
  }
  return /^\s{0,8},?\s{0,8}\}/.test(rest) ? Object.fromEntries(parameters) : undefined;
}

function unquoted(content: string | undefined): string | undefined {
  const text = content === undefined ? undefined : parseJson(`"${content}"`);
  return typeof text === 'string' ? text : undefined;
}
