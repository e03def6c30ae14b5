/**
 * FunctionGemma's prompt (ai.google.dev, "FunctionGemma formatting and best practices"). The shipped chat_template.jinja
 * renders the same bytes.
 */
import { type Alert, labelValue } from '../../shared/alert/alert.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import type { PolicyKeys } from '../../shared/runbook/keys.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { proseOf } from '../../shared/text/prose.ts';
import { splitWords } from '../../shared/text/words.ts';
import type { DeclaredType, Tool } from './tools.ts';
import { shownLabels } from './values.ts';

export const TRIGGER = 'You are a model that can do function calling with the following functions';
const REQUEST = 'Call the function that remediates this alert.';

/** What is declared of a parameter; a text's enum is the only limit that the format has. */
export interface Declared {
  readonly key: string;
  readonly type: DeclaredType;
  readonly description: string;
  readonly required: boolean;
  readonly options: readonly unknown[];
}

/** The developer turn and the start of the user's: the same for all alerts with these tools, and kept (prefix-cache.ts). */
export function developerTurn(tools: readonly Pick<Tool, 'name' | 'description' | 'parameters'>[]): string {
  const declarations = tools.map((tool) => declaration(tool.name, tool.description, tool.parameters));
  return `<bos><start_of_turn>developer\n${TRIGGER}${declarations.join('')}<end_of_turn>\n`;
}

/** What stands around the user's text; behind it the model writes. */
export const USER_TURN = { before: '<start_of_turn>user\n', after: '<end_of_turn>\n<start_of_turn>model\n' } as const;

export function userTurn(text: string): string {
  return USER_TURN.before + text + USER_TURN.after;
}

/** One function; its parameters must be sorted by key. */
export function declaration(name: string, description: string, parameters: readonly Declared[]): string {
  const required = parameters.filter((parameter) => parameter.required).map(({ key }) => quoted(key));
  const properties = parameters.map(property).join(',');
  const parts = [
    ...(parameters.length === 0 ? [] : [`properties:{${properties}}`]),
    ...(required.length === 0 ? [] : [`required:[${required.join(',')}]`]),
    `type:${quoted('OBJECT')}`,
  ];
  return `<start_function_declaration>declaration:${name}{description:${quoted(description)},parameters:{${parts.join(',')}}}<end_function_declaration>`;
}

function property({ key, type, description, options }: Declared): string {
  const listed = type === 'STRING' && options.length > 0 ? `,enum:[${options.map(quoted).join(',')}]` : '';
  return `${key}:{description:${quoted(description)}${listed},type:${quoted(type)}}`;
}

/** Text between escapes. Control tokens have angle brackets: without these nothing in a text can be one. */
function quoted(text: unknown): string {
  return `<escape>${withoutBrackets(String(text))}<escape>`;
}

function withoutBrackets(text: string): string {
  return text.replaceAll(/[<>]/g, '');
}

/** Annotations that describe the alert, in the order in which they are read. */
const TEXTS = ['summary', 'message', 'title', 'description'];
const TEXT_LIMIT = 160; // characters; the first sentences say it
const NAME_LIMIT = 128;
const VALUE_LIMIT = 128;
const LABELS_LIMIT = 12;
const URL_TEXT = /https?:\/\/\S+/g;
/** A shorter value may stand anywhere in a text by chance. */
const MENTIONED_LENGTH = 3;

/** What the annotations say of the fault, with the names of objects as the labels that hold them; not what to do about it. */
export function textOf(runbook: Runbook, keys: PolicyKeys, names: RegExp, alert: Alert): string {
  const texts = TEXTS.flatMap((key) => labelValue(alert.annotations, key) ?? []);
  let prose = proseOf(texts.join('. ').slice(0, 2_000).replaceAll(URL_TEXT, ' '), names);
  const mentionable = shownLabels(keys, ownLabels(runbook.policy, alert)).filter(
    ([, value]) => value.length >= MENTIONED_LENGTH,
  );
  for (const [key, value] of mentionable.sort(([, left], [, right]) => right.length - left.length)) {
    prose = prose.replaceAll(value, () => key);
  }
  return line(prose, TEXT_LIMIT);
}

/** The user turn's text: a request, the alert's name in words, the labels that the policy names, and what it says. */
export function alertLines(runbook: Runbook, keys: PolicyKeys, alert: Alert, text: string): string {
  const name = splitWords(alert.alertname.slice(0, NAME_LIMIT)).map((word) => word.text);
  const labels = shownLabels(keys, ownLabels(runbook.policy, alert)).slice(0, LABELS_LIMIT);
  return [
    REQUEST,
    `alert: ${name.join(' ')}`,
    ...labels.map(([key, value]) => `${key}: ${line(value, VALUE_LIMIT)}`),
    ...(text === '' ? [] : [`text: ${text}`]),
  ].join('\n');
}

function line(text: string, limit: number): string {
  return withoutBrackets(text)
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, limit)
    .replaceAll(/\p{Cs}/gu, ''); // half of a character that the cut went through
}
