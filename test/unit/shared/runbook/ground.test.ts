import { describe, expect, it } from 'vitest';
import { type Alert, parseAlert } from '../../../../shared/alert/alert.ts';
import type { Call, Parameters } from '../../../../shared/decision.ts';
import { withoutFences } from '../../../../shared/runbook/fence.ts';
import { decidedInstead, isGrounded } from '../../../../shared/runbook/ground.ts';
import type { Situation } from '../../../../shared/runbook/runbook.ts';
import { smallRunbook } from '../../../support/small-runbook.ts';

const LABELS = { namespace: 'shop', pod: 'web-x2x7k', deployment: 'web', name: 'apps', cpus: '4' };

const alertOf = (labels: Record<string, string>, annotations: Record<string, string> = {}): Alert =>
  parseAlert({
    labels: { alertname: 'A', ...labels },
    annotations: { summary: 'db-1 in prod is broken', ...annotations },
  });

const grounded = (labels: Record<string, string>, lambda_function: string, parameters: Parameters) =>
  isGrounded(smallRunbook, alertOf(labels), { lambda_function, parameters });

describe('a call is the runbook’s own for these labels', () => {
  it.each<[string, string, Parameters]>([
    ['labels', 'pod-restart', { name: 'web-x2x7k', namespace: 'shop', type: 'pod' }],
    ['the default of the schema, left out', 'pod-restart', { name: 'web-x2x7k', namespace: 'shop' }],
    ['another target of the labels', 'pod-restart', { name: 'web', namespace: 'shop', type: 'deployment' }],
    ['a label beside others', 'flux-reconcile-kustomization', { name: 'apps', namespace: 'shop' }],
    ['a constant of the runbook', 'scale-deployment', { name: 'web', namespace: 'shop', replicas: '+1' }],
    ['a look at the pod', 'pod-check-status', { name: 'web-x2x7k', namespace: 'shop' }],
  ])('%s', (_, lambda_function, parameters) => {
    expect(grounded(LABELS, lambda_function, parameters)).toBe(true);
  });

  it('a namespace that no label names is the default', () => {
    expect(grounded({ name: 'apps' }, 'flux-reconcile-kustomization', { name: 'apps' })).toBe(true);
    expect(grounded({ name: 'apps' }, 'flux-reconcile-kustomization', { name: 'apps', namespace: 'flux-system' })).toBe(
      true,
    );
  });
});

describe('a call is not the runbook’s', () => {
  it.each<[string, string, Parameters]>([
    ['text of an annotation', 'pod-restart', { name: 'db-1', namespace: 'shop' }],
    ['a label that means something else', 'node-cordon', { name: 'apps' }],
    ['a number from another label', 'scale-deployment', { name: 'web', namespace: 'shop', replicas: '4' }],
    ['another namespace', 'pod-restart', { name: 'web-x2x7k', namespace: 'prod' }],
    ['a default of another function', 'pod-restart', { name: 'web-x2x7k', namespace: 'flux-system' }],
    ['a default where a label names one', 'flux-reconcile-kustomization', { name: 'apps', namespace: 'flux-system' }],
    ['part of a label', 'pod-restart', { name: 'web-x2x7k', namespace: 'sho' }],
    ['a number that no label has', 'scale-deployment', { name: 'web', namespace: 'shop', replicas: 40 }],
    ['more than the constant', 'scale-deployment', { name: 'web', namespace: 'shop', replicas: '+9' }],
    ['a selector of its own', 'pod-check-status', { selector: 'a=b', namespace: 'shop' }],
    ['a template that was never filled', 'pod-restart', { name: '{{ $labels.pod }}', namespace: 'shop' }],
    [
      'the pod’s name as that of a Deployment',
      'pod-restart',
      { name: 'web-x2x7k', namespace: 'shop', type: 'deployment' },
    ],
    ['a kind that no case restarts', 'pod-restart', { name: 'web-x2x7k', namespace: 'shop', type: 'statefulset' }],
    ['a function that is not in the catalogue', 'rm-rf', { name: 'web-x2x7k', namespace: 'shop' }],
  ])('%s', (_, lambda_function, parameters) => {
    expect(grounded(LABELS, lambda_function, parameters)).toBe(false);
  });

  it.each<[string, Record<string, string>]>([
    ['stores data', { ...LABELS, pod: 'redis-0' }],
    ['belongs to a StatefulSet', { ...LABELS, statefulset: 'web' }],
    ['waits for its image', { ...LABELS, reason: 'ImagePullBackOff' }],
    ['is in a protected namespace', { ...LABELS, namespace: 'kube-system' }],
  ])('a restart of a pod that %s', (_, labels) => {
    const parameters = { name: labels.pod ?? '', namespace: labels.namespace ?? '', type: 'pod' };
    expect(grounded(labels, 'pod-restart', parameters)).toBe(false);
    expect(grounded(labels, 'pod-check-status', { name: parameters.name, namespace: parameters.namespace })).toBe(true);
  });

  it('the exporter’s pod with the namespace of the object that it reports on', () => {
    const labels = {
      namespace: 'monitoring',
      pod: 'kube-state-metrics-0',
      exported_namespace: 'shop',
      exported_pod: 'web-x2x7k',
    };
    expect(grounded(labels, 'pod-check-status', { name: 'web-x2x7k', namespace: 'shop' })).toBe(true);
    expect(grounded(labels, 'pod-check-status', { name: 'kube-state-metrics-0', namespace: 'shop' })).toBe(false);
  });

  it('protection can be left to who checks it apart', () => {
    const alert = alertOf({ ...LABELS, namespace: 'kube-system' });
    const call = { lambda_function: 'pod-restart', parameters: { name: 'web-x2x7k', namespace: 'kube-system' } };
    expect(isGrounded(withoutFences(smallRunbook), alert, call)).toBe(true);
  });
});

