import { describe, expect, it } from 'vitest';
import { checkSelection } from '../../../functions/emit-trigger/check.ts';
import { type Labels, parseAlert } from '../../../shared/alert/alert.ts';
import type { Method } from '../../../shared/decision.ts';
import { remediationSelected } from '../../../shared/events/index.ts';
import { parseMatcher } from '../../../shared/runbook/matcher.ts';
import type { Runbook, RunbookEntry } from '../../../shared/runbook/runbook.ts';
import { decideStatic } from '../../../shared/static-tier.ts';
import { smallRunbook } from '../../support/small-runbook.ts';

const entry = (id: string, situation: string, names: string[], match: string[] = [], pinned = true): RunbookEntry => ({
  ...{ id, situation, names, pinned },
  matchers: match.map(parseMatcher),
});

const runbook: Runbook = {
  ...smallRunbook,
  entries: [
    entry('not-in-staging', 'meta', ['ShopDown'], ['stage="staging"']),
    entry('restart-shop', 'pod-failing', ['ShopDown']),
    entry('never-pay', 'meta', ['PayDown', 'ShopDown']),
    entry('unpinned', 'pod-failing', ['CartDown'], [], false),
  ],
};
const labels: Labels = { alertname: 'ShopDown', namespace: 'shop', pod: 'web-x2x7k' };
const restart = { lambda_function: 'pod-restart', parameters: { name: 'web-x2x7k', namespace: 'shop', type: 'pod' } };
const annotate = { lambda_function: 'pod-check-status' };

describe('decideStatic, pinned entries', () => {
  it.each<[string, Labels, Labels, object[]]>([
    ['by exact name', {}, {}, [{ outcome: 'selected', ...restart, reason: 'matched', entry: 'restart-shop' }]],
    ['by matchers', { stage: 'staging' }, {}, [{ outcome: 'none', reason: 'no_action', entry: 'not-in-staging' }]],
    ['no action', { alertname: 'PayDown' }, {}, [{ outcome: 'none', reason: 'no_action', entry: 'never-pay' }]],
    ['not by another name', { alertname: 'ShopDownAgain' }, {}, []],
    ['not where the entry is not pinned', { alertname: 'CartDown' }, {}, []],
    ['not where no target is named', { pod: '' }, {}, [{ outcome: 'none', entry: 'restart-shop' }]],
    ['not in a protected namespace', { namespace: 'kube-system' }, {}, [{ lambda_function: 'pod-check-status' }]],
    ['not of what stores data', { pod: 'redis-x2x7k' }, {}, [{ lambda_function: 'pod-check-status' }]],
    ['the annotation first', {}, annotate, [{ outcome: 'selected', reason: 'annotation', ...annotate }]],
    ['the opt-out first', {}, { lambda_function: 'none' }, [{ outcome: 'none', reason: 'opted_out' }]],
    [
      'behind an annotation that cannot be used, with a look at most',
      {},
      { lambda_function: 'pod-restrat' },
      [{ outcome: 'abstained', reason: 'unknown_function' }, { lambda_function: 'pod-check-status' }],
    ],
  ])('%s', (_, more, annotations, expected) => {
    const decisions = decideStatic(runbook, parseAlert({ labels: { ...labels, ...more }, annotations }));
    expect(decisions).toMatchObject(expected);
    expect(decisions).toHaveLength(expected.length);
  });
});

describe('checkSelection, pinned entries', () => {
  const OTHERWISE = 'the pinned entry "never-pay" decides otherwise';
  it.each<[string, Method, string, string | undefined]>([
    ['takes what a pinned entry decides', 'static', 'ShopDown', undefined],
    ['takes it from a model too', 'trm', 'ShopDown', undefined],
    ['takes what a model chose for an alert that no entry is pinned for', 'trm', 'CartDown', undefined],
    ['takes what a person sends against it', 'manual', 'PayDown', undefined],
    ['refuses what a model chose against it', 'trm', 'PayDown', OTHERWISE],
    ['refuses what a rule chose against it', 'rules', 'PayDown', OTHERWISE],
    ['refuses a static selection that nothing says', 'static', 'CartDown', 'nor a pinned entry says so'],
    ['refuses a static selection against it', 'static', 'PayDown', 'nor a pinned entry says so'],
  ])('%s', (_, method, alertname, refusal) => {
    const alert = parseAlert({ labels: { ...labels, alertname } });
    const check = () => checkSelection(runbook, remediationSelected.parse({ alert, ...restart, method }));
    if (refusal === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(refusal);
  });
});
