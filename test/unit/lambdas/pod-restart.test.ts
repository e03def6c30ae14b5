import { describe, expect, it } from 'vitest';
import type { Pod, Workload } from '../../../lambdas/kit/objects.ts';
import { RESOURCES } from '../../../lambdas/kit/resources.ts';
import { decideRestart } from '../../../lambdas/pod-restart.ts';
import { callOf, deployment, MARKED, podObject } from '../../support/lambdas.ts';

const CLAIM = { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] };
const container = (name: string) => ({ containers: [{ name }] });

describe('pod-restart of a pod', () => {
  it.each<[string, Pod | undefined, string | undefined, string]>([
    ['of a Deployment', podObject(), 'Deployment', 'evicted'],
    ['of a ReplicaSet without a Deployment', podObject(), 'ReplicaSet', 'evicted'],
    ['of a Job', podObject(), 'Job', 'evicted'],
    ['of a StatefulSet', podObject(), 'StatefulSet', 'stateful'],
    ['of a DaemonSet', podObject(), 'DaemonSet', 'stateful'],
    ['of the kubelet', podObject(), 'Node', 'owner_unknown'],
    ['of an operator', podObject(), 'PostgresCluster', 'owner_unknown'],
    ['of nobody', podObject(), undefined, 'bare_pod'],
    ['that is gone', undefined, undefined, 'gone'],
    [
      'that is being deleted',
      podObject({}, { deletionTimestamp: '2026-11-28T07:59:00Z' }),
      'Deployment',
      'terminating',
    ],
    ['that mounts a claim', podObject(CLAIM), 'Deployment', 'stores_data'],
    ['that is named after a database', podObject({}, { name: 'shop-postgres-7c9f-x2' }), 'Deployment', 'stores_data'],
    ['with a container named after one', podObject(container('postgres')), 'Deployment', 'stores_data'],
  ])('%s', (_, pod, kind, code) => {
    const owner = kind === undefined ? undefined : { kind, name: 'web' };
    const plan = decideRestart({ is: 'pod', pod, owner }, callOf({ name: 'web-1', type: 'pod' }));
    expect([plan.code, plan.steps.map(({ verb }) => verb)]).toEqual([code, code === 'evicted' ? ['evict'] : []]);
    expect(plan.owner).toEqual(pod === undefined ? undefined : owner);
  });

  it('looks at the name of the owner too', () => {
    const owner = { kind: 'Deployment', name: 'postgres' };
    expect(decideRestart({ is: 'pod', pod: podObject(), owner }, callOf()).code).toBe('stores_data');
  });
});

describe('pod-restart of a workload', () => {
  it.each<[string, Workload | undefined, string]>([
    ['of one that is there', deployment(), 'restarted'],
    ['of one that is not', undefined, 'not_found'],
    ['of one that is paused', deployment({ paused: true }), 'paused'],
    ['of one whose pods mount a claim', deployment({ template: { spec: CLAIM } }), 'stores_data'],
    ['of one that is named after a database', deployment({}, { name: 'postgres' }), 'stores_data'],
    ['of one that this trigger has restarted', { ...deployment(), metadata: MARKED }, 'already_done'],
  ])('%s', (_, workload, code) => {
    const facts = { is: 'workload', resource: RESOURCES.deployments, workload } as const;
    expect(decideRestart(facts, callOf({ name: 'web', type: 'deployment' })).code).toBe(code);
  });

  it('of a StatefulSet, whatever the policy says', () => {
    expect(
      decideRestart(
        { is: 'workload', resource: undefined, workload: undefined },
        callOf({ name: 'web', type: 'statefulset' }),
      ).code,
    ).toBe('stateful');
  });

  it('changes the template by the annotation of kubectl, and nothing else of it', () => {
    const template = { metadata: { annotations: { a: 'b' } }, spec: container('main') };
    const workload = deployment({ template });
    const [step] = decideRestart({ is: 'workload', resource: RESOURCES.deployments, workload }, callOf()).steps;
    const annotations = { a: 'b', 'kubectl.kubernetes.io/restartedAt': '2026-11-28T08:00:00.000Z' };
    expect(step).toMatchObject({
      after: { spec: { template: { metadata: { annotations }, spec: container('main') } } },
    });
  });
});
