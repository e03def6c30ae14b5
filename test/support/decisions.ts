/** What the decisions of emit-trigger are tried on: an alert, its attempt, its question, and what the ledger knows. */
import type { Answer, Around } from '../../functions/emit-trigger/decide.ts';
import type { Asked, Attempt, EpisodeRecord, Failure } from '../../functions/emit-trigger/episode.ts';
import type { Known, Step, Stored } from '../../shared/ledger/ledger.ts';
import { compileRemediation, type RemediationSection } from '../../shared/runbook/remediation.ts';
import { crashing, selectedByRules } from './alerts.ts';
import { smallRunbook } from './small-runbook.ts';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const NOW_MS = Date.parse('2026-11-23T12:00:00Z');
export const ID = 'e';
const TARGET = '/shop/checkout';
const POD = { name: 'checkout-7c9f8d5b6-x2x7k', namespace: 'shop' };
export const restart = selectedByRules(crashing, 'pod-restart', { ...POD, type: 'pod' });
export const look = selectedByRules(crashing, 'pod-check-status', POD);

export function aroundWith(section: RemediationSection = {}, mode: Around['mode'] = 'auto'): Around {
  const remediation = compileRemediation({ modes: { disruptive: 'auto' }, ...section });
  const runbook = { ...smallRunbook, policy: { ...smallRunbook.policy, remediation } };
  return { runbook, mode, now: new Date(NOW_MS), approvalMs: 15 * MINUTE_MS };
}

/** An attempt that went out so many milliseconds ago. */
export function attemptOf(more: Partial<Attempt> = {}, agoMs = 0): Attempt {
  return {
    ...{ number: 1, triggerId: 't1', target: TARGET, selection: restart, policyHash: 'p', sent: true },
    ...{ triggeredMs: NOW_MS - agoMs, claimedMs: NOW_MS - agoMs, verificationMs: 15 * MINUTE_MS },
    ...more,
  };
}
export const attempt = attemptOf();
export const failure: Failure = { reason: 'failed', atMs: NOW_MS - MINUTE_MS, sent: true };
export const asked: Asked = {
  ...{ attempt: 1, reason: 'suggest', message: 'm', selection: restart, policyHash: 'p', sent: true },
  ...{ claimedMs: NOW_MS, expiresMs: NOW_MS + 15 * MINUTE_MS },
};
export const denied = { by: 'mira' };
export const closedMs = NOW_MS - MINUTE_MS;

export const knownOf = (episode: EpisodeRecord): Known =>
  new Map<string, object | undefined>([
    [`episode:${ID}`, episode],
    [`target:${TARGET}`, undefined],
    ['overall', undefined],
  ]) as Known;

/** What is answered and why, and which records are written. */
export function said(step: Step<Answer>): string {
  if ('more' in step) return `asks for ${step.more.join()}`;
  const { answer, writes } = step;
  const why = answer.kind === 'suppressed' ? answer.because.reason : answer.kind === 'done' ? answer.reason : '';
  const keys = writes.map(({ key }) => key.split(':')[0]).sort();
  return [answer.kind, why, keys.length > 0 ? `(${keys.join()})` : ''].filter((part) => part !== '').join(' ');
}

/** The record of the episode that is written. */
export function writtenBy(step: Step<Answer>): Stored | undefined {
  return 'writes' in step ? step.writes.find(({ key }) => key === `episode:${ID}`)?.record : undefined;
}

/** As `said` tells an attempt or a question: all records are written. */
export const ALL = '(episode,overall,target)';
