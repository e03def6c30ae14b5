/** What an event says to people, as the values that a template may use. Pure. */
import { type EpisodeSettings, episodeOf, labelValue } from '../../../shared/alert/alert.ts';
import type { Config } from '../../../shared/config.ts';
import type { Method } from '../../../shared/decision.ts';
import type { ApprovalRequest } from '../../../shared/events/approval.ts';
import type { Ineffective, Verified } from '../../../shared/events/remediation-outcome.ts';
import type { Selection } from '../../../shared/events/remediation-selected.ts';
import { cut } from './parts.ts';

/** approval.requested, remediation.verified, remediation.ineffective. */
export const NEWS_KINDS = ['asked', 'verified', 'ineffective'] as const;
export type NewsKind = (typeof NEWS_KINDS)[number];

/** What a template may say of the news of all kinds, and of one kind alone. docs/chat.md is made from it. */
export const PLACEHOLDERS = {
  kind: { meaning: 'asked, verified or ineffective' },
  call: { meaning: 'the function, its target and its other parameters' },
  function: { meaning: 'the function' },
  target: { meaning: 'the target, as in shop/checkout' },
  namespace: { meaning: 'the namespace of the target' },
  alert: { meaning: 'the name of the alert; in brackets its severity and its cluster' },
  alertname: { meaning: 'the name of the alert' },
  severity: { meaning: 'its label severity' },
  cluster: { meaning: 'its label cluster' },
  incident: { meaning: 'what the news of one message share: the namespace, or else the alert, and the cluster' },
  episode: { meaning: 'the episode, for agent-sre explain and for the page of the console' },
  chosen_by: { meaning: 'which tier chose the call, in words' },
  confidence: { meaning: 'its confidence' },
  reason: { meaning: 'its reason' },
  attempt: { meaning: 'which attempt of the episode it is' },
  why: { meaning: 'why a person is asked, why it has not worked, or why it may not have worked' },
  until: { meaning: 'when the question expires', only: ['asked'] },
  token: { meaning: 'the token for agent-sre approve and deny', only: ['asked'] },
  link: { meaning: 'APPROVAL_LINK with the token behind its #', only: ['asked'] },
  took: { meaning: 'the minutes from the call to the resolution', only: ['verified'] },
  not_before: { meaning: 'when it may be tried there again, where the breaker has opened', only: ['ineffective'] },
} as const satisfies Record<string, { readonly meaning: string; readonly only?: readonly NewsKind[] }>;
type Placeholder = keyof typeof PLACEHOLDERS;

export type Values = { readonly [Name in Placeholder]?: string | undefined };

export interface News {
  readonly kind: NewsKind;
  readonly incident: string;
  /** From then on it is of no use. */
  readonly expiresMs?: number;
  readonly values: Values;
}

/** What a token of approvals is made of; anything else in its place is not passed on. */
const TOKEN = /^[\w.-]{1,600}$/;
const UNSIGNED = 'nobody has signed that it has resolved, so anyone can have claimed it';
/** Characters of one value; token and link are whole or not there. */
const LONGEST_VALUE = 300;

export function askedNews(
  { selection, message, token, expires_at, attempt }: ApprovalRequest,
  settings: EpisodeSettings & Pick<Config, 'APPROVAL_LINK'>,
): News {
  const link = settings.APPROVAL_LINK === '' ? undefined : `${settings.APPROVAL_LINK}#token=${token}`;
  const answer = TOKEN.test(token) ? { token, link } : {};
  const about = aboutSelection(selection, episodeOf(selection.alert, settings).correlationId);
  const expiresMs = Date.parse(expires_at);
  return {
    ...newsOf('asked', { ...about, attempt: String(attempt), why: message, until: timeText(expires_at) }, answer),
    ...(Number.isNaN(expiresMs) ? {} : { expiresMs }),
  };
}

export function verifiedNews({ selection, correlation_id, attempt, took_ms, unsigned_resolution }: Verified): News {
  const took = String(Math.max(1, Math.round(took_ms / 60_000)));
  const why = unsigned_resolution === true ? UNSIGNED : undefined;
  return newsOf('verified', { ...aboutSelection(selection, correlation_id), attempt: String(attempt), took, why });
}

export function ineffectiveNews({
  selection,
  correlation_id,
  attempt,
  message,
  breaker_open_until,
}: Ineffective): News {
  const about = aboutSelection(selection, correlation_id);
  const not_before = breaker_open_until && timeText(breaker_open_until);
  return newsOf('ineffective', { ...about, attempt: String(attempt), why: message, not_before });
}

function newsOf(kind: NewsKind, values: Values, whole: Values = {}): News {
  const shortened: Record<string, string> = { kind };
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) shortened[name] = cut(value, LONGEST_VALUE);
  }
  return { kind, incident: shortened.incident ?? '', values: { ...shortened, ...whole } };
}

function aboutSelection(selection: Selection, episode: string): Values {
  const { alert, lambda_function, parameters, method, confidence, reasoning } = selection;
  const { namespace, name, selector, ...rest } = parameters;
  const [severity, cluster] = [labelValue(alert.labels, 'severity'), labelValue(alert.labels, 'cluster')];
  const target = joined('/', namespace, name ?? selector);
  const named = joined(', ', severity, cluster && `cluster ${cluster}`);
  return {
    ...{ episode, target, namespace: joined('', namespace), severity, cluster },
    ...{ function: lambda_function, alertname: alert.alertname, reason: reasoning },
    incident: joined('/', cluster, namespace ?? alert.alertname),
    call: joined(' ', lambda_function, target, ...Object.entries(rest).map(([each, value]) => `${each}=${value}`)),
    alert: joined(' ', alert.alertname, named && `(${named})`),
    ...{ chosen_by: CHOSEN_BY[method], confidence: confidence.toFixed(2) },
  };
}

function joined(by: string, ...parts: readonly (string | number | boolean | undefined)[]): string | undefined {
  const given = parts.filter((part) => part !== undefined && part !== '');
  return given.length === 0 ? undefined : given.join(by);
}

const CHOSEN_BY: Readonly<Record<Method, string>> = {
  static: 'the alert itself or a pinned entry',
  trm: 'the recursive model',
  gemma: 'the function-calling model',
  rules: 'the runbook',
  manual: 'somebody who sent it',
};

function timeText(time: string): string {
  return time.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
}
