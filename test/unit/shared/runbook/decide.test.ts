import { describe, expect, it } from 'vitest';
import { decideSituation, fillTarget, resolveParameters } from '../../../../shared/runbook/decide.ts';
import type { CatalogueFunction } from '../../../../shared/runbook/runbook.ts';
import { smallRunbook } from '../../../support/small-runbook.ts';

const { catalogue } = smallRunbook;
const pod = { alertname: 'A', namespace: 'shop', pod: 'web-x2x7k' };
const restart = (name: string, namespace = 'shop') => ({
  call: { lambda_function: 'pod-restart', parameters: { name, namespace, type: 'pod' } },
});
const look = (parameters: object) => ({ call: { lambda_function: 'pod-check-status', parameters } });
const none = (reason: string) => ({ call: undefined, reason });

describe('decideSituation', () => {
  it.each([
    ['pod-failing', pod, restart('web-x2x7k')],
    ['pod-failing', { ...pod, exported_namespace: 'team', exported_pod: 'api-q9b4d' }, restart('api-q9b4d', 'team')],
    ['pod-failing', { ...pod, namespace: 'kube-system' }, look({ name: 'web-x2x7k', namespace: 'kube-system' })],
    ['pod-failing', { ...pod, pod: 'orders-postgres-0' }, look({ name: 'orders-postgres-0', namespace: 'shop' })],
    ['pod-failing', { ...pod, statefulset: 'web' }, look({ name: 'web-x2x7k', namespace: 'shop' })],
    ['pod-failing', { ...pod, reason: 'ImagePullBackOff' }, look({ name: 'web-x2x7k', namespace: 'shop' })],
    [
      'pod-failing',
      { namespace: 'shop', deployment: 'web' },
      look({ selector: 'app.kubernetes.io/name=web', namespace: 'shop' }),
    ],
    ['pod-failing', { pod: 'web-x2x7k' }, none('no label names the pod')],
    ['pod-failing', { ...pod, pod: '' }, none('no label names the pod')],
    ['meta', pod, none('a meta alert needs no action')],
    [
      'load',
      { namespace: 'shop', deployment: 'web' },
      { call: { lambda_function: 'scale-deployment', parameters: { name: 'web', namespace: 'shop', replicas: '+1' } } },
    ],
    ['flux-kustomization', { name: 'apps', suspended: 'True' }, none('the object is suspended')],
    [
      'flux-kustomization',
      { name: 'apps' },
      { call: { lambda_function: 'flux-reconcile-kustomization', parameters: { name: 'apps' } } },
    ],
    [
      'node-fault',
      { node: 'worker-1' },
      { call: { lambda_function: 'node-cordon', parameters: { name: 'worker-1' } } },
    ],
    [
      'node-fault',
      { instance: '10.0.0.1:9100' },
      { call: { lambda_function: 'node-check-status', parameters: { name: '10.0.0.1:9100' } } },
    ],
  ])('%s with %j', (name, labels, expected) => {
    const situation = smallRunbook.situations.get(name);
    if (situation === undefined) throw new Error(`no situation ${name}`);
    expect(decideSituation(smallRunbook, situation, labels as Record<string, string>)).toMatchObject(expected);
  });

  it('passes over a case whose parameters do not fit the schema', () => {
    const situation = smallRunbook.situations.get('pod-failing');
    const labels = { ...pod, pod: 'x'.repeat(300) };
    expect(situation && decideSituation(smallRunbook, situation, labels)).toMatchObject({ call: undefined });
  });

  it.each([
    ['one of its parameters is the runbook’s', { namespace: 'prod' }],
    ['it asks for no parameter', {}],
  ])(
    'calls nothing on a target that no label names, though the schema of the function is satisfied: %s',
    (_, constants) => {
      const flush = { ...catalogue.get('pod-restart'), complaint: () => undefined } as CatalogueFunction;
      const runbook = { ...smallRunbook, catalogue: new Map([...catalogue, ['flush', flush]]) };
      const cases = [{ target: 'pod', do: 'flush', parameters: constants, reason: 'r' }];
      expect(decideSituation(runbook, { name: 'x', cases }, { namespace: 'shop' })).toMatchObject({ call: undefined });
      expect(decideSituation(runbook, { name: 'x', cases }, pod)).toMatchObject({ call: { lambda_function: 'flush' } });
    },
  );

  it('decides nothing where no case holds', () => {
    const situation = { name: 'x', cases: [{ when: ['suspended'], do: 'none', reason: 'r' }] };
    expect(decideSituation(smallRunbook, situation, {})).toEqual(none('no case of the situation holds'));
  });
});

