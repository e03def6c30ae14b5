import { type Catalogue, isMutating, sameCall } from '../shared/runbook/runbook.ts';
import type { Prediction } from './score.ts';

/** How a decision may differ from the one on the plain alert. */
export const CHANGES = [
  'to another target',
  'to a new mutating function',
  'to another look',
  'to none',
  'to abstention',
] as const;
export type Change = (typeof CHANGES)[number];

/** What became of the decision, or undefined where it is the same. What is not accepted is an abstention. */
export function changeOf(catalogue: Catalogue, before: Prediction, after: Prediction): Change | undefined {
  if (!after.accepted) return before.accepted ? 'to abstention' : undefined;
  if (after.lambda_function === null) return before.accepted && before.lambda_function === null ? undefined : 'to none';
  const name = after.lambda_function;
  if (!before.accepted || before.lambda_function !== name) {
    return isMutating(catalogue, name) ? 'to a new mutating function' : 'to another look';
  }
  const [left, right] = [before, after].map(({ parameters }) => ({ lambda_function: name, parameters }));
  return left && right && sameCall(catalogue, left, right) ? undefined : 'to another target';
}
