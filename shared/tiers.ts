import { type EpisodeSettings, episodeOf } from './alert/alert.ts';
import { EXCLUSIONS } from './alert/exclusion.ts';
import type { Config } from './config.ts';
import type { Attempt, Decision, Method } from './decision.ts';
import type { Draft } from './events/envelope.ts';
import {
  gemmaRequested,
  remediationSelected,
  remediationUnresolved,
  rulesRequested,
  trmRequested,
} from './events/index.ts';
import type { UnresolvedReason } from './events/remediation-unresolved.ts';
import type { Request } from './events/request.ts';

/** The tiers behind the static annotation, in the order in which they are asked. */
const TIERS = [
  { method: 'trm', setting: 'TRM_ENABLED', request: trmRequested },
  { method: 'gemma', setting: 'GEMMA_ENABLED', request: gemmaRequested },
  { method: 'rules', setting: 'RULES_ENABLED', request: rulesRequested },
] as const;

export type TierSettings = EpisodeSettings & Pick<Config, 'NONE_IS_FINAL' | (typeof TIERS)[number]['setting']>;

/** The vote of a tier that is switched off; it also applies to dead letters, which bypass the tier before. */
export const DISABLED: Decision = { outcome: 'abstained', reason: 'disabled' };

/** A tier's decision as its vote on the event. */
export function attemptOf(method: Method, decision: Decision, durationMs: number): Attempt {
  return { method, ...decision, duration_ms: Math.round(durationMs * 1000) / 1000 };
}

/**
 * What a tier answers to a request: the selection, the recorded "no", or the request to the next tier that is enabled.
 * A confident "none" is a decision and ends the chain, unless NONE_IS_FINAL is false: even then what somebody wrote down for
 * this very alert, in the static tier, does not go on to a model.
 */
export function answerDecision(request: Request, attempt: Attempt, settings: TierSettings): Draft {
  const attempts = [...request.attempts, attempt];
  const answered: Request = { alert: request.alert, attempts };
  switch (attempt.outcome) {
    case 'selected':
      return selected(answered, attempt, settings);
    case 'none': {
      const exclusion = EXCLUSIONS.find((reason) => reason === attempt.reason);
      if (exclusion === undefined && attempt.method !== 'static' && !settings.NONE_IS_FINAL)
        return passOn(request.alert, attempts, attempt.method, settings);
      return unresolved(answered, settings, exclusion ?? 'no_action', attempt.reasoning);
    }
    case 'abstained':
      return passOn(request.alert, attempts, attempt.method, settings);
    default:
      return attempt.outcome satisfies never;
  }
}

/** The request to the first enabled tier behind `from`, with an attempt `disabled` for each one passed over. */
export function passOn(
  alert: Request['alert'],
  attempts: readonly Attempt[],
  from: Method,
  settings: TierSettings,
): Draft {
  const behind = TIERS.slice(TIERS.findIndex(({ method }) => method === from) + 1);
  const next = behind.find(({ setting }) => settings[setting]);
  const passedOver = behind.slice(0, next === undefined ? undefined : behind.indexOf(next));
  const disabled = passedOver.map(({ method }): Attempt => ({ method, outcome: 'abstained', reason: 'disabled' }));
  const request: Request = { alert, attempts: [...attempts, ...disabled] };
  if (next === undefined) return unresolved(request, settings, ...lastWord(request.attempts));
  return { definition: next.request, data: request, episode: episodeOf(alert, settings) };
}

/** The request of a tier that could not be reached, for the tier that is its dead letter sink. */
export function undelivered({ alert, attempts }: Request, method: Method): Request {
  return { alert, attempts: [...attempts, { method, outcome: 'abstained', reason: 'undelivered' }] };
}

/** The recorded "no". */
export function unresolved(
  request: Request,
  settings: EpisodeSettings,
  reason: UnresolvedReason,
  reasoning?: string,
): Draft {
  const data = {
    alert: request.alert,
    attempts: request.attempts,
    reason,
    ...(reasoning === undefined ? {} : { reasoning }),
  };
  return { definition: remediationUnresolved, data, episode: episodeOf(request.alert, settings), key: reason };
}

// With NONE_IS_FINAL=false a "none" is still the chain's answer where no later tier decided otherwise.
function lastWord(attempts: readonly Attempt[]): [UnresolvedReason, string | undefined] {
  const none = attempts.findLast((attempt) => attempt.outcome === 'none');
  return none === undefined ? ['abstained', 'no tier was sure'] : ['no_action', none.reasoning];
}

function selected({ alert, attempts }: Request, attempt: Attempt, settings: EpisodeSettings): Draft {
  const { lambda_function = '', parameters = {}, method, confidence = 0, reasoning = '' } = attempt;
  const data = { alert, attempts, lambda_function, parameters, method, confidence, reasoning };
  return { definition: remediationSelected, data, episode: episodeOf(alert, settings), key: lambda_function };
}
