/** The request that tells people: the template with the values of the news, as much as the receiver takes. Pure. */
import { LIMITS, MARKUPS } from './markup.ts';
import { NEWS_KINDS, type News, type NewsKind } from './news.ts';
import { cut, fill } from './parts.ts';
import type { Body, Template } from './template.ts';

/** How many of each kind were not told. */
export type LeftOut = Readonly<Partial<Record<NewsKind, number>>>;

/** Characters of one value, tried in turn where what is said does not fit. */
const VALUE_LIMITS = [150, 75, 40];
/** Between two pieces of news. */
const GAP = '\n\n';
/** Characters that left_out may have, which goes with any piece of news. */
const NOTE_ROOM = 300;
/** Characters of the name of a thread; Discord takes 100. */
const LONGEST_THREAD = 90;

const KIND_WORDS: Readonly<Record<NewsKind, string>> = {
  asked: 'waiting for a person',
  verified: 'that worked',
  ineffective: 'that did not work',
};

/** How many of these, from the first on, one message takes; at least one. */
export function countFitting(template: Template, news: readonly News[], leftOut: LeftOut): number {
  const { text: most, items } = LIMITS[template.receiver];
  let length = leftOutText(template, leftOut)?.length ?? 0;
  for (const [index, each] of news.entries()) {
    length += itemText(template, each).length + GAP.length;
    if (index > 0 && (length > most || index >= items)) return index;
  }
  return news.length;
}

/** The body of the request that says all of these. @param thread of the incident, where it has one already */
export function renderMessage(template: Template, news: readonly News[], leftOut: LeftOut, thread?: string): string {
  const note = leftOutText(template, leftOut);
  const items = news.map((each) => ({ ...each.values, item: itemText(template, each) }));
  const said = [...items.map(({ item }) => item), ...(note === undefined ? [] : [note])];
  const common = { text: said.join(GAP), incident: news[0]?.incident, left_out: note };
  const body = bodyValue(template, template.body, common, items);
  const isNew = template.hasThreads && thread === undefined;
  const named = isNew ? { thread_name: cut(MARKUPS.any.text(common.incident ?? 'agent-sre'), LONGEST_THREAD) } : {};
  return JSON.stringify(Object.assign({}, body, named));
}

function itemText(template: Template, { kind, values }: News): string {
  const { item: most, text } = LIMITS[template.receiver];
  const room = Math.min(most, text - NOTE_ROOM);
  let lines: readonly string[] = [];
  // A value of more than the room fits with nothing: that much of a stranger's text is not even read.
  for (const longest of [room, ...VALUE_LIMITS]) {
    lines = fill(template.news[kind], values, MARKUPS[template.receiver], longest);
    if (lines.join('\n').length <= room) return lines.join('\n');
  }
  return firstLines(lines, room);
}

// By lines: half a line could end within a span of code.
function firstLines(lines: readonly string[], room: number): string {
  let kept = lines;
  while (kept.join('\n').length > room) kept = kept.slice(0, -1);
  return kept.join('\n');
}

function leftOutText(template: Template, leftOut: LeftOut): string | undefined {
  const counts = NEWS_KINDS.map((kind) => [leftOut[kind] ?? 0, KIND_WORDS[kind]] as const);
  const count = counts.reduce((sum, [each]) => sum + each, 0);
  if (count === 0) return undefined;
  const what = counts.filter(([each]) => each > 0).map(([each, words]) => `${each} ${words}`);
  const values = { count: String(count), what: what.join(', ') };
  return firstLines(fill(template.leftOut, values, MARKUPS[template.receiver]), NOTE_ROOM - GAP.length);
}

type TextValues = Readonly<Record<string, string | undefined>>;

// Undefined where a text lacks a value: JSON.stringify leaves such a field out.
function bodyValue(template: Template, body: Body, values: TextValues, items: readonly TextValues[]): unknown {
  switch (body.kind) {
    case 'text': {
      const lines = fill(body.text, values, MARKUPS[template.receiver]);
      return lines.length === 0 ? undefined : lines.join('\n');
    }
    case 'each':
      return items.map((item) => bodyValue(template, body.of, { ...values, ...item }, []));
    case 'list':
      return body.items.flatMap((item) => {
        const value = bodyValue(template, item, values, items);
        if (item.kind === 'each') return value;
        return lacks(template, item, values) ? [] : [value];
      });
    case 'object':
      return Object.fromEntries(body.fields.map(([name, value]) => [name, bodyValue(template, value, values, items)]));
    case 'constant':
      return body.value;
    default:
      return body satisfies never;
  }
}

/** Whether a text of it lacks a value; such an element of a list is left out. */
function lacks(template: Template, body: Body, values: TextValues): boolean {
  switch (body.kind) {
    case 'text':
      return fill(body.text, values, MARKUPS[template.receiver]).length === 0;
    case 'list':
      return body.items.some((item) => lacks(template, item, values));
    case 'object':
      return body.fields.some(([, value]) => lacks(template, value, values));
    case 'each':
    case 'constant':
      return false;
    default:
      return body satisfies never;
  }
}
