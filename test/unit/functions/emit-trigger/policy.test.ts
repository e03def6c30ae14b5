import { describe, expect, it } from 'vitest';
import { judge } from '../../../../functions/emit-trigger/policy.ts';
import { verificationMs } from '../../../../functions/emit-trigger/verification.ts';
import { parseAlert } from '../../../../shared/alert/alert.ts';
import { remediationSelected } from '../../../../shared/events/index.ts';
import { compileRemediation, type RemediationSection } from '../../../../shared/runbook/remediation.ts';
import { smallRunbook } from '../../../support/small-runbook.ts';

const labels = { alertname: 'A', namespace: 'shop', pod: 'web-x2x7k', deployment: 'web' };
const alert = { labels, startsAt: '2026-11-23T02:31:00Z' };
const RESTART = { lambda_function: 'pod-restart', parameters: { name: 'web-x2x7k', namespace: 'shop', type: 'pod' } };
const LOOK = { lambda_function: 'pod-check-status', parameters: { name: 'web-x2x7k', namespace: 'shop' } };
const SCALE = { lambda_function: 'scale-deployment', parameters: { name: 'web', namespace: 'shop', replicas: '+1' } };
const SYSTEM = { name: 'dns', namespace: 'kube-system' };
const scaled = (replicas: number | string) => ({ ...SCALE, parameters: { ...SCALE.parameters, replicas } });

interface Case {
  readonly call?: object;
  readonly section?: RemediationSection;
  readonly mode?: 'auto' | 'shadow' | 'off';
  readonly signed?: boolean;
  readonly clusters?: readonly string[];
}

function judgementOf({ call = {}, section = {}, mode = 'auto', signed = true, clusters = [] }: Case) {
  const selection = remediationSelected.parse({ alert, ...RESTART, method: 'rules', ...call });
  const policy = {
    ...smallRunbook.policy,
    clusters: new Set(clusters),
    remediation: compileRemediation(section),
  };
  const runbook = { ...smallRunbook, policy };
  return judge({ runbook, mode, now: new Date('2026-11-23T02:31:07Z') }, selection, signed);
}

function judgedOf(given: Case) {
  const { suppress, ask } = judgementOf(given);
  return suppress?.reason ?? ask?.reason ?? 'auto';
}

