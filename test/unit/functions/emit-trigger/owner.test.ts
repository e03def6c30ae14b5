import { describe, expect, it } from 'vitest';
import { ownerOf, targetKey } from '../../../../functions/emit-trigger/owner.ts';
import { smallRunbook } from '../../../support/small-runbook.ts';

describe('the owner of a pod', () => {
  it.each([
    ['a pod of a Deployment', 'checkout-7c9f8d5b6-x2x7k', {}, 'checkout'],
    ['another one of it', 'checkout-7c9f8d5b6-b4dvq', {}, 'checkout'],
    ['one after a rollout', 'checkout-5d4f8c9b77-x2x7k', {}, 'checkout'],
    ['a pod of a StatefulSet', 'queue-12', {}, 'queue'],
    ['a pod of a DaemonSet', 'agent-x2x7k', {}, 'agent'],
    ['a pod of a Job of a CronJob', 'backup-28901234-x2x7k', {}, 'backup'],
    ['a pod of an indexed Job of a CronJob', 'backup-28901234-3-x2x7k', {}, 'backup'],
    ['a Job of a CronJob', 'backup-28901234', {}, 'backup'],
    ['a name of no pattern', 'etcd', {}, 'etcd'],
    ['a name that ends like a word', 'my-redis', {}, 'my-redis'],
    ['a label that names the owner', 'pool-abc', { workload: 'pool' }, 'pool'],
    ['a label that names the ReplicaSet', 'web-7c9f8d5b6-x2x7k', { created_by_name: 'web-7c9f8d5b6' }, 'web'],
    ['a renamed label', 'pool-abc', { exported_deployment: 'pool' }, 'pool'],
    ['a label that names something else', 'queue-12', { deployment: 'exporter' }, 'queue'],
    ['a label that names the beginning of a word', 'my-app-web-x2x7k', { workload: 'my-app' }, 'my-app-web'],
    ['a label that names the Job', 'backup-28901234-3-x2x7k', { job_name: 'backup-28901234' }, 'backup'],
    ['an empty label', 'queue-12', { statefulset: '' }, 'queue'],
  ])('is found by %s', (_, name, labels, owner) => {
    expect(ownerOf(name, labels)).toBe(owner);
  });
});

describe('the target of a call', () => {
  const call = (lambda_function: string, parameters: Record<string, string>) => ({ lambda_function, parameters });
  const pod = { name: 'checkout-7c9f8d5b6-x2x7k', namespace: 'shop' };
  it.each([
    ['a pod', call('pod-restart', pod), '/shop/checkout'],
    ['a look at it', call('pod-check-status', pod), '/shop/checkout'],
    [
      'its Deployment',
      call('pod-restart', { name: 'checkout', namespace: 'shop', type: 'deployment' }),
      '/shop/checkout',
    ],
    ['a Deployment named like a pod', call('rollout-undo', { name: 'api-2', namespace: 'shop' }), '/shop/api-2'],
    [
      'more replicas',
      call('scale-deployment', { name: 'checkout', namespace: 'shop', replicas: '+1' }),
      '/shop/checkout',
    ],
    [
      'pods by a selector',
      call('pod-check-status', { selector: 'app.kubernetes.io/name=checkout', namespace: 'shop' }),
      '/shop/checkout',
    ],
    ['a Job', call('job-rerun', { name: 'backup-28901234', namespace: 'shop' }), '/shop/backup'],
    ['a node', call('node-cordon', { name: 'node-7' }), '//node-7'],
    ['a look at a node', call('node-check-status', { name: 'node-7' }), '//node-7'],
    ['a Kustomization', call('flux-reconcile-kustomization', { name: 'apps' }), '/flux-system/kustomization:apps'],
    [
      'a GitRepository of the same name',
      call('flux-reconcile-gitrepository', { name: 'apps' }),
      '/flux-system/gitrepository:apps',
    ],
  ])('is one for %s', (_, made, target) => {
    expect(targetKey(smallRunbook, made, {})).toBe(target);
  });

  it.each([
    ['has its cluster in front where the policy lists several', ['eu-1', 'eu-2'], 'eu-1//n'],
    ['has none of another cluster', ['us-1', 'us-2'], '//n'],
    ['is one whether the alert names the only cluster or none', ['eu-1'], '//n'],
    ['is one for all clusters that the policy does not tell apart', [], '//n'],
  ])('%s', (_, clusters, target) => {
    const runbook = { ...smallRunbook, policy: { ...smallRunbook.policy, clusters: new Set(clusters) } };
    expect(targetKey(runbook, call('node-cordon', { name: 'n' }), { cluster: 'eu-1' })).toBe(target);
  });
});
