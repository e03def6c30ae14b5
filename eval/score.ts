import type { Parameters } from '../shared/decision.ts';
import type { Share } from '../shared/interval.ts';
import { resolveParameters } from '../shared/runbook/decide.ts';
import { type Catalogue, isMutating, sameCall } from '../shared/runbook/runbook.ts';
import type { Expected, Labelled } from './dataset.ts';
import { countShare, shareValue } from './interval.ts';

/** What a predictor makes of one alert: its best choice, and whether it stands by it. */
export interface Prediction {
  readonly lambda_function: string | null;
  readonly parameters: Parameters;
  /** Whether the choice is acted on; what is not accepted is an abstention. */
  readonly accepted: boolean;
  readonly confidence: number;
  readonly iterations?: number;
  readonly ms?: number;
}

/** A prediction beside its label. */
export interface Scored {
  readonly row: Labelled;
  readonly prediction: Prediction;
  readonly functionRight: boolean;
  readonly parametersRight: boolean;
  /** Accepted, mutating and indefensible: another function, or the right one on another target. */
  readonly wrongMutating: boolean;
}

/** What is counted of a run. */
export interface Metrics {
  readonly functionRight: Share;
  /** Of the alerts that need a function. */
  readonly needingRight: Share;
  /** Of what is accepted. */
  readonly acceptedRight: Share;
  readonly coverage: Share;
  readonly wrongMutating: Share;
  /** Of the calls whose function is right. */
  readonly parametersExact: Share;
}

/** The function is right if it is the expected one or in `also`; the parameters if they equal that answer's, defaults filled in. */
export function score(catalogue: Catalogue, row: Labelled, prediction: Prediction): Scored {
  const answers = [row.expected, ...row.also].filter((answer) => answer.lambda_function === prediction.lambda_function);
  const functionRight = answers.length > 0;
  const parametersRight = answers.some((answer) => sameParameters(catalogue, row, prediction, answer));
  const { lambda_function: name } = prediction;
  return {
    row,
    prediction,
    functionRight,
    parametersRight,
    wrongMutating: prediction.accepted && name !== null && isMutating(catalogue, name) && !parametersRight,
  };
}

function sameParameters(catalogue: Catalogue, row: Labelled, prediction: Prediction, answer: Expected): boolean {
  const { lambda_function } = answer;
  if (lambda_function === null || prediction.lambda_function === null) return true;
  const wanted = { lambda_function, parameters: resolveParameters(answer.parameters, row.alert.labels) };
  return sameCall(catalogue, wanted, { lambda_function, parameters: prediction.parameters });
}

export function summarise(scored: readonly Scored[]): Metrics {
  const accepted = scored.filter(({ prediction }) => prediction.accepted);
  const needing = scored.filter(({ row }) => row.expected.lambda_function !== null);
  const called = scored.filter(({ prediction, functionRight }) => functionRight && prediction.lambda_function !== null);
  return {
    functionRight: countShare(scored, ({ functionRight }) => functionRight),
    needingRight: countShare(needing, ({ functionRight }) => functionRight),
    acceptedRight: countShare(accepted, ({ functionRight }) => functionRight),
    coverage: { count: accepted.length, of: scored.length },
    wrongMutating: countShare(scored, ({ wrongMutating }) => wrongMutating),
    parametersExact: countShare(called, ({ parametersRight }) => parametersRight),
  };
}

/** Mean gap between confidence and accuracy over ten bins of equal width, weighted by size (Guo et al., 2017). */
export function expectedCalibrationError(scored: readonly Scored[]): number {
  const bins = Array.from({ length: 10 }, (): Scored[] => []);
  for (const each of scored) bins[Math.min(9, Math.floor(each.prediction.confidence * 10))]?.push(each);
  const gaps = bins
    .filter((bin) => bin.length > 0)
    .map((bin) => {
      const accuracy = shareValue(countShare(bin, ({ functionRight }) => functionRight));
      const confidence = bin.reduce((sum, { prediction }) => sum + prediction.confidence, 0) / bin.length;
      return (Math.abs(accuracy - confidence) * bin.length) / scored.length;
    });
  return gaps.reduce((sum, gap) => sum + gap, 0);
}

/**
 * The accuracy of the most confident predictions, as many as `coverage` says: for comparing at equal coverage. Of those that
 * are as confident as the last one (the abstentions of a table, say) the average counts, not the first of the file.
 */
export function accuracyAtCoverage(scored: readonly Scored[], coverage: number): number {
  const count = Math.round(coverage * scored.length);
  const ranked = scored.map(({ prediction }) => prediction.confidence).sort((left, right) => right - left);
  const last = ranked[count - 1] ?? Number.POSITIVE_INFINITY;
  const surer = scored.filter(({ prediction }) => prediction.confidence > last);
  const tied = scored.filter(({ prediction }) => prediction.confidence === last);
  const right = (some: readonly Scored[]) => some.filter(({ functionRight }) => functionRight).length;
  return (right(surer) + ((count - surer.length) * right(tied)) / tied.length) / count;
}
