/** What the runbook says of an alert and why, in lines. */
import type { Alert } from '../../shared/alert/alert.ts';
import type { Decision, Reason } from '../../shared/decision.ts';
import { isObject } from '../../shared/json.ts';
import { type Change, changesOf, type Flip } from '../../shared/runbook/changes.ts';
import {
  type Asked,
  type ExplainedCase,
  type Explanation,
  explainDecision,
  groundsOf,
} from '../../shared/runbook/explain.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { printable } from '../../shared/text/printable.ts';
import { parametersText } from '../parameters.ts';

const ANNOTATED: Reason = 'annotation';

/** The entry, each case with what decided about it, and what would change the answer. */
export function explanationText(asked: Asked, alert: Alert, attempts: readonly unknown[]): string {
  const explanation = explainDecision(asked, alert);
  const changes = changesOf(asked, alert);
  const grounds = attempts.flatMap((attempt) => groundsText(asked.runbook, alert, attempt));
  return [
    ...headLines(explanation),
    ...explanation.cases.map((each, index) => `  ${index + 1}. ${caseText(each)}`),
    `  → ${decisionText(explanation.decision)}`,
    ...grounds,
    ...(changes.length === 0
      ? ['no change of one or two labels that the policy names leads elsewhere']
      : ['what would change that answer', ...changes.map((change) => `  ${changeText(change)}`)]),
  ]
    .map(printable)
    .join('\n');
}

function caseText({ does, outcome, why, reason }: ExplainedCase): string {
  switch (outcome) {
    case 'holds':
      return `${does}: holds: ${why} (${reason})`;
    case 'ruled out':
      return `${does}: ruled out: ${why}`;
    case 'not tried':
      return `${does}: not tried`;
    default:
      return outcome satisfies never;
  }
}

function headLines({ exclusion, entry }: Explanation): string[] {
  const excluded = exclusion === undefined ? [] : [`before any tier: nothing is done, since ${exclusion}`];
  if (entry === undefined) return [...excluded, 'the runbook: no entry takes the alert'];
  const pinned = entry.isPinned ? ', pinned: it comes before any model' : '';
  return [...excluded, `the runbook: entry ${entry.id}, situation ${entry.situation}${pinned}`];
}

function groundsText(runbook: Runbook, alert: Alert, attempt: unknown): string[] {
  if (!isObject(attempt) || attempt.outcome !== 'selected') return [];
  const { method, reason, lambda_function, parameters } = attempt;
  if (method === 'static' && reason === ANNOTATED)
    return ["the alert's own annotation has decided; without it the runbook is asked"];
  // A model may only choose what the runbook decides on for some situation and these labels.
  if ((method !== 'trm' && method !== 'gemma') || typeof lambda_function !== 'string' || !isObject(parameters))
    return [];
  const grounds = groundsOf(runbook, alert, { lambda_function, parameters: parameters as Record<string, string> });
  if (grounds.length === 0) return [`the runbook lets ${method} choose this for no situation any more`];
  return [`the runbook lets ${method} choose this, as for the situation ${grounds.join(', ')}`];
}

function decisionText(decision: Decision): string {
  if (decision.outcome === 'abstained') return 'the rules abstain';
  if (decision.outcome === 'none') return `none (${decision.reasoning})`;
  return `${decision.lambda_function} ${parametersText(decision.parameters) ?? ''} (${decision.reasoning})`;
}

function changeText({ flips, runbook, decision }: Change): string {
  if (runbook !== undefined) {
    return decision.outcome === 'abstained' ? `in the runbook ${runbook}` : `${runbook}: ${decisionText(decision)}`;
  }
  return `${flips.map(flipText).join(' and ')}: ${decisionText(decision)}`;
}

function flipText({ name, value }: Flip): string {
  return value === undefined ? `without ${name}` : `with ${name}=${JSON.stringify(value)}`;
}