/** A situation whose first case would change something, and what is decided instead in a protected namespace. */
const GUARDED: readonly [string, Record<string, string>, object][] = [
  ['pod-failing', pod, look({ name: 'web-x2x7k', namespace: 'kube-system' })],
  [
    'replicas-missing',
    { deployment: 'dns' },
    look({ selector: 'app.kubernetes.io/name=dns', namespace: 'kube-system' }),
  ],
  ['load', { deployment: 'dns', pod: 'dns-1' }, look({ name: 'dns-1', namespace: 'kube-system' })],
  ['rollout', { deployment: 'dns' }, { ...none('no label names the Deployment'), bar: 'protected' }],
  ['job-failed', { job_name: 'backup-1' }, { ...none('no label names the Job'), bar: 'protected' }],
  ['certificate', { name: 'metrics-tls' }, { ...none('no label names a Certificate'), bar: 'protected' }],
  ['flux-helmrelease', { name: 'cilium' }, { ...none('no label names the Flux object'), bar: 'protected' }],
];

describe('in a protected namespace a case that would change something does not hold', () => {
  it.each(GUARDED)('%s', (name, labels, expected) => {
    const situation = smallRunbook.situations.get(name);
    const guarded = { ...labels, namespace: 'kube-system' };
    expect(situation && decideSituation(smallRunbook, situation, guarded)).toMatchObject(expected);
  });

  it('nor where the namespace is the default of the function', () => {
    const policy = { ...smallRunbook.policy, protectedNamespaces: new Set(['flux-system']) };
    const situation = smallRunbook.situations.get('flux-kustomization');
    const decided = situation && decideSituation({ ...smallRunbook, policy }, situation, { name: 'apps' });
    expect(decided).toMatchObject({ call: undefined, bar: 'protected' });
  });

  it('but one does that changes something outside of namespaces', () => {
    const situation = smallRunbook.situations.get('node-fault');
    const labels = { node: 'worker-1', namespace: 'kube-system' };
    expect(situation && decideSituation(smallRunbook, situation, labels)).toMatchObject({
      call: { lambda_function: 'node-cordon' },
    });
  });
});

describe('fillTarget', () => {
  const target = [
    { name: ['{{ $labels.a }}', '{{ $labels.b }}-x'], namespace: ['{{ $labels.ns }}'] },
    { name: ['{{ $labels.c }}'], namespace: ['{{ $labels.other }}'] },
  ];

  it.each([
    [
      { a: '1', b: '2', ns: 'n' },
      { name: '{{ $labels.a }}', namespace: '{{ $labels.ns }}' },
    ],
    [
      { b: '2', ns: 'n' },
      { name: '{{ $labels.b }}-x', namespace: '{{ $labels.ns }}' },
    ],
    [
      { a: '1', c: '3', other: 'o' },
      { name: '{{ $labels.c }}', namespace: '{{ $labels.other }}' },
    ],
    [{ a: '1', other: 'o' }, undefined],
    [{ c: '3', ns: 'n' }, undefined],
    [{}, undefined],
  ])('takes the first family that fills every parameter: %j', (labels, expected) => {
    expect(fillTarget(target, labels as Record<string, string>)).toEqual(expected);
  });

  it('fills only what is not written', () => {
    expect(fillTarget(target, { other: 'o' }, { name: 'x' })).toEqual({ namespace: '{{ $labels.other }}' });
    expect(fillTarget(target, { a: '1', ns: 'n' }, { namespace: 'x' })).toEqual({ name: '{{ $labels.a }}' });
  });
});

describe('resolveParameters', () => {
  it('fills text, keeps numbers, and leaves out what has no label', () => {
    const templates = { name: '{{ $labels.pod }}', node: '{{ $labels.node }}', replicas: 2, force: true };
    expect(resolveParameters(templates, pod)).toEqual({ name: 'web-x2x7k', replicas: 2, force: true });
  });
});
