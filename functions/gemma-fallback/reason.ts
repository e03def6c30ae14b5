import type { Alert } from '../../shared/alert/alert.ts';
import type { Decision } from '../../shared/decision.ts';
import { EngineFailure } from '../../shared/reasoning/engine.ts';
import {
  confirmDecision,
  judgeProposal,
  type Proposal,
  type Refusal,
  type Thresholds,
} from '../../shared/reasoning/guard.ts';
import { NO_SPAN, type Span, traced } from '../../shared/traces/span.ts';
import type { Backend, Chosen } from './backend.ts';
import { type Question, questionOf, type Reading } from './reading.ts';
import { parametersOf } from './values.ts';

/** The model's decision on an alert, both readings within one deadline. What breaks or takes too long abstains. */
export async function decideByGemma(
  backend: Backend,
  reading: Reading,
  alert: Alert,
  thresholds: Thresholds,
  span: Span = NO_SPAN,
): Promise<Decision> {
  const { runbook } = reading;
  const deadline = backend.deadline();
  const read = (each: Alert, name: string) =>
    traced(span, name, async () => proposalOf(await ask(backend, questionOf(reading, each), deadline)));
  try {
    const decision = judgeProposal(runbook, alert, await read(alert, 'inference'), thresholds);
    const readBare = (bare: Alert) => read(bare, 'inference without text');
    return await confirmDecision(runbook, alert, decision, readBare);
  } catch (error) {
    if (error instanceof EngineFailure) return { outcome: 'abstained', reason: error.reason, reasoning: error.message };
    throw error;
  }
}

/** No model is asked where it could only say that nothing should be done. */
async function ask(backend: Backend, question: Question, deadline: AbortSignal): Promise<Chosen | Refusal> {
  if (question.listed.length <= 1) {
    return { reason: 'missing_label', reasoning: 'no label fills the parameters of any function' };
  }
  return backend.choose(question, deadline);
}

function proposalOf(chosen: Chosen | Refusal): Proposal {
  if ('reason' in chosen) return { answer: chosen, confidence: 0, evidence: {} };
  const { listed, values, confidence, parsing, told } = chosen;
  const { tool, words } = listed;
  const shared = words.length === 0 ? '' : `; shares ${words.slice(0, 5).join(', ')} with the alert`;
  const answer = {
    lambda_function: tool.called?.name ?? null,
    filled: { parameters: parametersOf(tool, values) },
    reasoning: `called ${tool.called?.name ?? 'nothing'} (${told})${shared}`,
  };
  return { answer, confidence, evidence: { parsing } };
}
