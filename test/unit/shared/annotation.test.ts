import { describe, expect, it } from 'vitest';
import { type Labels, parseAlert } from '../../../shared/alert/alert.ts';
import { decideAnnotation, runbookFor } from '../../../shared/annotation.ts';
import { decideStatic } from '../../../shared/static-tier.ts';
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
    ['parameters that are not JSON', shop, 'pod-restart', 'name=web-1', 'invalid_parameters'],
    ['parameters that are a list', shop, 'pod-restart', '["web-1"]', 'invalid_parameters'],
    ['parameters that are null', shop, 'pod-restart', 'null', 'invalid_parameters'],
    ['a parameter that is an object', shop, 'pod-restart', '{"name":{"a":1}}', 'invalid_parameters'],
    ['a parameter that is null', shop, 'pod-restart', '{"name":null}', 'invalid_parameters'],
    ['an unknown parameter', shop, 'pod-restart', '{"force":true}', 'invalid_parameters'],
    ['a misnamed parameter', shop, 'scale-deployment', '{"replica":2}', 'invalid_parameters'],
    ['the prototype as text', shop, 'scale-deployment', '{"__proto__":"2"}', 'invalid_parameters'],
    ['the prototype as an object', shop, 'scale-deployment', '{"__proto__":{"replicas":2}}', 'invalid_parameters'],
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

  it.each([
    ['twice', '{"name":"web-1","name":"victim"}', true],
    ['twice with an escape', String.raw`{"name":"web-1","n\u0061me":"victim"}`, true],
    ['twice after a value with a quote', String.raw`{"name":"a\"","type" : "pod","name":"victim"}`, true],
    ['once, of colons', '{"name":"a:b::c"}', false],
    ['once, of a quote and a colon', String.raw`{"name":"a\":","type":"pod"}`, false],
    ['once, of a backslash at its end', String.raw`{"name":"a\\","type":"pod"}`, false],
  ])('tells a parameter that is written %s', (_, written, isTwice) => {
    const { reasoning } = decide(shop, 'pod-restart', written) ?? {};
    expect(reasoning === 'lambda_parameters names a parameter twice').toBe(isTwice);
  });

  it('abstains without repeating what is written', () => {
    const decision = decide(shop, 'pod-restart', '{"name":"hunter2","namespace":"hunter2"}');
    expect(JSON.stringify(decision)).not.toContain('hunter2');
  });

  it.each([{}, { lambda_parameters: '{}' }])('has no say in %j', (annotations) => {
    expect(decideAnnotation(smallRunbook, parseAlert({ labels: shop, annotations }))).toBeUndefined();
  });

  it.each(['', '  ', null])('names no function by %j', (lambda_function) => {
    const alert = parseAlert({ labels: shop, annotations: { lambda_function } });
    const reasoning = 'the annotation lambda_function is empty';
    expect(decideAnnotation(smallRunbook, alert)).toEqual({
      outcome: 'abstained',
      reason: 'unknown_function',
      reasoning,
    });
  });
});

describe('decideStatic', () => {
  const decideWith = (annotations: Labels, labels: Labels = {}) =>
    decideStatic(smallRunbook, parseAlert({ labels: { ...shop, ...labels }, annotations })).at(-1);

  it.each([
    ...['none', 'None', ' NONE ', '"none"', "'none'", '`none`', '“none”', '" none "', 'no', 'No', 'off', "'OFF'"],
    ...['false', 'False', 'disabled', 'manual', '"Manual"', 'none\u200b', '\u202anone', 'ｎｏｎｅ'],
  ])('takes %j for the operator’s no', (name) => {
    expect(decideWith({ lambda_function: name })).toMatchObject({ outcome: 'none', reason: 'opted_out' });
  });

  it.each(['Lambda_Function', 'lambdaFunction', 'lambda-function', 'lambda_function '])('takes it by %j', (key) => {
    expect(decideWith({ [key]: 'none' })).toMatchObject({ outcome: 'none', reason: 'opted_out' });
    expect(decideWith({ [key]: 'pod-restart' })).toBeUndefined();
  });

  it.each(['annotations', 'commonAnnotations', 'labels', 'commonLabels'] as const)('finds it among the %s', (place) => {
    const alert = parseAlert({ labels: shop });
    const optedOut = { ...alert, [place]: { ...alert[place], lambda_function: 'off' } };
    expect(decideStatic(smallRunbook, optedOut).at(-1)).toMatchObject({ outcome: 'none', reason: 'opted_out' });
  });

  it.each<[string, Labels, Labels]>([
    ['an annotation', { grafana_state_reason: 'Error' }, {}],
    ['an annotation in other letters', { Grafana_State_Reason: 'nodata' }, {}],
    ['a label', {}, { grafana_state_reason: 'NoData' }],
    ['more than one reason', { grafana_state_reason: 'Error, KeepLast' }, {}],
    ['the name', {}, { alertname: 'DatasourceError' }],
    ['the name in other letters', {}, { alertname: 'DatasourceNodata' }],
  ])('does nothing where nothing was measured, by %s', (_, annotations, labels) => {
    expect(decideWith(annotations, labels)).toMatchObject({ outcome: 'none', reason: 'not_measured' });
    const asked = { ...annotations, lambda_function: 'pod-restart' };
    expect(decideWith(asked, labels)).toMatchObject({ outcome: 'none', reason: 'not_measured' });
  });

  it.each<[string, Labels, Labels]>([
    ['another reason', { grafana_state_reason: 'MissingSeries' }, {}],
    ['a text about errors', { summary: 'Error: no data' }, {}],
    ['a name like it', {}, { alertname: 'DatasourceErrorsHigh' }],
  ])('leaves to the tiers %s', (_, annotations, labels) => {
    expect(decideWith(annotations, labels)).toBeUndefined();
  });

  it.each<[string, string[], string | undefined, string | undefined]>([
    ['another cluster', ['eu-1'], 'us-1', 'other_cluster'],
    ['one of those listed', ['eu-1', 'us-1'], 'us-1', undefined],
    ['no list', [], 'us-1', undefined],
    ['no label', ['eu-1'], undefined, undefined],
    ['an empty label', ['eu-1'], '', undefined],
  ])('minds the cluster: %s', (_, clusters, cluster, reason) => {
    const runbook = { ...smallRunbook, policy: { ...smallRunbook.policy, clusters: new Set(clusters) } };
    const alert = parseAlert({ labels: { ...shop, cluster } });
    expect(decideStatic(runbook, alert).at(-1)?.reason).toBe(reason);
  });
});

