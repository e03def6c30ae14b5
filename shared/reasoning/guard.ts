/** What every answer of a model passes before it is a decision: the fence that is the same for all models. */
import type { Alert } from '../alert/alert.ts';
import { ownLabels } from '../alert/own-labels.ts';
import type { Call, Decision, Evidence, Parameters, Reason } from '../decision.ts';
import { decideEntry } from '../runbook/entry.ts';
import { decidedInstead, isGrounded } from '../runbook/ground.ts';
import { entryMatches, isMutating, type Runbook, sameCall } from '../runbook/runbook.ts';

/** Confidence below which a model abstains, by what its answer asks for: only observe may be chosen on doubt. */
export interface Thresholds {
  /** No action. */
  readonly none: number;
  readonly observe: number;
  /** Mutating functions; never less than for those that only look. */
  readonly mutating: number;
}

/** Accepts every answer: for what a model prefers, sure or not. */
export const ANY_CONFIDENCE: Thresholds = { none: 0, observe: 0, mutating: 0 };

/** Enough to doubt a "none", far from enough to act (training/LOG.md). */
const DOUBTED: Thresholds = { none: 0.4, observe: 0.4, mutating: 0.4 };

/** Why there is no call. */
export interface Refusal {
  readonly reason: Reason;
  readonly reasoning: string;
}

/** What a model answers; nothing in it is believed yet. */
export interface Answer {
  /** null where nothing should be done. */
  readonly lambda_function: string | null;
  /** With the alert's labels in them, or why they could not be filled. */
  readonly filled: { readonly parameters: Parameters } | Refusal;
  readonly reasoning: string;
}

/** An answer, or why there is none, with how sure the model is and how it got there. */
export interface Proposal {
  readonly answer: Answer | Refusal;
  readonly confidence: number;
  readonly evidence: Evidence;
}

/**
 * From a model's answer to a decision: checked against the catalogue, the parameters against the schema, the call against
 * what the runbook allows for these labels, and last the confidence.
 */
export function judgeProposal(runbook: Runbook, alert: Alert, proposal: Proposal, thresholds: Thresholds): Decision {
  const { answer, confidence } = proposal;
  const evidence: Evidence = { ...proposal.evidence, confidence };
  const checked = 'reason' in answer ? answer : checkAnswer(runbook, alert, answer);
  if ('reason' in checked) return { outcome: 'abstained', ...checked, ...evidence };
  const { call, reasoning } = checked;
  const least = leastConfidence(runbook, call, thresholds);
  // Not `<`: a model that computes NaN is sure of nothing.
  if (!(confidence >= least)) {
    const sure = `confidence ${confidence.toFixed(3)} of ${least.toFixed(3)}`;
    const leaning = call === undefined ? `no action (${sure}): ${reasoning}` : `${call.lambda_function} (${sure})`;
    return { outcome: 'abstained', reason: 'below_threshold', reasoning: `leans to ${leaning}`, ...evidence };
  }
  if (call === undefined) return { outcome: 'none', reason: 'no_action', reasoning, ...evidence };
  return { outcome: 'selected', reason: 'answered', ...call, reasoning, ...evidence, confidence };
}

/**
 * The decision that stands without the alert's text, which anybody may write: a mutating call and a "none" are
 * read again without the annotations, and a "none" is first held against the entries that name the alert. A look is let
 * through.
 *
 * @param read the model's reading of an alert
 */
export async function confirmDecision(
  runbook: Runbook,
  alert: Alert,
  decision: Decision,
  read: (alert: Alert) => Promise<Proposal>,
): Promise<Decision> {
  const held = decision.outcome === 'none' ? confirmByEntry(runbook, alert, decision) : decision;
  // Without a text the second reading would be the first again.
  if (Object.keys(alert.annotations).length === 0) return held;
  if (held.outcome !== 'none' && !isMutatingDecision(runbook, held)) return held;
  const bare = await read({ ...alert, annotations: {} });
  return held.outcome === 'none'
    ? confirmNone(runbook, alert, held, bare)
    : confirmSelection(runbook, alert, held, bare);
}

/**
 * A mutating call must follow from the alert's name and labels too: its text alone, which anybody may write into a rule, gets
 * nothing changed. What only looks is let through.
 *
 * @param bare the model's reading of the alert without its annotations; its confidence does not matter
 */