describe('what the runbook decides instead of a call that a condition rules out', () => {
  const POD = { namespace: 'shop', pod: 'web-x2x7k' };
  const restart = (labels: Record<string, string>, type = 'pod') => ({
    lambda_function: 'pod-restart',
    parameters: { name: labels[type] ?? '', namespace: labels.namespace ?? '', type },
  });

  it.each<[string, Record<string, string>, ReturnType<typeof restart>, string]>([
    ['it stores data', { ...POD, pod: 'redis-5b7d' }, restart({ ...POD, pod: 'redis-5b7d' }), 'pod-check-status'],
    [
      'its namespace is protected',
      { ...POD, namespace: 'kube-system' },
      restart({ ...POD, namespace: 'kube-system' }),
      'pod-check-status',
    ],
    ['its image is missing', { ...POD, reason: 'ErrImagePull' }, restart(POD), 'pod-check-status'],
    ['it belongs to a StatefulSet', { ...POD, statefulset: 'web' }, restart(POD), 'pod-check-status'],
    [
      'a Deployment is a database',
      { namespace: 'shop', deployment: 'mysql' },
      restart({ namespace: 'shop', deployment: 'mysql' }, 'deployment'),
      'pod-check-status',
    ],
    ['another pod is called', POD, restart({ ...POD, pod: 'api-9k2x1' }), 'nothing is known'],
    ['the function has no case', POD, { ...restart(POD), lambda_function: 'rm-rf' }, 'nothing is known'],
  ])('%s', (_, labels, call, expected) => {
    const decided = decidedInstead(smallRunbook, alertOf(labels), call, labels);
    expect(decided?.call?.lambda_function ?? 'nothing is known').toBe(expected);
  });

  it('no action, where the object is suspended', () => {
    const labels = { name: 'apps', namespace: 'shop', suspended: 'true' };
    const call = { lambda_function: 'flux-reconcile-kustomization', parameters: { name: 'apps', namespace: 'shop' } };
    const decided = decidedInstead(smallRunbook, alertOf(labels), call, labels);
    expect(decided).toEqual({ call: undefined, reason: 'the object is suspended' });
  });

  it.each<[string, Situation['cases']]>([
    [
      'something else that changes something',
      [
        { target: 'pod', do: 'pod-restart', parameters: { type: 'pod' }, unless: ['stateful'], reason: '' },
        { target: 'deployment', do: 'rollout-undo', reason: '' },
      ],
    ],
    [
      'no action, where a fence alone stands in the way',
      [
        { target: 'pod', do: 'pod-restart', parameters: { type: 'pod' }, reason: '' },
        { do: 'none', reason: 'no label names the pod' },
      ],
    ],
  ])('never %s', (_, cases) => {
    const labels = { namespace: 'shop', pod: 'web-0', deployment: 'web', statefulset: 'web' };
    const runbook = { ...smallRunbook, situations: new Map([['own', { name: 'own', cases }]]) };
    expect(decidedInstead(runbook, alertOf(labels), restart(labels), labels)).toBeUndefined();
  });

  const RERUN = { lambda_function: 'job-rerun', parameters: { name: 'backup', namespace: 'shop' } };
  const RECONCILE = {
    lambda_function: 'flux-reconcile-kustomization',
    parameters: { name: 'apps', namespace: 'shop' },
  };

  it.each<[string, Record<string, string>, Call, string]>([
    ['is the look that it leaves', POD, restart(POD), 'pod-check-status'],
    [
      'is nothing, where it alone keeps a change back',
      { namespace: 'shop', job_name: 'backup' },
      RERUN,
      'nothing is known',
    ],
    [
      'is no action, where the object is suspended',
      { name: 'apps', namespace: 'shop', suspended: 'true' },
      RECONCILE,
      'none',
    ],
  ])('where the annotation is misspelt %s', (_, labels, call, expected) => {
    const alert = alertOf(labels, { lambda_function: 'pod-restrat' });
    const decided = decidedInstead(smallRunbook, alert, call, labels);
    expect(decided === undefined ? 'nothing is known' : (decided.call?.lambda_function ?? 'none')).toBe(expected);
  });

  it.each<[string, [string, Situation][]]>([
    ['as they stand', [...smallRunbook.situations]],
    ['the other way round', [...smallRunbook.situations].reverse()],
  ])('never no action, where a fence stands in the way in one of several situations, %s', (_, situations) => {
    const labels = { name: 'apps', namespace: 'kube-system' };
    const call = { ...RECONCILE, parameters: labels };
    const runbook = { ...smallRunbook, situations: new Map(situations) };
    expect(decidedInstead(runbook, alertOf(labels), call, labels)).toBeUndefined();
  });

  it('nothing, where situations decide differently', () => {
    const labels = { ...POD, pod: 'redis-5b7d' };
    const own: Situation = {
      name: 'own',
      cases: [
        { unless: ['stores-data'], target: 'pod', do: 'pod-restart', parameters: { type: 'pod' }, reason: '' },
        { do: 'none', reason: 'left alone' },
      ],
    };
    const runbook = { ...smallRunbook, situations: new Map([...smallRunbook.situations, ['own', own]]) };
    expect(decidedInstead(runbook, alertOf(labels), restart(labels), labels)).toBeUndefined();
  });
});
