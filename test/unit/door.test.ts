/** What senders bring, from the body of a webhook to what the static tier and the rules of the shipped runbook make of it. */
import { describe, expect, it } from 'vitest';
import { decideByRules } from '../../functions/rule-fallback/rules.ts';
import { type Alert, episodeOf, type Labels } from '../../shared/alert/alert.ts';
import { parseWebhook } from '../../shared/alert/alertmanager.ts';
import { indexEntries } from '../../shared/runbook/first-entry.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import { decideStatic } from '../../shared/static-tier.ts';
import { SHIPPED_RUNBOOK } from '../support/shipped-runbook.ts';

const runbook = loadRunbook(SHIPPED_RUNBOOK, { entries: true });
const index = indexEntries(runbook);
const NOW = new Date('2026-11-23T02:50:00Z');
const TIMES = { startsAt: '2026-11-23T02:31:00Z', endsAt: '0001-01-01T00:00:00Z' };

function read(labels: Labels, keys: object = {}, group: object = { status: 'firing' }): Alert {
  const [alert] = parseWebhook({ ...group, alerts: [{ labels, ...TIMES, ...keys }] }, NOW).alerts;
  if (alert === undefined) throw new Error('the alert was not taken');
  return alert;
}

/** A call as text, `none` with its reason, or `resolved`. */
function decided(alert: Alert): string {
  if (alert.status === 'resolved') return 'resolved';
  const asked = decideStatic(runbook, alert).at(-1);
  const decision = asked === undefined || asked.outcome === 'abstained' ? decideByRules(runbook, index, alert) : asked;
  if (decision.outcome !== 'selected') return `${decision.outcome} ${decision.reason}`;
  const { name, selector, namespace } = decision.parameters;
  return [decision.lambda_function, namespace, name ?? selector].filter((part) => part !== undefined).join(' ');
}

const crash = { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: 'web-x2x7k', container: 'web' };
const kps = {
  ...{ container: 'kube-state-metrics', endpoint: 'http', instance: '10.42.0.38:8080', job: 'kube-state-metrics' },
  ...{ pod: 'kps-kube-state-metrics-6c4b9d5f7-x2x7k', service: 'kps-kube-state-metrics', prometheus: 'monitoring/kps' },
};
const exporter = {
  namespace: 'monitoring',
  pod: 'exporter-0',
  container: 'exporter',
  job: 'exporter',
  service: 'exporter',
};

describe('the labels of who measured', () => {
  it.each<[string, Labels, string]>([
    [
      'a late Job',
      { ...kps, alertname: 'KubeJobNotCompleted', namespace: 'shop', job_name: 'backup-1' },
      'none no_action',
    ],
    [
      'a late CronJob',
      { ...kps, alertname: 'KubeCronJobRunning', namespace: 'shop', cronjob: 'backup' },
      'none no_action',
    ],
    ['a failed Job', { ...kps, alertname: 'KubeJobFailed', namespace: 'shop', job_name: 'b-1' }, 'job-rerun shop b-1'],
    [
      'a Deployment',
      { ...kps, alertname: 'KubeDeploymentReplicasMismatch', namespace: 'shop', deployment: 'web' },
      'pod-restart shop web',
    ],
    [
      'a StatefulSet',
      { ...kps, alertname: 'KubeStatefulSetReplicasMismatch', namespace: 'shop', statefulset: 'db' },
      'pod-check-status shop app.kubernetes.io/name=db',
    ],
    ['a node', { ...kps, alertname: 'KubeNodeNotReady', node: 'worker-1' }, 'node-check-status worker-1'],
    ['a node that no label names', { ...kps, alertname: 'KubeNodeNotReady' }, 'none no_action'],
    ['a pod, all labels of the scrape', { ...kps, ...crash }, 'pod-restart shop web-x2x7k'],
    [
      'a pod, with its uid and reason',
      { ...crash, job: kps.job, uid: 'u', reason: 'CrashLoopBackOff' },
      'pod-restart shop web-x2x7k',
    ],
    ['a pod, the service alone', { ...crash, service: kps.service }, 'pod-restart shop web-x2x7k'],
    [
      'a pod that is not named, of another namespace',
      { ...kps, alertname: 'KubePodCrashLooping', namespace: 'monitoring', exported_namespace: 'shop' },
      'none no_action',
    ],
    [
      'an exporter beside another namespace',
      { ...exporter, alertname: 'KubePodCrashLooping', exported_namespace: 'shop' },
      'none no_action',
    ],
    [
      'an exporter beside the pod',
      { ...exporter, alertname: 'KubePodCrashLooping', exported_namespace: 'shop', exported_pod: 'web-x2x7k' },
      'pod-restart shop web-x2x7k',
    ],
    [
      'an exporter beside the Deployment',
      { ...exporter, alertname: 'KubeDeploymentReplicasMismatch', exported_namespace: 'shop', deployment: 'web' },
      'pod-restart shop web',
    ],
  ])('name no target: %s', (_, labels, expected) => {
    expect(decided(read(labels))).toBe(expected);
  });
});