export function confirmSelection(runbook: Runbook, alert: Alert, decision: Decision, bare: Proposal): Decision {
  if (!isMutatingDecision(runbook, decision)) return decision;
  const lean = judgeProposal(runbook, alert, bare, ANY_CONFIDENCE);
  if (lean.outcome === 'selected' && sameCall(runbook.catalogue, decision, lean)) return decision;
  const { lambda_function, parameters: _, ...evidence } = decision;
  const reasoning = `the name and the labels alone do not lead to ${lambda_function}`;
  return { ...evidence, outcome: 'abstained', reason: 'unconfirmed', reasoning };
}

/**
 * No action is a decision too. Where an entry of the runbook that names this very alert leads to a look or an action, the rules
 * decide and not the model.
 */
export function confirmByEntry(runbook: Runbook, alert: Alert, decision: Decision & { outcome: 'none' }): Decision {
  const labels = ownLabels(runbook.policy, alert);
  // Not by the index of names (first-entry.ts): for one question now and then that is 5 MiB.
  const entry = runbook.entries.find((each) => each.names !== undefined && entryMatches(each, alert.alertname, labels));
  const ruled = entry && decideEntry(runbook, entry, alert, labels);
  if (ruled?.outcome !== 'selected') return decision;
  const reasoning = `the entry ${ruled.entry}, which names this alert, leads to ${ruled.lambda_function}`;
  return { ...decision, outcome: 'abstained', reason: 'contradicted', reasoning };
}

/**
 * The same where the name and the labels alone lead to a look or an action with some confidence: a text that talks the alert
 * down decides nothing.
 *
 * @param bare the model's reading of the alert without its annotations
 */
export function confirmNone(
  runbook: Runbook,
  alert: Alert,
  decision: Decision & { outcome: 'none' },
  bare: Proposal,
): Decision {
  const lean = judgeProposal(runbook, alert, bare, DOUBTED);
  if (lean.outcome !== 'selected') return decision;
  const reasoning = `the name and the labels alone lead to ${lean.lambda_function}`;
  return { ...decision, outcome: 'abstained', reason: 'contradicted', reasoning };
}

function isMutatingDecision(runbook: Runbook, decision: Decision): decision is Decision & { outcome: 'selected' } {
  return decision.outcome === 'selected' && isMutating(runbook.catalogue, decision.lambda_function);
}

function leastConfidence({ catalogue }: Runbook, call: Call | undefined, thresholds: Thresholds): number {
  if (call === undefined) return thresholds.none;
  return isMutating(catalogue, call.lambda_function)
    ? Math.max(thresholds.mutating, thresholds.observe)
    : thresholds.observe;
}

/** What an answer comes to for these labels. */
interface Checked {
  /** undefined: no action. */
  readonly call: Call | undefined;
  readonly reasoning: string;
}

function checkAnswer(
  runbook: Runbook,
  alert: Alert,
  { lambda_function, filled, reasoning }: Answer,
): Checked | Refusal {
  if (lambda_function === null) return { call: undefined, reasoning };
  const called = runbook.catalogue.get(lambda_function);
  if (called === undefined)
    return { reason: 'unknown_function', reasoning: 'the model named no function of the catalogue' };
  if ('reason' in filled) return filled;
  const complaint = called.complaint(filled.parameters);
  if (complaint !== undefined) return { reason: 'invalid_parameters', reasoning: `${lambda_function}: ${complaint}` };
  return groundCall(runbook, alert, { lambda_function, parameters: filled.parameters }, reasoning);
}

/** The model says what the alert is about; what the policy's conditions then leave to do is not for it to say. */
function groundCall(runbook: Runbook, alert: Alert, call: Call, reasoning: string): Checked | Refusal {
  const labels = ownLabels(runbook.policy, alert);
  if (isGrounded(runbook, alert, call, labels)) return { call, reasoning };
  const { lambda_function } = call;
  const instead = decidedInstead(runbook, alert, call, labels);
  if (instead !== undefined) {
    return {
      call: instead.call,
      reasoning: `${reasoning}; not ${lambda_function} for these labels: ${instead.reason}`,
    };
  }
  return { reason: 'not_authorised', reasoning: `no case of the runbook calls ${lambda_function} so for these labels` };
}
