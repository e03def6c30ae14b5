/** The file that says how people are told: its schema, and what is wrong with it. */
import { type Static, Type } from '@sinclair/typebox';
import type { Config } from '../../../shared/config.ts';
import { AsreError } from '../../../shared/errors.ts';
import { isObject } from '../../../shared/json.ts';
import { compileGuard } from '../../../shared/json-schema.ts';
import { oneOf } from '../../../shared/one-of.ts';
import { RECEIVERS } from '../../../shared/settings/people.ts';
import { checkDocument, type Path, type Problem, readParsed } from '../../../shared/text/document.ts';
import { listed } from '../../../shared/text/listed.ts';
import { didYouMean } from '../../../shared/text/nearest.ts';
import type { Receiver } from './markup.ts';
import { NEWS_KINDS, type NewsKind, PLACEHOLDERS } from './news.ts';
import { type ParsedText, parseText } from './parts.ts';
import { SHIPPED } from './shipped.ts';

const Words = Type.String({ minLength: 1 });

export const TemplateFile = Type.Object(
  {
    for: oneOf(RECEIVERS),
    asked: Words,
    verified: Words,
    ineffective: Words,
    left_out: Words,
    body: Type.Record(Type.String(), Type.Unknown()),
    threads: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type TemplateFile = Static<typeof TemplateFile>;

/** A template whose texts are taken apart. */
export interface Template {
  readonly receiver: Receiver;
  readonly news: Readonly<Record<NewsKind, ParsedText>>;
  readonly leftOut: ParsedText;
  readonly body: Body;
  /** Whether each incident has a thread of its own: in a forum of Discord alone, whose webhooks can. */
  readonly hasThreads: boolean;
}

/** The body of the request: a value of JSON, its texts taken apart; `each` stands for a list with one value for each piece of news. */
export type Body =
  | { readonly kind: 'text'; readonly text: ParsedText }
  | { readonly kind: 'each'; readonly of: Body }
  | { readonly kind: 'list'; readonly items: readonly Body[] }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [name: string, value: Body])[] }
  | { readonly kind: 'constant'; readonly value: unknown };

/** What the body may use outside of an `each`, and what only within. */
export const BODY_PLACEHOLDERS = {
  text: 'all news of the message, one below the other, and left_out where something was',
  incident: 'what the news share',
  left_out: 'left_out alone; nothing where nothing was left out',
} as const;
export const COUNT_PLACEHOLDERS = { count: 'how many', what: 'how many of each kind, in words' } as const;
const ITEM_PLACEHOLDERS = [...Object.keys(PLACEHOLDERS), 'item'];

type Report = (path: Path, message: string) => void;

type TemplateSettings = Pick<Config, 'APPROVAL_WEBHOOK_RECEIVER' | 'APPROVAL_WEBHOOK_TEMPLATE_FILE'>;

/** The file of the user, or the template that is shipped. @throws {AsreError} ASRE_CONFIG_INVALID with a line for each problem */
export function loadTemplate(settings: TemplateSettings): Template {
  const { template, problems } = readTemplate(settings);
  if (template !== undefined) return template;
  throw new AsreError('ASRE_CONFIG_INVALID', problems.map(problemText).join('\n'));
}

/** Names the setting, the place and what is wrong. */
export function problemText({ file, line, message }: Problem): string {
  return `APPROVAL_WEBHOOK_TEMPLATE_FILE: ${file}:${line}: ${message}`;
}

/** The template, or every problem of its file. */
export function readTemplate({
  APPROVAL_WEBHOOK_RECEIVER: receiver,
  APPROVAL_WEBHOOK_TEMPLATE_FILE: path,
}: TemplateSettings): { template?: Template; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const source =
    path === '' ? { file: receiver, content: SHIPPED[receiver], lineOf: () => 1 } : readParsed(path, problems);
  if (source === undefined) return { problems };
  const { file, lineOf } = source;
  const { content } = checkDocument(source, TemplateFile, problems) ?? { content: completed(source.content) };
  const template = compile(content, (path, message) => problems.push({ file, line: lineOf(path), message }));
  return problems.length === 0 ? { template, problems } : { problems };
}

// What is sound in a file that is not is read too, so that every mistake is named at once; what stands for the rest has none.
function completed(content: unknown): TemplateFile {
  const given = isObject(content) ? content : {};
  const sound = Object.entries(TemplateFile.properties).filter(([name, schema]) => compileGuard(schema)(given[name]));
  return { ...SHIPPED.discord, ...Object.fromEntries(sound.map(([name]) => [name, given[name]])) };
}

function compile(content: TemplateFile, report: Report): Template {
  const textOf = (name: NewsKind | 'left_out', known: readonly string[]) =>
    parsed(content[name].trimEnd(), [name], known, report);
  const newsOf = (kind: NewsKind) => textOf(kind, placeholdersOf(kind));
  const body = bodyOf(content.body, ['body'], Object.keys(BODY_PLACEHOLDERS), report);
  if (!says(body)) report(['body'], 'says nothing of the news; it needs {{ text }} or an "each"');
  if (content.threads && content.for !== 'discord')
    report(['threads'], 'only the webhook of a forum of discord has threads');
  return {
    receiver: content.for,
    hasThreads: content.threads ?? false,
    news: { asked: newsOf('asked'), verified: newsOf('verified'), ineffective: newsOf('ineffective') },
    leftOut: textOf('left_out', Object.keys(COUNT_PLACEHOLDERS)),
    body,
  };
}

/** The placeholders of one kind of news. */
function placeholdersOf(kind: NewsKind): string[] {
  return Object.entries(PLACEHOLDERS).flatMap(([name, declared]) => {
    const only: readonly NewsKind[] = 'only' in declared ? declared.only : NEWS_KINDS;
    return only.includes(kind) ? [name] : [];
  });
}

function parsed(text: string, path: Path, known: readonly string[], report: Report): ParsedText {
  const lines = parseText(text, (message) => report(path, `${path.join('.')}: ${message}`));
  for (const { parts } of lines) {
    for (const part of parts) {
      if (part.kind !== 'placeholder' || known.includes(part.name)) continue;
      const meant = didYouMean(part.name, known);
      report(path, `${path.join('.')}: there is no {{ ${part.name} }} here; ${meant}it may use ${listed(known)}`);
    }
  }
  return lines;
}

function bodyOf(value: unknown, path: Path, known: readonly string[], report: Report): Body {
  if (typeof value === 'string') return { kind: 'text', text: parsed(value, path, known, report) };
  if (Array.isArray(value)) {
    return { kind: 'list', items: value.map((item, index) => bodyOf(item, [...path, index], known, report)) };
  }
  if (typeof value !== 'object' || value === null) return { kind: 'constant', value };
  const fields = Object.entries(value);
  const [only] = fields;
  if (fields.length === 1 && only?.[0] === 'each') {
    if (known === ITEM_PLACEHOLDERS) report(path, 'an "each" stands within another one');
    return { kind: 'each', of: bodyOf(only[1], [...path, 'each'], ITEM_PLACEHOLDERS, report) };
  }
  return {
    kind: 'object',
    fields: fields.map(([name, item]) => [name, bodyOf(item, [...path, name], known, report)] as const),
  };
}

function says(body: Body): boolean {
  switch (body.kind) {
    case 'text':
      return body.text.some(({ parts }) => parts.some((part) => part.kind === 'placeholder' && part.name === 'text'));
    case 'each':
      return true;
    case 'list':
      return body.items.some(says);
    case 'object':
      return body.fields.some(([, value]) => says(value));
    case 'constant':
      return false;
    default:
      return body satisfies never;
  }
}
