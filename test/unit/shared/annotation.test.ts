import { describe, expect, it } from 'vitest';
import { type Labels, parseAlert } from '../../../shared/alert/alert.ts';
import { decideAnnotation, isOptedOut } from '../../../shared/annotation.ts';
import { smallRunbook } from '../../support/small-runbook.ts';

const shop: Labels = { alertname: 'A', namespace: 'shop', pod: 'web-1', deployment: 'web' };

function decide(labels: Labels, lambda_function: string, lambda_parameters?: string) {
  const annotations = { lambda_function, ...(lambda_parameters === undefined ? {} : { lambda_parameters }) };
  return decideAnnotation(smallRunbook, parseAlert({ labels, annotations }));
}

describe('decideAnnotation', () => {
  it.each([
    ['completed from the labels', shop, 'pod-restart', undefined, { name: 'web-1', namespace: 'shop', type: 'pod' }],
    ['an empty object completed', shop, 'pod-restart', '{}', { name: 'web-1', namespace: 'shop', type: 'pod' }],
    [
      'the kind that is written',
      shop,
      'pod-restart',
      '{"type":"deployment"}',
      { name: 'web', namespace: 'shop', type: 'deployment' },
    ],
    [
      'a name that is written',
      shop,
      'pod-restart',
      '{"name":"other"}',
      { name: 'other', namespace: 'shop', type: 'pod' },
    ],
    [
      'references',
      shop,
      'pod-restart',
      '{"name":"{{ $labels.deployment }}-0"}',
      { name: 'web-0', namespace: 'shop', type: 'pod' },
    ],
    ['spaces around the name', shop, '  pod-restart ', undefined, { name: 'web-1', namespace: 'shop', type: 'pod' }],
    ['a number', shop, 'scale-deployment', '{"replicas":5}', { name: 'web', namespace: 'shop', replicas: 5 }],
    [
      'the constant of the catalogue',
      shop,
      'scale-deployment',
      undefined,
      { name: 'web', namespace: 'shop', replicas: '+1' },
    ],
    [
      'the default namespace of the function',
      { alertname: 'A', namespace: 'shop', name: 'apps' },
      'flux-reconcile-kustomization',
      '{"name":"apps","namespace":"flux-system"}',
      { name: 'apps', namespace: 'flux-system' },
    ],
    [
      'a namespace that another label names (named)',
      { ...shop, exported_namespace: 'team-a', name: 'apps' },
      'flux-reconcile-kustomization',
      undefined,
      { name: 'apps', namespace: 'team-a' },
    ],
    [
      'any namespace to look at, of an alert without one',
      { alertname: 'A' },
      'pod-check-status',
      '{"name":"p","namespace":"x"}',
      { name: 'p', namespace: 'x' },
    ],
  ])('selects with %s', (_, labels, name, written, parameters) => {
    expect(decide(labels, name, written)).toEqual({
      ...{ outcome: 'selected', reason: 'annotation', lambda_function: name.trim(), parameters, confidence: 1 },
      reasoning: expect.any(String),
    });
  });

  it.each([
    ['an unknown function', shop, 'pod-delete', undefined, 'unknown_function'],
    ['a name of every object', shop, 'constructor', undefined, 'unknown_function'],
    ['a template as the function', shop, '{{ $labels.pod }}', undefined, 'unknown_function'],
    ['parameters that are no JSON', shop, 'pod-restart', 'name=web-1', 'invalid_parameters'],
    ['parameters that are a list', shop, 'pod-restart', '["web-1"]', 'invalid_parameters'],
    ['parameters that are null', shop, 'pod-restart', 'null', 'invalid_parameters'],
    ['a parameter that is an object', shop, 'pod-restart', '{"name":{"a":1}}', 'invalid_parameters'],
    ['a parameter that is null', shop, 'pod-restart', '{"name":null}', 'invalid_parameters'],
    ['an unknown parameter', shop, 'pod-restart', '{"force":true}', 'invalid_parameters'],
    ['a value outside the enumeration', shop, 'pod-restart', '{"type":"node"}', 'invalid_parameters'],
    ['an empty value', shop, 'pod-restart', '{"name":""}', 'invalid_parameters'],
    ['replicas below zero', shop, 'scale-deployment', '{"replicas":-1}', 'invalid_parameters'],
    ['no replicas', shop, 'scale-deployment', '{"replicas":0}', 'invalid_parameters'],
    ['a parameter written twice', shop, 'pod-restart', '{"name":"web-1","name":"victim"}', 'invalid_parameters'],
    ['a name that leaves its place in a URL', shop, 'pod-restart', '{"name":"../x"}', 'invalid_parameters'],
    ['a namespace with a blank', shop, 'pod-restart', '{"namespace":"kube-system "}', 'invalid_parameters'],
    [
      'a target of its own, of an alert without namespace',
      { alertname: 'A' },
      'job-rerun',
      '{"name":"j","namespace":"x"}',
      'not_authorised',
    ],
    ['another template action', shop, 'pod-restart', '{"name":"{{ .Labels.pod }}"}', 'invalid_parameters'],
    [
      'a required parameter that nothing fills',
      { alertname: 'A', namespace: 'shop' },
      'pod-restart',
      undefined,
      'invalid_parameters',
    ],
    ['a reference to a missing label', shop, 'pod-restart', '{"name":"{{ $labels.node }}"}', 'missing_label'],
    [
      'a reference to an empty label',
      { ...shop, zone: '' },
      'pod-restart',
      '{"name":"{{ $labels.zone }}"}',
      'missing_label',
    ],
    [
      'parameters without an end',
      shop,
      'pod-restart',
      `{${Array.from({ length: 100_000 }, (_, key) => `"k${key}":1`).join()}}`,
      'invalid_parameters',
    ],
    ['a function that no grant names', { ...shop, node: 'w' }, 'node-cordon', undefined, 'not_authorised'],
    ['another namespace (own)', shop, 'pod-restart', '{"name":"x","namespace":"prod"}', 'not_authorised'],
    [
      'the exported namespace (own)',
      { ...shop, exported_namespace: 'prod' },
      'pod-restart',
      undefined,
      'not_authorised',
    ],
    ['a namespace that no label names (named)', shop, 'job-rerun', '{"name":"x","namespace":"prod"}', 'not_authorised'],
    [
      'an alert without a namespace (own)',
      { alertname: 'A', pod: 'p' },
      'pod-restart',
      '{"name":"p","namespace":"prod"}',
      'not_authorised',
    ],
    [
      'an alert with an empty namespace (own)',
      { alertname: 'A', namespace: '' },
      'pod-restart',
      '{"name":"p","namespace":"prod"}',
      'not_authorised',
    ],
  ])('abstains from %s', (_, labels, name, written, reason) => {
    expect(decide(labels, name, written)).toMatchObject({ outcome: 'abstained', reason });
  });

  it('abstains without repeating what is written', () => {
    const decision = decide(shop, 'pod-restart', '{"name":"hunter2","namespace":"hunter2"}');
    expect(JSON.stringify(decision)).not.toContain('hunter2');
  });

  it.each(['none', 'None', ' NONE ', '"none"'])('takes %j for the operator’s no', (name) => {
    expect(decide(shop, name)).toMatchObject({ outcome: 'none', reason: 'opted_out' });
  });

  it.each([{}, { lambda_function: '' }, { lambda_function: '  ' }, { lambda_parameters: '{}' }])(
    'has no say in %j',
    (annotations) => {
      expect(decideAnnotation(smallRunbook, parseAlert({ labels: shop, annotations }))).toBeUndefined();
    },
  );
});

describe('isOptedOut', () => {
  it.each([
    [{ lambda_function: 'none' }, true],
    [{ lambda_function: 'nothing' }, false],
    [{}, false],
  ])('%j: %j', (annotations, expected) => {
    expect(isOptedOut(parseAlert({ labels: shop, annotations }))).toBe(expected);
  });
});