const inPool = {
  ...{ ...LOOK, parameters: { name: 'pool-abc', namespace: 'shop' } },
  alert: { ...alert, labels: { alertname: 'A', namespace: 'shop', pod: 'pool-abc', workload: 'pool' } },
};
const ofReplicaSet = {
  ...{ ...RESTART, parameters: { name: 'db-7c9f8d5-x2x7k', namespace: 'shop' } },
  alert: { ...alert, labels: { ...labels, created_by_name: 'db-7c9f8d5' } },
};
const OFF_IN_EU: RemediationSection = { rules: [{ clusters: ['eu-*'], mode: 'off' }] };
const always = { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' };
const inCluster = { ...alert, labels: { ...labels, cluster: 'eu-1' } };
const ofExporter = { ...alert, labels: { ...inCluster.labels, namespace: 'kube-system', exported_namespace: 'shop' } };
const annotated = { ...alert, annotations: { lambda_function: 'none' } };

describe('the policy', () => {
  it.each<[string, Case, string]>([
    ['a look', { call: LOOK }, 'auto'],
    ['what can be undone', { call: SCALE }, 'auto'],
    ['what takes capacity away', {}, 'suggest'],
    ['what somebody wrote down for the alert', { call: { method: 'static' } }, 'auto'],
    [
      'the same where that needs a person too',
      { call: { method: 'static' }, section: { static: 'as-others' } },
      'suggest',
    ],
    [
      'the same where the policy switches it off',
      { call: { method: 'static' }, section: { modes: { disruptive: 'off' } } },
      'off',
    ],
    [
      'the same where it is only recorded',
      { call: { method: 'static' }, section: { modes: { disruptive: 'shadow' } } },
      'shadow',
    ],
    ['a mode by risk', { section: { modes: { disruptive: 'auto' } } }, 'auto'],
    ['a rule', { call: LOOK, section: { rules: [{ namespaces: ['sh*'], mode: 'shadow' }] } }, 'shadow'],
    ['the kill switch', { call: LOOK, mode: 'off' }, 'off'],
    ['the kill switch that records', { call: LOOK, mode: 'shadow' }, 'shadow'],
    ['the kill switch where the policy is safer', { mode: 'shadow', section: { modes: { disruptive: 'off' } } }, 'off'],
    ['an opted-out alert', { call: { ...LOOK, alert: annotated } }, 'opted-out'],
    ['an alert that no longer fires', { call: { ...LOOK, alert: { ...alert, status: 'resolved' } } }, 'resolved'],
    ['a protected namespace', { call: { ...RESTART, parameters: SYSTEM } }, 'protected'],
    ['a look into a protected namespace', { call: { ...LOOK, parameters: SYSTEM } }, 'auto'],
    [
      'what stores data, though somebody wrote it down',
      { call: { ...RESTART, method: 'static', parameters: { ...RESTART.parameters, name: 'redis-x2x7k' } } },
      'forbidden',
    ],
    ['a protected name', { section: { protectedNames: ['web-*'] } }, 'protected'],
    ['a look at a protected name', { call: LOOK, section: { protectedNames: ['web-*'] } }, 'auto'],
    ['a pod of a workload with a protected name', { section: { protectedNames: ['web'] } }, 'protected'],
    ['such a pod whose labels name another', { call: ofReplicaSet, section: { protectedNames: ['db'] } }, 'protected'],
    ['a name like a protected one', { section: { protectedNames: ['we'] } }, 'suggest'],
    ['maintenance', { call: LOOK, section: { maintenance: [always] } }, 'maintenance'],
    ['maintenance elsewhere', { call: LOOK, section: { maintenance: [{ ...always, namespaces: ['pay'] }] } }, 'auto'],
    ['a rule for its cluster', { call: { ...LOOK, alert: inCluster }, section: OFF_IN_EU }, 'off'],
    ['a rule for a cluster that the alert does not name', { call: LOOK, section: OFF_IN_EU }, 'auto'],
    [
      'maintenance of its cluster',
      { call: { ...LOOK, alert: inCluster }, section: { maintenance: [{ ...always, clusters: ['eu-*'] }] } },
      'maintenance',
    ],
    ['off before maintenance', { mode: 'off', section: { maintenance: [always] } }, 'off'],
    ['maintenance before shadow', { mode: 'shadow', section: { maintenance: [always] } }, 'maintenance'],
    ['a change that nobody signed', { call: SCALE, signed: false }, 'unsigned'],
    ['a look that nobody signed', { call: LOOK, signed: false }, 'auto'],
    [
      'confidence under the floor',
      { call: { ...SCALE, method: 'trm', confidence: 0.89 }, section: { floors: { trm: { reversible: 0.9 } } } },
      'low-confidence',
    ],
    [
      'confidence at the floor',
      { call: { ...SCALE, method: 'trm', confidence: 0.9 }, section: { floors: { trm: { reversible: 0.9 } } } },
      'auto',
    ],
    [
      'another tier than that of the floor',
      { call: { ...SCALE, confidence: 0.5 }, section: { floors: { trm: { reversible: 0.9 } } } },
      'auto',
    ],
    ['as many replicas as the bound', { call: scaled(10) }, 'auto'],
    ['more replicas than the bound', { call: { ...scaled(11), method: 'static' } }, 'out-of-bounds'],
    ['more replicas to add than the bound', { call: scaled('+11') }, 'out-of-bounds'],
  ])('says what becomes of %s', (_, given, expected) => {
    expect(judgedOf(given)).toBe(expected);
  });
});

describe('a judgement', () => {
  it.each<[string, Case, string]>([
    [
      'the confidence and the floor',
      { call: { ...SCALE, method: 'trm', confidence: 0.89 }, section: { floors: { trm: { reversible: 0.9 } } } },
      'the confidence of trm is 0.89, and scale-deployment needs 0.9',
    ],
    ['the bound', { call: scaled(11) }, 'replicas may be 10 at most without a person'],
    ['the function', {}, 'the policy asks a person before pod-restart'],
  ])('asks with %s', (_, given, message) => {
    expect(judgementOf(given).ask?.message).toBe(message);
  });

  it('asks nobody about what is suppressed', () => {
    expect(judgementOf({ section: { maintenance: [always] } })).not.toHaveProperty('ask');
  });

  it.each<[string, Case, string]>([
    ['the owner that a label names', { call: inPool }, '/shop/pool'],
    [
      'its cluster where the policy lists several',
      { call: { ...LOOK, alert: inCluster }, clusters: ['eu-1', 'us-1'] },
      'eu-1/shop/web',
    ],
    [
      'its cluster where other labels are the exporter’s',
      { call: { ...LOOK, alert: ofExporter }, clusters: ['eu-1', 'us-1'] },
      'eu-1/shop/web',
    ],
    ['no cluster where the alert names none', { call: LOOK, clusters: ['eu-1', 'us-1'] }, '/shop/web'],
  ])('counts limits by %s', (_, given, target) => {
    expect(judgementOf(given).target).toBe(target);
  });
});

describe('the time for verification', () => {
  const MINUTE_MS = 60_000;
  const url = (expression: string) => `http://prometheus:9090/graph?g0.expr=${encodeURIComponent(expression)}&g0.tab=1`;
  it.each([
    ['the policy’s', {}, 15],
    ['longer where the rule looks back longer', { generatorURL: url('rate(errors_total[1h]) > 0.1') }, 60],
    ['the longest of several ranges', { generatorURL: url('rate(a[5m]) / max_over_time(b[1h30m:1m])') }, 90],
    ['not shorter where it looks back less', { generatorURL: url('rate(errors_total[1m])') }, 15],
    ['longer where the annotation says so', { annotations: { lambda_verification: '45m' } }, 45],
    ['not shorter where the annotation says so', { annotations: { lambda_verification: '1s' } }, 15],
    ['no more than six hours', { annotations: { lambda_verification: '9999d' } }, 360],
    ['the policy’s where the annotation is no duration', { annotations: { lambda_verification: 'soon' } }, 15],
    ['the policy’s where the link is none', { generatorURL: 'javascript:[99d]' }, 15],
  ])('is %s', (_, more, minutes) => {
    expect(verificationMs(parseAlert({ ...alert, ...more }), 15 * MINUTE_MS)).toBe(minutes * MINUTE_MS);
  });
});