describe('an alert', () => {
  const past = { endsAt: '2026-11-23T02:41:00Z' };
  it.each<[string, object, object, string]>([
    ['resolved by its group', {}, { status: 'resolved' }, 'resolved'],
    ['resolved by its end', past, {}, 'resolved'],
    ['resolved in other words', { status: 'OK' }, { status: 'firing' }, 'resolved'],
    ['firing in a group that is resolved', { status: 'firing' }, { status: 'resolved' }, 'resolved'],
    ['of version 1', {}, { version: '1', state: 'alerting', orgId: 1 }, 'pod-restart shop web-x2x7k'],
    ['of version null', {}, { version: null }, 'pod-restart shop web-x2x7k'],
    ['of version 4 as a number', {}, { version: 4 }, 'pod-restart shop web-x2x7k'],
    ['that measured nothing', { annotations: { grafana_state_reason: 'NoData' } }, {}, 'none not_measured'],
    ['opted out in quotes', { annotations: { lambda_function: "'none'" } }, {}, 'none opted_out'],
    ['opted out in another word', { annotations: { lambda_function: 'off' } }, {}, 'none opted_out'],
    [
      'opted out in words that nobody knows',
      { annotations: { lambda_function: 'hands off!' } },
      {},
      'pod-check-status shop web-x2x7k',
    ],
    [
      'with a misnamed parameter',
      { annotations: { lambda_function: 'pod-restart', lambda_parameters: '{"kind":"pod"}' } },
      {},
      'pod-check-status shop web-x2x7k',
    ],
  ])('%s', (_, keys, group, expected) => {
    expect(decided(read(crash, keys, group))).toBe(expected);
  });

  it.each<[string, unknown, string]>([
    ['milliseconds', 1795401060000, '2026-11-23T02:31:00Z'],
    ['an offset without a colon', '2026-11-23T02:31:00+0200', '2026-11-23T00:31:00Z'],
    ['Go', '2026-11-23 02:31:00 +0000 UTC', '2026-11-23T02:31:00Z'],
    ['nothing that can be read', 'last night', '2026-11-23T02:50:00Z'],
  ])('is decided with a start in %s', (_, startsAt, expected) => {
    const alert = read(crash, { startsAt });
    expect([decided(alert), alert.startsAt]).toEqual(['pod-restart shop web-x2x7k', expected]);
  });

  it('of two replicas, a moment apart, is one episode', () => {
    const reports = ['100', '900'].map((ms) =>
      read({ ...crash, prometheus_replica: ms }, { startsAt: `2026-11-23T02:31:00.${ms}Z` }),
    );
    const [first, second] = reports.map((alert) => episodeOf(alert).correlationId);
    expect(first).toBe(second);
  });
});

describe('a pod that crashes and by its name', () => {
  it.each([...['orders-pg-0', 'pg', 'PG_main-1', 'sqlserver-0', 'mssql-0', 'billing-oracle-0', 'db2-1', 'postgres-0']])(
    'stores data, %s: a look',
    (pod) => {
      expect(decided(read({ ...crash, pod }))).toBe(`pod-check-status shop ${pod}`);
    },
  );

  it.each(['web-0', 'web-12'])('is one of a StatefulSet, %s: a look', (pod) => {
    expect(decided(read({ ...crash, pod }))).toBe(`pod-check-status shop ${pod}`);
  });

  it.each(['upgrader-7f9c', 'pgx-x2x7k', 'web-x2x7k'])('stores none, %s: a restart', (pod) => {
    expect(decided(read({ ...crash, pod }))).toBe(`pod-restart shop ${pod}`);
  });
});
