import type { Runbook } from '../shared/runbook/runbook.ts';
import type { Labelled } from './dataset.ts';
import { type Predictor, staticFirst } from './guard.ts';
import { type Prediction, type Scored, score } from './score.ts';
import { byVariant, type Variant } from './variants.ts';

/** The alerts of each variant. */
export type VariantSets = Readonly<Record<Variant, readonly Labelled[]>>;

export type Run = Readonly<Record<Variant, readonly Scored[]>>;
/** By predictor; undefined where it is not installed. chain is what a cluster does: trm, and the rules behind it. */
export type Outcome = Readonly<Record<'trm' | 'rules' | 'lookup' | 'tfidf' | 'chain', Run | undefined>>;

/** What a predictor makes of each variant, behind the static tier. */
export async function runVariants(
  runbook: Runbook,
  sets: VariantSets,
  predictor: Predictor | undefined,
): Promise<Run | undefined> {
  if (predictor === undefined) return undefined;
  const { predict, close } = staticFirst(runbook, predictor);
  const scored = async (variant: Variant) =>
    scoreAll(runbook, sets[variant], await predict(sets[variant].map(({ alert }) => alert)));
  // One after the other: a model that answers two sets at once would be timed wrongly.
  const run: Run = {
    plain: await scored('plain'),
    field: await scored('field'),
    sway: await scored('sway'),
    noise: await scored('noise'),
  };
  await close?.();
  return run;
}

/** The chain as it runs: what TRM does not decide, the rules do. */
export function chained(runbook: Runbook, sets: VariantSets, trm: Run | undefined, rules: Run): Run {
  return byVariant((variant) => {
    const predictions = rules[variant].map((fallback, index) => {
      const first = trm?.[variant][index]?.prediction;
      return first?.accepted ? first : fallback.prediction;
    });
    return scoreAll(runbook, sets[variant], predictions);
  });
}

function scoreAll(runbook: Runbook, rows: readonly Labelled[], predictions: readonly Prediction[]): Scored[] {
  return rows.flatMap((row, index) => {
    const prediction = predictions[index];
    return prediction === undefined ? [] : [score(runbook.catalogue, row, prediction)];
  });
}
