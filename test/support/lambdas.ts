/** Calls and objects for the tests of what Lambdas decide. */
import type { Metadata, Pod, Workload } from '../../lambdas/kit/objects.ts';
import type { LambdaCall } from '../../lambdas/kit/plan.ts';

export const NOW = new Date('2026-11-28T08:00:00Z');

export function callOf(parameters: LambdaCall['parameters'] = {}, more: Partial<LambdaCall> = {}): LambdaCall {
  return {
    ...{ name: String(parameters.name ?? 'web'), namespace: 'shop', parameters, triggerId: 't-1', now: NOW },
    limits: { maxReplicas: 10, minNodes: 1 },
    storesData: (labels) => Object.values(labels).some((value) => value.includes('postgres')),
    ...more,
  };
}

export function metadata(more: Partial<Metadata> = {}): Metadata {
  return { name: 'web', namespace: 'shop', uid: 'u-1', resourceVersion: '7', generation: 2, ...more };
}

/** With the mark of the trigger of `callOf`. */
export const MARKED = metadata({ annotations: { 'agent-sre.homelab.io/trigger': 't-0,t-1' } });

export function deployment(spec: Workload['spec'] = {}, more: Partial<Metadata> = {}): Workload {
  return { kind: 'Deployment', metadata: metadata(more), spec: { replicas: 2, ...spec } };
}

export function podObject(spec: Pod['spec'] = {}, more: Partial<Metadata> = {}): Pod {
  return { kind: 'Pod', metadata: metadata({ name: 'web-1', ...more }), spec };
}