describe('runbookFor', () => {
  const mutating = (annotations: Labels, elsewhere: object = {}) => {
    const { catalogue } = runbookFor(smallRunbook, parseAlert({ labels: shop, annotations, ...elsewhere }));
    return [...catalogue.values()].some(({ risk }) => risk !== 'observe');
  };

  it.each<[string, Labels, boolean]>([
    ['no annotation', {}, true],
    ['a function', { lambda_function: 'pod-restart' }, true],
    ['parameters of the function', { lambda_function: 'scale-deployment', lambda_parameters: '{"replicas":2}' }, true],
    ['parameters that are not JSON', { lambda_function: 'pod-restart', lambda_parameters: 'name=x' }, true],
    ['no function of the catalogue', { lambda_function: 'nothing please' }, false],
    ['nothing where a function belongs', { lambda_function: '' }, false],
    ['a quoted function', { lambda_function: "'pod-restart'" }, false],
    ['a template', { lambda_function: '{{ $labels.fn }}' }, false],
    ['a misnamed parameter', { lambda_function: 'scale-deployment', lambda_parameters: '{"replica":2}' }, false],
    ['a parameter in capitals', { lambda_function: 'scale-deployment', lambda_parameters: '{"Replicas":2}' }, false],
    [
      'the prototype',
      { lambda_function: 'scale-deployment', lambda_parameters: '{"__proto__":{"replicas":2}}' },
      false,
    ],
  ])('lets something be changed after %s: %s %j', (_, annotations, expected) => {
    expect(mutating(annotations)).toBe(expected);
  });

  it.each([
    [{ additionalProperties: true }, true],
    [{ patternProperties: { '^c': {} } }, true],
    [{ properties: { name: {} }, anyOf: [{ properties: { colour: {} } }] }, true],
    [{ properties: { name: {} } }, false],
    [{ additionalProperties: false }, false],
  ])('knows the parameters of a schema: %j', (schema, isKnown) => {
    const [called] = smallRunbook.catalogue.values();
    const catalogue = called && new Map(smallRunbook.catalogue).set('paint', { ...called, schema });
    const runbook = { ...smallRunbook, ...(catalogue && { catalogue }) };
    const annotations = { lambda_function: 'paint', lambda_parameters: '{"colour":"red"}' };
    expect(runbookFor(runbook, parseAlert({ labels: shop, annotations })) === runbook).toBe(isKnown);
  });

  it.each<[string, object, boolean]>([
    ['a label', { labels: { ...shop, lambda_function: 'ask Bob' } }, false],
    ['a label that names a function', { labels: { ...shop, lambda_function: 'pod-restart' } }, true],
    ['an empty label', { labels: { ...shop, lambda_function: '' } }, true],
    ['a label of the group', { commonLabels: { lambda_function: 'ask Bob' } }, false],
    ['an annotation of the group', { commonAnnotations: { lambda_function: 'ask Bob' } }, false],
    ['an empty annotation of the group', { commonAnnotations: { lambda_function: '' } }, false],
  ])('heeds such a word in %s', (_, elsewhere, expected) => {
    expect(mutating({ lambda_function: 'pod-restart' }, elsewhere)).toBe(expected);
  });
});
