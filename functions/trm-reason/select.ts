import type { Alert, Labels } from '../../shared/alert/alert.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import type { Decision, Iteration, Parameters } from '../../shared/decision.ts';
import { judgeProposal, type Proposal, type Refusal, type Thresholds } from '../../shared/reasoning/guard.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { resolveUntrusted } from '../../shared/runbook/template.ts';
import { parseAnswer } from './parse.ts';

/** What the model wrote in its surest step, how sure it is (calibrated), and how it got there. */
export interface Reasoned {
  readonly text: string;
  readonly confidence: number;
  readonly trace: readonly Iteration[];
}

/** From the model's text to a decision: parsed, references filled from the alert's labels, and judged as every model's answer. */
export function selectRemediation(
  runbook: Runbook,
  alert: Alert,
  reasoned: Reasoned,
  thresholds: Thresholds,
): Decision {
  return judgeProposal(runbook, alert, proposalOf(runbook, alert, reasoned), thresholds);
}

/** The model's text as an answer with the alert's labels in it. */
export function proposalOf(runbook: Runbook, alert: Alert, { text, confidence, trace }: Reasoned): Proposal {
  const parsed = parseAnswer(text);
  const evidence = { iterations: trace.length, trace: [...trace] };
  if (parsed === undefined) {
    const refusal: Refusal = { reason: 'unparsable', reasoning: 'the model wrote no remediation' };
    return { answer: refusal, confidence, evidence };
  }
  const { lambda_function, parameters, reasoning, parsing } = parsed;
  const filled = resolveAll(parameters, ownLabels(runbook.policy, alert));
  return { answer: { lambda_function, filled, reasoning }, confidence, evidence: { ...evidence, parsing } };
}

/** References filled; a label that the alert lacks is an abstention, never an empty string. */
function resolveAll(templates: Parameters, labels: Labels): { parameters: Parameters } | Refusal {
  const parameters: [string, Parameters[string]][] = [];
  for (const [name, template] of Object.entries(templates)) {
    const resolved = typeof template === 'string' ? resolveUntrusted(template, labels) : { value: template };
    if (resolved === undefined)
      return { reason: 'unparsable', reasoning: `${name} holds another template than a label` };
    if ('missing' in resolved)
      return { reason: 'missing_label', reasoning: `the alert has no label ${resolved.missing}` };
    parameters.push([name, resolved.value]);
  }
  return { parameters: Object.fromEntries(parameters) };
}
