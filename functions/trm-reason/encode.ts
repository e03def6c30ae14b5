import { type Alert, type Labels, labelValue } from '../../shared/alert/alert.ts';
import { ownLabels, type Scrapers } from '../../shared/alert/own-labels.ts';
import type { PolicyKeys } from '../../shared/runbook/keys.ts';
import { proseOf } from '../../shared/text/prose.ts';
import { contentWords, foldLetters, splitWords, type Word } from '../../shared/text/words.ts';
import { labelsReadAs, type StandIns, standInsFor } from './stand-ins.ts';
import { encodeWord, LABEL_UNIT, specialId, type Vocabulary } from './tokenizer.ts';

/** How an alert is cut to the length that the model reads, in tokens. */
export const INPUT_LENGTH = 96;
/** Characters of a name, and of a label's key or value, that are looked at; far more than the tokens that are taken. */
const NAME_LIMIT = 512;
const PART_LIMIT = 128;
const NAME_TOKENS = 16;
const LABEL_TOKENS = 48;
const VALUE_WORDS = 3;
const VALUE_TOKENS = 4;
/** A shorter value may stand anywhere in a text by chance. */
const REFERENCED_VALUE_LENGTH = 3;
/** Annotations that describe the alert, in the order in which they are read; all others follow, links are left out. */
const TEXT_FIRST = ['summary', 'message', 'title', 'description'];
const NOT_TEXT = /url|link|runbook|dashboard|playbook|lambda_|^__|sop$|query|expr/i;
// Identifiers end in made-up parts such as 7c9f8d5b6-x2x7k; words with digits in them say nothing.
const VALUE_SEPARATORS = /[^A-Za-z0-9]+/;

/** What of a runbook decides how its alerts are read. */
export interface Reading {
  /** The label keys that are read; those of targets come first and are never cut for others. */
  readonly keys: PolicyKeys;
  /** Whose own labels are not read (own-labels.ts). */
  readonly scrapers: Scrapers;
  /** What stands for keys that the model was not trained on. */
  readonly standIns: StandIns;
  /** The names of functions: a sentence with one is not read (prose.ts). */
  readonly names: RegExp;
}

/**
 * An alert as token ids: name, own labels that the policy names (key as a unit, the first words of the value), then the
 * annotations, in which a label's value is read as a mention of its key. A label that the policy does not name changes
 * nothing. At most INPUT_LENGTH ids: a long text is cut first, a name or the labels only
 * where they alone are too long.
 */
export function encodeAlert(vocabulary: Vocabulary, alert: Alert, reading: Reading): number[] {
  const name = splitWords(alert.alertname.slice(0, NAME_LIMIT)).flatMap((word) => encodeToken(vocabulary, word));
  const labels = ownLabels(reading, alert);
  const own = labelsReadAs(standInsFor(reading.standIns, labels), labels);
  const keys = labelKeys(own, reading.keys).slice(0, LABEL_TOKENS);
  const shown = keys.flatMap((key) => encodeLabel(vocabulary, key, own[key] ?? '', reading));
  const ids = [
    specialId(vocabulary, '[NAME]'),
    ...name.slice(0, NAME_TOKENS),
    ...shown.slice(0, LABEL_TOKENS),
    specialId(vocabulary, '[TEXT]'),
  ];
  const mentionable = mentionableValues(own, keys);
  for (const text of annotationTexts(alert)) {
    if (ids.length >= INPUT_LENGTH) break;
    ids.push(...encodeText(vocabulary, text, mentionable, reading));
  }
  return ids.slice(0, INPUT_LENGTH);
}

function encodeToken(vocabulary: Vocabulary, word: Word): number[] {
  return word.number ? [specialId(vocabulary, '[NUM]')] : encodeWord(vocabulary, word.text);
}

