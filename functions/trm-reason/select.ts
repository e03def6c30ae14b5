import type { Alert, Labels } from '../../shared/alert/alert.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import type { Decision, Evidence, Iteration, Parameters, Reason } from '../../shared/decision.ts';
import { isGrounded } from '../../shared/runbook/ground.ts';
import { isMutating, type Runbook, sameCall } from '../../shared/runbook/runbook.ts';
import { resolveUntrusted } from '../../shared/runbook/template.ts';
import { type ParsedAnswer, parseAnswer } from './parse.ts';

/** Confidence below which the model abstains, by what its answer asks for: only observe may be chosen on doubt. */
export interface Thresholds {
  /** No action. */
  readonly none: number;
  readonly observe: number;
  /** Mutating functions; never less than for those that only look. */
  readonly mutating: number;
}

/** Accepts every answer: for what the model prefers, sure or not. */
export const ANY_CONFIDENCE: Thresholds = { none: 0, observe: 0, mutating: 0 };

/** What the model wrote in its surest step, how sure it is (calibrated), and how it got there. */
export interface Reasoned {
  readonly text: string;
  readonly confidence: number;
  readonly trace: readonly Iteration[];
}

/**
 * From the model's text to a decision: parsed, checked against the catalogue, references filled from the alert's labels,
 * parameters checked against the schema, the call against what the runbook allows for these labels, and last the
 * confidence.
 */
export function selectRemediation(
  runbook: Runbook,
  alert: Alert,
  reasoned: Reasoned,
  thresholds: Thresholds,
): Decision {
  const { confidence, trace } = reasoned;
  const parsed = parseAnswer(reasoned.text);
  const evidence: Evidence = {
    confidence,
    iterations: trace.length,
    trace: [...trace],
    ...(parsed === undefined ? {} : { parsing: parsed.parsing }),
  };
  const abstain = (reason: Reason, reasoning: string): Decision => ({
    outcome: 'abstained',
    reason,
    reasoning,
    ...evidence,
  });
  if (parsed === undefined) return abstain('unparsable', 'the model wrote no remediation');
  if (parsed.lambda_function === null) {
    if (!(confidence >= thresholds.none)) {
      return abstain(
        'below_threshold',
        `leans to no action (${told(confidence, thresholds.none)}): ${parsed.reasoning}`,
      );
    }
    return { outcome: 'none', reason: 'no_action', reasoning: parsed.reasoning, ...evidence };
  }
  const call = checkCall(runbook, alert, parsed, parsed.lambda_function);
  if ('reason' in call) return abstain(call.reason, call.reasoning);
  const least = isMutating(runbook.catalogue, parsed.lambda_function)
    ? Math.max(thresholds.mutating, thresholds.observe)
    : thresholds.observe;
  // Not `<`: a model that computes NaN is sure of nothing.
  if (!(confidence >= least)) {
    return abstain('below_threshold', `leans to ${parsed.lambda_function} (${told(confidence, least)})`);
  }
  const { lambda_function, parameters } = call;
  return {
    outcome: 'selected',
    reason: 'answered',
    lambda_function,
    parameters,
    reasoning: parsed.reasoning,
    ...evidence,
    confidence,
  };
}

/**
 * A mutating call must follow from the alert's name and labels too: its text alone, which anybody may write into a rule, gets
 * nothing changed. What only looks is let through.
 *
 * @param bare the model's reading of the alert without its annotations; its confidence does not matter
 */
export function confirmSelection(runbook: Runbook, alert: Alert, decision: Decision, bare: Reasoned): Decision {
  if (!isMutatingDecision(runbook, decision)) return decision;
  const lean = selectRemediation(runbook, alert, bare, ANY_CONFIDENCE);
  if (lean.outcome === 'selected' && sameCall(runbook.catalogue, decision, lean)) return decision;
  const { lambda_function, parameters: _, ...evidence } = decision;
  const reasoning = `the name and the labels alone do not lead to ${lambda_function}`;
  return { ...evidence, outcome: 'abstained', reason: 'unconfirmed', reasoning };
}

/**
 * No action is a decision too: where the name and the labels alone lead confidently to a look or an action, a text that talks
 * the alert down decides nothing.
 *
 * @param bare the model's reading of the alert without its annotations
 */
export function confirmNone(
  runbook: Runbook,
  alert: Alert,
  decision: Decision & { outcome: 'none' },
  bare: Reasoned,
  thresholds: Thresholds,
): Decision {
  const lean = selectRemediation(runbook, alert, bare, thresholds);
  if (lean.outcome !== 'selected') return decision;
  const reasoning = `the name and the labels alone lead to ${lean.lambda_function}`;
  return { ...decision, outcome: 'abstained', reason: 'contradicted', reasoning };
}

/** Whether the decision is a mutating call. */
export function isMutatingDecision(
  runbook: Runbook,
  decision: Decision,
): decision is Decision & { outcome: 'selected' } {
  return decision.outcome === 'selected' && isMutating(runbook.catalogue, decision.lambda_function);
}

function told(confidence: number, threshold: number): string {
  return `confidence ${confidence.toFixed(3)} of ${threshold.toFixed(3)}`;
}

type Checked = { lambda_function: string; parameters: Parameters } | { reason: Reason; reasoning: string };

function checkCall(runbook: Runbook, alert: Alert, parsed: ParsedAnswer, lambda_function: string): Checked {
  const called = runbook.catalogue.get(lambda_function);
  if (called === undefined)
    return { reason: 'unknown_function', reasoning: 'the model named no function of the catalogue' };
  const resolved = resolveAll(parsed.parameters, ownLabels(runbook.policy, alert));
  if ('reason' in resolved) return resolved;
  const complaint = called.complaint(resolved.parameters);
  if (complaint !== undefined) return { reason: 'invalid_parameters', reasoning: `${lambda_function}: ${complaint}` };
  const call = { lambda_function, parameters: resolved.parameters };
  if (isGrounded(runbook, alert, call)) return call;
  return { reason: 'not_authorised', reasoning: `no case of the runbook calls ${lambda_function} so for these labels` };
}

/** References filled; a label that the alert lacks is an abstention, never an empty string. */
function resolveAll(
  templates: Parameters,
  labels: Labels,
): { parameters: Parameters } | { reason: Reason; reasoning: string } {
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
