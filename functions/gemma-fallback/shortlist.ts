import type { Alert } from '../../shared/alert/alert.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import type { PolicyKeys } from '../../shared/runbook/keys.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { contentWords, splitWords } from '../../shared/text/words.ts';
import { NO_ACTION, type Tool } from './tools.ts';
import { type Offer, offerOf, shownLabels } from './values.ts';

/** More declarations than these only confuse a model of 270 million parameters, and each takes some 100 tokens. */
export const SHORTLIST_LIMIT = 8;
const NAME_WEIGHT = 3;
const TEXT_WEIGHT = 1;
const LABEL_WEIGHT = 1;

/** A tool's place on the shortlist: what it is offered with, and the words of the alert that speak for it. */
export interface Listed extends Offer {
  readonly score: number;
  readonly words: readonly string[];
}

/** How much a word says: little where the descriptions of many functions have it. */
export type Vocabulary = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** The words of each tool's name and description, weighted by their rareness in the catalogue. */
export function vocabularyOf(tools: readonly Tool[]): Vocabulary {
  const words = new Map(tools.map((tool) => [tool.name, new Set(wordsOf(`${tool.name} ${tool.description}`))]));
  const weight = (word: string) => {
    const tellers = [...words.values()].filter((each) => each.has(word)).length;
    return Math.log(1 + tools.length / tellers);
  };
  return new Map([...words].map(([name, set]) => [name, new Map([...set].map((word) => [word, weight(word)]))]));
}

/**
 * The functions that a model may choose from for this alert: those that its labels can fill, the best by the words that
 * they share with it. In the catalogue's order, so that alerts of a kind share a prompt; doing nothing comes last.
 *
 * @param text what the annotations say (prompt.ts)
 */
export function shortlist(
  runbook: Runbook,
  keys: PolicyKeys,
  tools: readonly Tool[],
  vocabulary: Vocabulary,
  alert: Alert,
  text: string,
): Listed[] {
  const labels = ownLabels(runbook.policy, alert);
  const offers = tools.flatMap((tool) => offerOf(runbook, keys, tool, alert) ?? []);
  const said = [
    ...wordsOf(alert.alertname).map((word) => ({ word, weight: NAME_WEIGHT })),
    ...wordsOf(text).map((word) => ({ word, weight: TEXT_WEIGHT })),
    ...shownLabels(keys, labels).flatMap(([key]) => wordsOf(key).map((word) => ({ word, weight: LABEL_WEIGHT }))),
  ];
  const listed = offers.map((offer) => ({ ...offer, ...scoreOf(vocabulary.get(offer.tool.name), said) }));
  const best = new Set(
    listed.toSorted((left, right) => right.score - left.score).slice(0, SHORTLIST_LIMIT - 1), // sorting is stable
  );
  const none = { tool: NO_ACTION, values: new Map(), shapes: [[]], score: 0, words: [] };
  return [...listed.filter((each) => best.has(each)), none];
}

function scoreOf(
  weights: ReadonlyMap<string, number> | undefined,
  said: readonly { readonly word: string; readonly weight: number }[],
): Pick<Listed, 'score' | 'words'> {
  const counted = new Map<string, number>();
  for (const { word, weight } of said) {
    const rareness = weights?.get(word);
    if (rareness !== undefined) counted.set(word, Math.max(counted.get(word) ?? 0, weight * rareness));
  }
  return { score: [...counted.values()].reduce((all, each) => all + each, 0), words: [...counted.keys()] };
}

function wordsOf(text: string): string[] {
  const words = splitWords(text.slice(0, 2_000)).length > 0 ? contentWords(text.slice(0, 2_000)) : [];
  return words.filter(({ number }) => !number).map((word) => stem(word.text));
}

/** Endings off, so that `crashing` meets `crashes`; it need not be a word. */
function stem(word: string): string {
  const bare = word.replace(/(?:ing|ed|es|s)$/, '');
  return bare.length >= 3 ? bare : word;
}