function labelKeys(labels: Labels, { targets, meets }: PolicyKeys): string[] {
  const keys = Object.keys(labels).filter(
    (key) => labelValue(labels, key) !== undefined && (targets.has(key) || meets(key, labels)),
  );
  const rank = (key: string) => (targets.has(key) ? 0 : 1);
  return keys.sort((left, right) => rank(left) - rank(right) || (left < right ? -1 : 1));
}

/** The key is a unit where the vocabulary has it, and its words otherwise. */
function encodeLabel(vocabulary: Vocabulary, key: string, value: string, { names }: Reading): number[] {
  const unit = vocabulary.ids.get(LABEL_UNIT + key);
  const keyIds =
    unit === undefined
      ? [
          specialId(vocabulary, '[LABEL]'),
          ...splitWords(key.slice(0, PART_LIMIT))
            .flatMap((word) => encodeToken(vocabulary, word))
            .slice(0, VALUE_TOKENS),
        ]
      : [unit];
  return [
    ...keyIds,
    ...valueWords(value, names)
      .flatMap((word) => encodeToken(vocabulary, word))
      .slice(0, VALUE_TOKENS),
  ];
}

function valueWords(value: string, names: RegExp): Word[] {
  const parts = foldLetters(proseOf(value.slice(0, PART_LIMIT), names))
    .split(VALUE_SEPARATORS)
    .filter((part) => !/\d/.test(part));
  return parts.flatMap(splitWords).slice(0, VALUE_WORDS);
}

function annotationTexts(alert: Alert): string[] {
  const rank = (key: string) => (TEXT_FIRST.includes(key) ? TEXT_FIRST.indexOf(key) : TEXT_FIRST.length);
  const keys = Object.keys(alert.annotations).filter((key) => !NOT_TEXT.test(key));
  const read = keys.sort((left, right) => rank(left) - rank(right)).slice(0, TEXTS_LIMIT);
  return read.map((key) => alert.annotations[key] ?? '');
}

const TEXTS_LIMIT = 8; // annotations; no alert says more in words
const TEXT_LIMIT = 2_000; // characters; far more than INPUT_LENGTH tokens
const URL_TEXT = /https?:\/\/\S+/g;
const TEMPLATE = /\{\{\s*(?:\$labels|\.Labels)\.(\w+)[^}]*\}\}/g;

function encodeText(
  vocabulary: Vocabulary,
  text: string,
  mentionable: readonly Mention[],
  { names }: Reading,
): number[] {
  const plain = text.slice(0, TEXT_LIMIT).replaceAll(URL_TEXT, ' ').replaceAll(TEMPLATE, ' $1 ');
  return mentions(proseOf(plain, names), mentionable).flatMap((part) => {
    if (typeof part === 'string') return contentWords(part).flatMap((word) => encodeToken(vocabulary, word));
    const unit = vocabulary.ids.get(LABEL_UNIT + part.key);
    return unit === undefined ? splitWords(part.key).flatMap((word) => encodeToken(vocabulary, word)) : [unit];
  });
}

interface Mention {
  readonly key: string;
  readonly value: string;
}

/** The label values that a text may mention, the longest first: a long one may contain a shorter one. */
function mentionableValues(labels: Labels, keys: readonly string[]): Mention[] {
  const mentionable = keys.map((key) => ({ key, value: labels[key] ?? '' }));
  return mentionable
    .filter(({ value }) => value.length >= REFERENCED_VALUE_LENGTH)
    .sort((left, right) => right.value.length - left.value.length || (left.key < right.key ? -1 : 1));
}

/** The text with each label's value replaced by its key: a pod's name in a text is the pod that the label names. */
function mentions(text: string, mentionable: readonly Mention[]): (string | { key: string })[] {
  let parts: (string | { key: string })[] = [text];
  for (const { key, value } of mentionable) {
    parts = parts.flatMap((part) =>
      typeof part === 'string' && part.includes(value) ? splitAt(part, value, key) : [part],
    );
  }
  return parts;
}

function splitAt(text: string, value: string, key: string): (string | { key: string })[] {
  return text.split(value).flatMap((part, index) => (index === 0 ? [part] : [{ key }, part]));
}
