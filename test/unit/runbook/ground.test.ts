import { describe, expect, it } from 'vitest';
import { parseAlert } from '../../../shared/alert/alert.ts';
import { ungroundedParameter } from '../../../shared/runbook/ground.ts';
import { smallRunbook } from '../small-runbook.ts';

const alert = parseAlert({
  labels: { alertname: 'A', namespace: 'shop', pod: 'web-1', deployment: 'web', name: 'apps', cpus: '4' },
  annotations: { summary: 'db-1 in prod is broken' },
});

describe('ungroundedParameter', () => {
  it.each([
    ['labels', 'pod-restart', { name: 'web-1', namespace: 'shop' }, undefined],
    ['a constant of the schema', 'pod-restart', { name: 'web-1', namespace: 'shop', type: 'statefulset' }, undefined],
    [
      'the default of the schema',
      'flux-reconcile-kustomization',
      { name: 'apps', namespace: 'flux-system' },
      undefined,
    ],
    ['a constant of the runbook', 'scale-deployment', { name: 'web', namespace: 'shop', replicas: '+1' }, undefined],
    [
      'a template of a target',
      'pod-check-status',
      { selector: 'app.kubernetes.io/name=web', namespace: 'shop' },
      undefined,
    ],
    ['text of an annotation', 'pod-restart', { name: 'db-1', namespace: 'shop' }, 'name'],
    ['a label that means something else', 'node-cordon', { name: 'apps' }, 'name'],
    ['a number from another label', 'scale-deployment', { name: 'web', namespace: 'shop', replicas: '4' }, 'replicas'],
    ['another namespace', 'pod-restart', { name: 'web-1', namespace: 'prod' }, 'namespace'],
    ['a default of another function', 'pod-restart', { name: 'web-1', namespace: 'flux-system' }, 'namespace'],
    ['part of a label', 'pod-restart', { name: 'web', namespace: 'sho' }, 'namespace'],
    ['a number that no label has', 'scale-deployment', { name: 'web', namespace: 'shop', replicas: 40 }, 'replicas'],
    ['more than the constant', 'scale-deployment', { name: 'web', namespace: 'shop', replicas: '+9' }, 'replicas'],
    ['a selector of its own', 'pod-check-status', { selector: 'a=b', namespace: 'shop' }, 'selector'],
    ['a template that was never filled', 'pod-restart', { name: '{{ $labels.pod }}', namespace: 'shop' }, 'name'],
  ])('%s', (_, lambda_function, parameters, expected) => {
    expect(ungroundedParameter(smallRunbook, alert, { lambda_function, parameters } as never)).toBe(expected);
  });
});
