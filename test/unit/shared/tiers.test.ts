import { describe, expect, it } from 'vitest';
import { parseAlert } from '../../../shared/alert/alert.ts';
import type { Attempt, Decision } from '../../../shared/decision.ts';
import type { Draft } from '../../../shared/events/envelope.ts';
import type { Request } from '../../../shared/events/request.ts';
import { answerDecision, attemptOf, passOn, type TierSettings, undelivered } from '../../../shared/tiers.ts';

const alert = parseAlert({ labels: { alertname: 'A' } });
const on: TierSettings = {
  NONE_IS_FINAL: true,
  TRM_ENABLED: true,
  GEMMA_ENABLED: true,
  RULES_ENABLED: true,
  EPISODE_IGNORED_LABELS: [],
  EPISODE_WINDOW_MS: 30_000,
};

function summary(draft: Draft): { to: string; reason?: string; votes: string[] } {
  const data = draft.data as Request & { reason?: string };
  const votes = data.attempts.map(({ method, outcome, reason }) => `${method} ${outcome} ${reason}`);
  const to = draft.definition.type.replace('io.homelab.agent-sre.', '');
  return data.reason === undefined ? { to, votes } : { to, reason: data.reason, votes };
}

describe('passOn', () => {
  it.each([
    ['static', {}, { to: 'trm.requested', votes: [] }],
    ['trm', {}, { to: 'gemma.requested', votes: [] }],
    ['gemma', {}, { to: 'rules.requested', votes: [] }],
    ['static', { TRM_ENABLED: false }, { to: 'gemma.requested', votes: ['trm abstained disabled'] }],
    [
      'static',
      { TRM_ENABLED: false, GEMMA_ENABLED: false },
      { to: 'rules.requested', votes: ['trm abstained disabled', 'gemma abstained disabled'] },
    ],
    [
      'static',
      { TRM_ENABLED: false, GEMMA_ENABLED: false, RULES_ENABLED: false },
      {
        ...{ to: 'remediation.unresolved', reason: 'abstained' },
        votes: ['trm abstained disabled', 'gemma abstained disabled', 'rules abstained disabled'],
      },
    ],
    ['trm', { TRM_ENABLED: false }, { to: 'gemma.requested', votes: [] }],
    [
      'gemma',
      { RULES_ENABLED: false },
      { to: 'remediation.unresolved', reason: 'abstained', votes: ['rules abstained disabled'] },
    ],
    ['rules', {}, { to: 'remediation.unresolved', reason: 'abstained', votes: [] }],
  ] as const)('from %s with %j', (from, settings, expected) => {
    expect(summary(passOn(alert, [], from, { ...on, ...settings }))).toEqual(expected);
  });
});

describe('answerDecision', () => {
  const none: Decision = { outcome: 'none', reason: 'no_action', reasoning: 'nothing fits' };
  const selected: Decision = {
    ...{ outcome: 'selected', reason: 'answered', reasoning: 'sure', confidence: 0.9 },
    ...{ lambda_function: 'pod-restart', parameters: { name: 'p', namespace: 'n' } },
  };
  const before: Attempt[] = [{ method: 'static', outcome: 'abstained', reason: 'unknown_function' }];
  const answer = (method: 'static' | 'trm' | 'rules', decision: Decision, settings = {}, attempts = before) =>
    answerDecision({ alert, attempts }, attemptOf(method, decision, 1.23456), { ...on, ...settings });

  it('to a selection is the selection, with every vote', () => {
    const draft = answer('trm', selected);
    expect(draft.key).toBe('pod-restart');
    expect(draft.data).toMatchObject({
      ...{ lambda_function: 'pod-restart', parameters: { name: 'p', namespace: 'n' }, method: 'trm', confidence: 0.9 },
      ...{ reasoning: 'sure', attempts: [...before, { method: 'trm', outcome: 'selected', duration_ms: 1.235 }] },
    });
  });

  it.each([
    ['a confident none ends the chain', 'trm', none, {}, 'remediation.unresolved', 'no_action'],
    ['unless it is not final', 'trm', none, { NONE_IS_FINAL: false }, 'gemma.requested', undefined],
    [
      'an opt-out ends the chain',
      'static',
      { ...none, reason: 'opted_out' },
      {},
      'remediation.unresolved',
      'opted_out',
    ],
    [
      'an opt-out is always final',
      'static',
      { ...none, reason: 'opted_out' },
      { NONE_IS_FINAL: false },
      'remediation.unresolved',
      'opted_out',
    ],
    ['a pinned no is always final', 'static', none, { NONE_IS_FINAL: false }, 'remediation.unresolved', 'no_action'],
    [
      'an abstention passes on',
      'trm',
      { outcome: 'abstained', reason: 'below_threshold' },
      {},
      'gemma.requested',
      undefined,
    ],
    [
      'the last abstention is the recorded no',
      'rules',
      { outcome: 'abstained', reason: 'no_match' },
      {},
      'remediation.unresolved',
      'abstained',
    ],
    [
      'a none of the last tier is no_action',
      'rules',
      none,
      { NONE_IS_FINAL: false },
      'remediation.unresolved',
      'no_action',
    ],
  ] as const)('%s', (_, method, decision, settings, to, reason) => {
    const found = summary(answer(method, decision, settings));
    expect(found).toMatchObject({ to, ...(reason === undefined ? {} : { reason }) });
    expect(found.votes).toHaveLength(2);
  });

  it('keeps a tier’s none that no later tier overruled', () => {
    const earlier: Attempt[] = [{ method: 'trm', outcome: 'none', reason: 'no_action', reasoning: 'a drill' }];
    const draft = answer('rules', { outcome: 'abstained', reason: 'no_match' }, { NONE_IS_FINAL: false }, earlier);
    expect(draft.data).toMatchObject({ reason: 'no_action', reasoning: 'a drill' });
  });
});

describe('undelivered', () => {
  it('is the request with the vote of the tier that was not reached', () => {
    expect(undelivered({ alert, attempts: [] }, 'gemma').attempts).toEqual([
      { method: 'gemma', outcome: 'abstained', reason: 'undelivered' },
    ]);
  });
});
