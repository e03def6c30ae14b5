import { describe, expect, it } from 'vitest';
import {
  type Asked,
  type Attempt,
  type EpisodeRecord,
  type Mark,
  marked,
  overallIn,
  targetIn,
  writeEpisode,
  writeOverall,
  writeTarget,
} from '../../../../functions/emit-trigger/episode.ts';
import { fail } from '../../../../functions/emit-trigger/outcome.ts';
import type { Stored } from '../../../../shared/ledger/ledger.ts';
import { compileRemediation } from '../../../../shared/runbook/remediation.ts';
import { smallRunbook } from '../../../support/small-runbook.ts';

const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];
const NOW_MS = Date.parse('2026-11-23T12:00:00Z');
const attempt = { triggerId: 't2', target: '/shop/web', selection: { lambda_function: 'pod-restart' } } as Attempt;
const asked = { attempt: 1 } as Asked;

/** A mark of each of these minutes ago. */
const ago = (...minutes: number[]): Mark[] =>
  minutes.map((minute) => ({
    ...{ id: `t${minute}`, lambdaFunction: 'pod-restart' },
    atMs: NOW_MS - minute * MINUTE_MS,
  }));

describe('an episode is remembered', () => {
  it.each<[string, EpisodeRecord, number]>([
    ['for 30 days while it fires', { attempt }, 30],
    ['for 30 days where a person was asked', { asked }, 30],
    ['for 7 days after its attempt', { attempt, closedMs: NOW_MS }, 7],
    ['for 7 days after a question', { asked, closedMs: NOW_MS }, 7],
    ['for a day where nothing was done', { closedMs: NOW_MS }, 1],
  ])('%s', (_, episode, days) => {
    expect(writeEpisode('e', episode)).toEqual({ key: 'episode:e', record: episode, ttlMs: days * DAY_MS });
  });
});

describe('a target is remembered', () => {
  const record = { triggers: ago(90, 10), failures: ago(90, 10), worked: ago(90, 10), asked: ago(90, 10) };
  const kept = ago(10);

  it.each<[string, Parameters<typeof compileRemediation>[0], number]>([
    [
      'as long as its limits look back',
      { limits: { target: { triggers: 1, per: '80m' } }, breaker: { after: 1, within: '20m', open: '20m' } },
      80,
    ],
    [
      'as long as its breaker can stay open',
      { limits: { target: { triggers: 1, per: '10m' } }, breaker: { after: 1, within: '50m', open: '30m' } },
      80,
    ],
  ])('%s', (_, section, minutes) => {
    const write = writeTarget('/shop/web', record, compileRemediation(section), NOW_MS);
    expect(write).toEqual({
      ...{ key: 'target:/shop/web', ttlMs: minutes * MINUTE_MS },
      record: { triggers: kept, failures: kept, worked: kept, asked: kept },
    });
  });

  it('with nothing of what a person was asked where nobody was', () => {
    const { record: written } = writeTarget(
      '/shop/web',
      targetIn(new Map(), '/shop/web'),
      compileRemediation({}),
      NOW_MS,
    );
    expect(written).toEqual({ triggers: [], failures: [], worked: [], asked: [] });
  });

  it('without what happened just when the memory begins', () => {
    const remediation = compileRemediation({ breaker: { after: 1, within: '30m', open: '30m' } });
    const { record: written } = writeTarget('/shop/web', { ...record, triggers: ago(60, 59) }, remediation, NOW_MS);
    expect(written).toMatchObject({ triggers: ago(59) });
  });

  it('with one mark of a trigger, however often it is told', () => {
    const [mark] = ago(1) as [Mark];
    expect(marked(marked([], mark), { ...mark, atMs: NOW_MS })).toEqual([mark]);
  });
});

describe('all targets together', () => {
  it('keep what their limit may still count, and are remembered three times as long', () => {
    const remediation = compileRemediation({ limits: { overall: { triggers: 1, per: '10m' } } });
    const at = (minutes: number) => [NOW_MS - minutes * MINUTE_MS, 1] as const;
    const record = { ...overallIn(new Map()), triggers: [at(30), at(19), at(1)], stormMs: 7 };
    expect(writeOverall(record, remediation, NOW_MS)).toEqual({
      ...{ key: 'overall', ttlMs: 30 * MINUTE_MS },
      record: { triggers: [at(19), at(1)], asked: [], stormMs: 7 },
    });
  });
});

describe('an attempt that has not worked', () => {
  const around = { runbook: smallRunbook, mode: 'auto' as const, now: new Date(NOW_MS), approvalMs: MINUTE_MS };
  const failed = (target: Stored) => fail('e', {}, attempt, 'failed', new Map([['target:/shop/web', target]]), around);

  it('asks the ledger for its target first', () => {
    expect(fail('e', {}, attempt, 'failed', new Map(), around)).toEqual({ more: ['target:/shop/web'] });
  });

  it('takes back that it had worked, and what a clock that was ahead has written', () => {
    const target = { triggers: [], failures: [], worked: ago(3, 2, 0, -5), asked: [] };
    expect(failed(target)).toMatchObject({
      writes: [
        { record: { attempt: { sent: true, failure: { reason: 'failed', atMs: NOW_MS, sent: false } } } },
        { record: { worked: ago(3), failures: [{ id: 't2', lambdaFunction: 'pod-restart', atMs: NOW_MS }] } },
      ],
    });
  });

  it('says nothing of a breaker that it does not open', () => {
    expect(JSON.stringify(failed({}))).not.toContain('breakerUntilMs');
  });
});
