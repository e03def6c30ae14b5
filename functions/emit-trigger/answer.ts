/** The event of each answer. */
import { type Alert, type Episode, type EpisodeSettings, episodeOf, labelValue } from '../../shared/alert/alert.ts';
import { AsreError } from '../../shared/errors.ts';
import type { Draft } from '../../shared/events/envelope.ts';
import {
  approvalRequested,
  lambdaTrigger,
  remediationIneffective,
  remediationSuppressed,
  remediationVerified,
} from '../../shared/events/index.ts';
import { INEFFECTIVE_REASONS } from '../../shared/events/remediation-outcome.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import type { SuppressedReason } from '../../shared/events/remediation-suppressed.ts';
import type { Keys } from '../../shared/keys.ts';
import { done, type Outcome, reply } from '../../shared/runtime/function.ts';
import { issueToken, selectionHash } from './approvals.ts';
import type { Answer } from './decide.ts';
import type { Asked, Attempt } from './episode.ts';
import type { Because } from './policy.ts';

/** What an event takes from elsewhere than the answer. */
export interface Frame {
  readonly correlationId: string;
  readonly settings: EpisodeSettings;
  /** The keys of the tokens of approvals. */
  readonly keys: () => Keys;
  readonly policyHash: string;
}

/** @throws {AsreError} ASRE_CLAIM_HELD */
export function outcomeOf(answer: Answer, { correlationId, settings, keys, policyHash }: Frame): Outcome {
  const of = (alert: Alert): Episode => ({ ...episodeOf(alert, settings), correlationId });
  switch (answer.kind) {
    case 'triggered':
      return reply(triggerDraft(answer.attempt, of(answer.attempt.selection.alert)));
    case 'suppressed':
      return reply(suppressedDraft(answer.selection, answer.because, of(answer.selection.alert), policyHash));
    case 'asked':
      return reply(askedDraft(answer.asked, of(answer.asked.selection.alert), keys()));
    case 'verified':
      return reply(verifiedDraft(answer, of(answer.attempt.selection.alert)));
    case 'ineffective':
      return reply(ineffectiveDraft(answer.attempt, of(answer.attempt.selection.alert)));
    case 'done':
      return done(answer.reason);
    case 'held':
      throw new AsreError('ASRE_CLAIM_HELD', 'the answer to another delivery has not come back yet');
    default:
      return answer satisfies never;
  }
}

function triggerDraft({ number, triggerId, selection, policyHash, approvedBy }: Attempt, episode: Episode): Draft {
  const { lambda_function, parameters, alert, confidence, reasoning, attempts, method: triggered_by } = selection;
  const cluster = labelValue(alert.labels, 'cluster');
  const data = {
    lambda_function,
    parameters,
    alert,
    triggered_by,
    correlation_id: episode.correlationId,
    confidence,
    reasoning,
    attempts,
    attempt: number,
    policy_hash: policyHash,
    ...(cluster === undefined ? {} : { cluster }),
    ...(approvedBy === undefined ? {} : { approved_by: approvedBy }),
  };
  const subject = [parameters.namespace, parameters.name ?? parameters.selector].filter((part) => part !== undefined);
  return {
    definition: lambdaTrigger,
    data,
    episode,
    id: triggerId, // an attempt has one lambda trigger, whatever function a later selection names
    subject: subject.join('/'),
    extensions: { lambdafunction: lambda_function },
  };
}

function suppressedDraft(
  selection: Selection,
  { reason, message }: Because<SuppressedReason>,
  episode: Episode,
  policyHash: string,
): Draft {
  const data = { selection, reason, message, policy_hash: policyHash };
  return { definition: remediationSuppressed, data, episode, key: reason };
}

function askedDraft(asked: Asked, episode: Episode, keys: Keys): Draft {
  const { attempt, selection, reason, message, expiresMs, policyHash } = asked;
  const { correlationId } = episode;
  const token = issueToken({ correlationId, attempt, selection: selectionHash(selection), expiresMs }, keys);
  const data = {
    ...{ selection, reason, message, token, expires_at: new Date(expiresMs).toISOString(), attempt },
    policy_hash: policyHash,
  };
  return { definition: approvalRequested, data, episode, key: `${attempt} ${expiresMs}` };
}

function verifiedDraft(
  { attempt, resolvedMs, closedUnsigned }: Extract<Answer, { kind: 'verified' }>,
  episode: Episode,
): Draft {
  const times = {
    resolved_at: new Date(resolvedMs).toISOString(),
    took_ms: Math.max(0, resolvedMs - attempt.triggeredMs),
  };
  const data = {
    ...remediationOf(attempt, episode),
    ...times,
    ...(closedUnsigned ? { unsigned_resolution: true } : {}),
  };
  // The signed resolution may come after an unsigned one: what it proves is another event.
  return {
    definition: remediationVerified,
    data,
    episode,
    key: `${attempt.number}${closedUnsigned ? ' unsigned' : ''}`,
  };
}

function ineffectiveDraft(attempt: Attempt, episode: Episode): Draft {
  const { reason = 'still-firing', breakerUntilMs } = attempt.failure ?? {};
  const open = breakerUntilMs === undefined ? {} : { breaker_open_until: new Date(breakerUntilMs).toISOString() };
  const data = { ...remediationOf(attempt, episode), reason, message: INEFFECTIVE_REASONS[reason], ...open };
  return { definition: remediationIneffective, data, episode, key: String(attempt.number) };
}

function remediationOf({ selection, triggerId, number, triggeredMs }: Attempt, { correlationId }: Episode) {
  return {
    ...{ selection, correlation_id: correlationId, trigger_id: triggerId, attempt: number },
    triggered_at: new Date(triggeredMs).toISOString(),
  };
}
