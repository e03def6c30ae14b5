import { expect, it } from 'vitest';
import { alertTextBy } from '../../../cli/named-alert.ts';
import { smallRunbook } from '../../support/small-runbook.ts';

const { policy } = smallRunbook;
const PODS = ['{{ $labels.k8s_pod }}', '{{ $labels.pod }}'];
const targets = new Map(policy.targets).set('pod', [{ name: PODS, namespace: ['{{ $labels.namespace }}'] }]);
const POD = { namespace: 'shop', pod: 'web-1' };

it.each<[string, Record<string, unknown>, string]>([
  ['by the label key that the policy prefers', { ...POD, k8s_pod: 'web-x2x7k' }, 'A shop/web-x2x7k'],
  ['by another key of it', POD, 'A shop/web-1'],
  ['by its workload before its pod', { ...POD, deployment: 'web' }, 'A shop/web'],
  ['by the pod beside the scraper that reports on it', { ...POD, container: 'kube-state-metrics' }, 'A shop/web-1'],
  ['by no pod of the scraper', { namespace: 'shop', pod: 'kube-state-metrics-5d9f-abcde' }, 'A shop'],
  ['by a workload without a namespace', { deployment: 'web' }, 'A web'],
  ['by a node', { node: 'worker-1', instance: '10.0.0.1:9100' }, 'A worker-1'],
  ['by labels that the policy does not know', { namespace: 'shop', exported_pod: 7 }, 'A shop'],
  ['by nothing else', {}, 'A'],
])('an alert is named %s', (_, labels, expected) => {
  expect(alertTextBy({ ...policy, targets }, { labels: { alertname: 'A', ...labels } })).toBe(expected);
});

it('an alert without a name is one that cannot be read', () => {
  expect(alertTextBy(policy, { labels: POD })).toBe('an alert that cannot be read shop/web-1');
});
