import { describe, expect, it } from 'vitest';
import type { Labels } from '../../../../shared/alert/alert.ts';
import type { Parameters } from '../../../../shared/decision.ts';
import { decideSituation } from '../../../../shared/runbook/decide.ts';
import { fenceOf, withoutFences } from '../../../../shared/runbook/fence.ts';
import { smallRunbook } from '../../../support/small-runbook.ts';

const web: Labels = { namespace: 'shop', pod: 'web-x2x7k', container: 'web' };
const restart = (parameters: Parameters, lambda_function = 'pod-restart') => ({
  lambda_function,
  parameters: { name: 'web-x2x7k', namespace: 'shop', ...parameters },
});

describe('a restart is forbidden', () => {
  it.each<[string, Labels, Parameters]>([
    ['of a pod by its name', {}, { name: 'orders-pg-x2x7k' }],
    ['of a pod by its name in capitals', {}, { name: 'POSTGRES' }],
    ['of a numbered pod, which a StatefulSet has', {}, { name: 'web-0' }],
    ['of a Deployment by its name', {}, { name: 'minio', type: 'deployment' }],
    ['of a DaemonSet by its name', {}, { name: 'ceph-osd', type: 'daemonset' }],
    ['of a StatefulSet', {}, { name: 'web', type: 'statefulset' }],
    ['of the container that the alert names', { container: 'redis' }, {}],
    ['of the pod that the alert names, by another name', { pod: 'kafka-0' }, { name: 'broker' }],
    ['of what the alert says a StatefulSet owns', { owner_kind: 'StatefulSet' }, {}],
  ])('%s', (_, labels, parameters) => {
    expect(fenceOf(smallRunbook, { ...web, ...labels }, restart(parameters))).toBe('forbidden');
  });

  it('so is undoing the rollout of a StatefulSet, and of a Deployment it is not', () => {
    const undo = (type: string) => fenceOf(smallRunbook, web, restart({ name: 'web', type }, 'rollout-undo'));
    expect([undo('statefulset'), undo('deployment')]).toEqual(['forbidden', undefined]);
  });

  it('and where the namespace is protected too, that is the reason', () => {
    expect(fenceOf(smallRunbook, web, restart({ name: 'etcd-0', namespace: 'kube-system' }))).toBe('protected');
  });

  it('to a situation whose own case would do it', () => {
    const cases = [{ do: 'pod-restart', target: 'pod', reason: 'mine' }];
    const labels = { ...web, pod: 'redis-x2x7k' };
    expect(decideSituation(smallRunbook, { name: 'mine', cases }, labels)).toMatchObject({ bar: 'forbidden' });
    expect(decideSituation(smallRunbook, { name: 'mine', cases }, web)).toMatchObject({ reason: 'mine' });
  });
});

describe('not forbidden is', () => {
  it.each<[string, Parameters, string?]>([
    ['a restart of a pod', {}],
    ['of a Deployment whose name ends in a number', { name: 'web-2', type: 'deployment' }],
    ['of a DaemonSet', { name: 'fluent-bit', type: 'daemonset' }],
    ['a look at what stores data', { name: 'postgres-0' }, 'pod-check-status'],
  ])('%s', (_, parameters, lambda_function) => {
    expect(fenceOf(smallRunbook, web, restart(parameters, lambda_function))).toBeUndefined();
  });
});

it('a restart is fenced by nothing in a runbook without its fences, and by the same as before in the other', () => {
  const calls = [restart({ name: 'postgres-0' }), restart({ namespace: 'kube-system' })];
  const fences = (runbook = smallRunbook) => calls.map((call) => fenceOf(runbook, web, call));
  expect(fences(withoutFences(smallRunbook))).toEqual([undefined, undefined]);
  expect(fences()).toEqual(['forbidden', 'protected']);
});
