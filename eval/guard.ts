import { answerUnits } from '../functions/trm-reason/answer.ts';
import { proposalOf, type Reasoned, selectRemediation } from '../functions/trm-reason/select.ts';
import type { Alert } from '../shared/alert/alert.ts';
import type { Call, Decision } from '../shared/decision.ts';
import { ANY_CONFIDENCE, confirmDecision, type Thresholds } from '../shared/reasoning/guard.ts';
import type { Runbook } from '../shared/runbook/runbook.ts';
import { decideStatic } from '../shared/static-tier.ts';
import type { Prediction } from './score.ts';

/** Answers every alert of a set. */
export interface Predictor {
  readonly predict: (alerts: readonly Alert[]) => Promise<readonly Prediction[]>;
  readonly close?: () => Promise<void>;
}

/** What a predictor leans to; undefined where it has no opinion. A null call is the opinion that nothing should be done. */
export interface Lean {
  readonly call: Call | null;
  readonly confidence: number;
}

const NO_OPINION: Reasoned = { text: '', confidence: 0, trace: [] };

/**
 * A predictor whose leanings pass what the model's answers pass in trm-reason: catalogue, schema, grounding, thresholds,
 * the entries that name the alert, and a second reading without the annotations.
 */
export function guarded(
  runbook: Runbook,
  thresholds: Thresholds,
  read: (alerts: readonly Alert[]) => readonly (Lean | undefined)[],
): Predictor {
  return {
    async predict(alerts) {
      const first = read(alerts).map(writtenOut);
      const bare = read(alerts.map((alert) => ({ ...alert, annotations: {} }))).map(writtenOut);
      const predictOne = async (alert: Alert, index: number) => {
        const reasoned = first[index] ?? NO_OPINION;
        const selected = selectRemediation(runbook, alert, reasoned, thresholds);
        const decision = await confirmDecision(runbook, alert, selected, async (again) =>
          proposalOf(runbook, again, bare[index] ?? NO_OPINION),
        );
        return predictionOf(decision, selectRemediation(runbook, alert, reasoned, ANY_CONFIDENCE));
      };
      return Promise.all(alerts.map(predictOne));
    },
  };
}

/** What somebody wrote down for an alert decides before the predictor is asked, as in alert-router. */
export function staticFirst(runbook: Runbook, { predict, close }: Predictor): Predictor {
  return {
    async predict(alerts) {
      const written = alerts.map((alert) => decideStatic(runbook, alert).at(-1));
      const isOpen = (_: unknown, index: number) => (written[index]?.outcome ?? 'abstained') === 'abstained';
      const rest = (await predict(alerts.filter(isOpen)))[Symbol.iterator]();
      return written.flatMap((decision, index) => {
        if (decision !== undefined && !isOpen(decision, index))
          return { ...predictionOf(decision, decision), confidence: 1 };
        return rest.next().value ?? [];
      });
    },
    ...(close === undefined ? {} : { close }),
  };
}

/** @param choice the decision if the predictor had been sure */
export function predictionOf({ outcome, confidence = 0 }: Decision, choice: Decision): Prediction {
  const { lambda_function, parameters } =
    choice.outcome === 'selected' ? choice : { lambda_function: null, parameters: {} };
  return { lambda_function, parameters, accepted: outcome !== 'abstained', confidence };
}

function writtenOut(lean: Lean | undefined): Reasoned {
  if (lean === undefined) return NO_OPINION;
  const { lambda_function = null, parameters = {} } = lean.call ?? {};
  const { units } = answerUnits({ lambda_function, parameters, reasoning: '' });
  return { text: units.join(''), confidence: lean.confidence, trace: [] };
}
