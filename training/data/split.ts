import { createHash } from 'node:crypto';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { familyOf } from '../../shared/runbook/schema.ts';
import type { Corpus } from './corpus.ts';
import { createRandom } from './random.ts';
import { drawSample, type Material, type Sample } from './sample.ts';

/**
 * train: what the model learns from. unseen_entries: whole families of entries that it never sees, so that thresholds are set on
 * topics as new as those of the world. unseen_phrasings: names and phrasings that were kept back from entries it does see.
 * calibration: families and sources that nothing was chosen on, for the confidence and the thresholds.
 */
export const SPLITS = ['train', 'unseen_entries', 'unseen_phrasings', 'calibration'] as const;
export type Split = (typeof SPLITS)[number];

const UNSEEN_SHARE = 0.06;
const CALIBRATION_SHARE = 0.12;
const SPARE_NAMES = 3;
const SPARE_PHRASINGS = 4;
/** Situations with many entries are drawn less than in proportion, or the rare ones would never be learnt. */
const BALANCE = 0.45;
/** How much more often than others a situation is drawn that the model is to learn in minutes, and an entry that is new to it. */
const NEW_SITUATION_WEIGHT = 20;
const NEW_ENTRY_WEIGHT = 2;

/** Share of the alerts that give orders: more where it is learnt, so that what is measured and calibrated is nearer to the world. */
const TAUGHT_ORDERS = 0.2;
const MET_ORDERS = 0.1;

/** What the weights that a run starts from have not seen. */
export interface News {
  readonly situations: ReadonlySet<string>;
  readonly entries: ReadonlySet<string>;
}

export const NO_NEWS: News = { situations: new Set(), entries: new Set() };

/** What each split may draw from: no family, and no source of the corpus, is in two of train, unseen_entries and calibration. */
export function materials(runbook: Runbook, corpus?: Corpus): Record<Split, Material[]> {
  const all = ownMaterials(runbook);
  for (const { source, material } of corpus?.world ?? []) {
    all[shareOf(`source ${source}`) < UNSEEN_SHARE ? 'unseen_entries' : 'train'].push(material);
  }
  all.calibration.push(...(corpus?.calibration ?? []).map(({ material }) => material));
  return all;
}

function ownMaterials(runbook: Runbook): Record<Split, Material[]> {
  const all: Record<Split, Material[]> = { train: [], unseen_entries: [], unseen_phrasings: [], calibration: [] };
  for (const entry of runbook.entries) {
    const situation = runbook.situations.get(entry.situation);
    const { names = [], says = [] } = entry;
    if (situation === undefined || names.length === 0) continue;
    const share = shareOf(familyOf(entry));
    if (share < UNSEEN_SHARE + CALIBRATION_SHARE) {
      all[share < UNSEEN_SHARE ? 'unseen_entries' : 'calibration'].push({ entry, situation, names, phrasings: says });
      continue;
    }
    const kept = { names: names.length > SPARE_NAMES ? 1 : 0, phrasings: says.length > SPARE_PHRASINGS ? 1 : 0 };
    all.train.push({ entry, situation, names: names.slice(kept.names), phrasings: says.slice(kept.phrasings) });
    if (kept.names + kept.phrasings === 2) {
      all.unseen_phrasings.push({ entry, situation, names: names.slice(0, 1), phrasings: says.slice(0, 1) });
    }
  }
  return all;
}

/** Draws `count` samples of a split, more of what is in `news`; the same seed draws the same. */
export function* drawSplit(
  runbook: Runbook,
  from: readonly Material[],
  split: Split,
  count: number,
  seed: number,
  news: News = NO_NEWS,
): Generator<Sample> {
  const random = createRandom(seed + SPLITS.indexOf(split) * 7919);
  const taught = split === 'train'; // texts are measured as their authors wrote them
  const injected = taught ? TAUGHT_ORDERS : MET_ORDERS;
  const drawing = { vary: split !== 'unseen_phrasings', reworded: taught, injected };
  const perSituation = countSituations(from);
  const weights = from.map(({ entry, situation: { name } }) => {
    const weight = (perSituation.get(name) ?? 1) ** -BALANCE;
    const ofSituation = news.situations.has(name) ? NEW_SITUATION_WEIGHT : 1;
    return weight * ofSituation * (news.entries.has(entry.id) ? NEW_ENTRY_WEIGHT : 1);
  });
  let total = 0;
  const cumulative = weights.map((weight) => (total += weight));
  for (let index = 0; index < count; index++) {
    const at = random.next() * total;
    const material = from[lowerBound(cumulative, at)];
    if (material !== undefined) yield drawSample(runbook, material, drawing, random);
  }
}

function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A share in [0, 1) that stays with a family or a source while others come and go. */
function shareOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt32BE(0) / 2 ** 32;
}

function countSituations(from: readonly Material[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { situation } of from) counts.set(situation.name, (counts.get(situation.name) ?? 0) + 1);
  return counts;
}
