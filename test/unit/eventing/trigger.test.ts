import { describe, expect, test } from 'vitest';
import { DEFAULT_DELIVERY } from '../../../broker/delivery.ts';
import { parseEventing, TriggerFileError } from '../../../eventing/trigger.ts';

const BROKER = 'apiVersion: eventing.knative.dev/v1\nkind: Broker\nmetadata: {name: default}';

function trigger(spec: string, name = 'one'): string {
  return `apiVersion: eventing.knative.dev/v1\nkind: Trigger\nmetadata: {name: ${name}}\nspec:\n  broker: default\n${spec}`;
}

function parse(...documents: string[]) {
  return parseEventing([{ name: 'triggers.yaml', text: documents.join('\n---\n') }]);
}

function problemsOf(...documents: string[]): string {
  try {
    parse(...documents);
    return 'none';
  } catch (error) {
    if (error instanceof TriggerFileError) return error.problems.join('\n');
    throw error;
  }
}

const SUBSCRIBER = '  subscriber: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: fn}}';

describe('what a Trigger file may say', () => {
  test('a Service, a filter and a delivery', () => {
    const spec = `${SUBSCRIBER}
  filter: {attributes: {type: a.b}}
  delivery: {retry: 3, backoffPolicy: exponential, backoffDelay: PT0.2S, timeout: PT30S, deadLetterSink: {uri: "http://d/"}}`;
    expect(parse(BROKER, trigger(spec)).triggers).toEqual([
      {
        namespace: 'default',
        name: 'one',
        file: 'triggers.yaml',
        line: 7,
        broker: 'default',
        filter: { kind: 'attributes', attributes: { type: 'a.b' } },
        subscriber: { kind: 'service', name: 'fn', uri: '' },
        delivery: { retry: 3, backoff: { policy: 'exponential', delayMs: 200 }, timeoutMs: 30_000, format: 'binary' },
        deadLetterSink: { kind: 'uri', uri: 'http://d/' },
      },
    ]);
  });

  test('without a delivery anywhere the default of the cluster counts', () => {
    expect(parse(BROKER, trigger(SUBSCRIBER)).triggers[0]?.delivery).toEqual(DEFAULT_DELIVERY);
  });

  test("a Trigger's delivery replaces its Broker's, except for the dead letter sink", () => {
    const broker = `${BROKER}\nspec: {delivery: {retry: 9, deadLetterSink: {uri: "http://broker-dead/"}}}`;
    const own = trigger(`${SUBSCRIBER}\n  delivery: {retry: 1}`, 'own');
    const triggers = parse(broker, own, trigger(SUBSCRIBER, 'inherits')).triggers;
    expect(triggers.map(({ delivery, deadLetterSink }) => [delivery.retry, deadLetterSink])).toEqual([
      [1, { kind: 'uri', uri: 'http://broker-dead/' }],
      [9, { kind: 'uri', uri: 'http://broker-dead/' }],
    ]);
  });

  test('objects that only a cluster needs are named, not refused', () => {
    const binding = 'apiVersion: sources.knative.dev/v1\nkind: SinkBinding\nmetadata: {name: x}';
    expect(parse(BROKER, binding).ignored).toEqual(['triggers.yaml: SinkBinding']);
  });
});

describe('what is wrong is named with its place and a fix', () => {
  test.each([
    [
      'an unknown key',
      trigger(`${SUBSCRIBER}\n  delivry: {}`),
      /^triggers.yaml:11: spec: unknown key "delivry"; did you mean delivery\?$/,
    ],
    [
      'a misspelt delivery key',
      trigger(`${SUBSCRIBER}\n  delivery: {retries: 3}`),
      /^triggers.yaml:11: spec.delivery: unknown key "retries"/,
    ],
    [
      'a retry that is not a number',
      trigger(`${SUBSCRIBER}\n  delivery: {retry: many}`),
      /^triggers.yaml:11: spec.delivery.retry must be integer$/,
    ],
    [
      'a duration',
      trigger(`${SUBSCRIBER}\n  delivery: {timeout: 30s}`),
      /^triggers.yaml:11: spec.delivery.timeout is '30s'; write an ISO 8601 duration/,
    ],
    [
      'a backoff policy',
      trigger(`${SUBSCRIBER}\n  delivery: {backoffPolicy: random}`),
      /^triggers.yaml:11: spec.delivery.backoffPolicy must be one of linear, exponential$/,
    ],
    ['no subscriber', trigger('  filter: {}'), /^triggers.yaml:8: spec must have required property 'subscriber'$/],
    [
      'a subscriber kind',
      trigger('  subscriber: {ref: {apiVersion: v1, kind: Pod, name: x}}'),
      /^triggers.yaml:10: spec.subscriber.ref.kind must be one of Service, Broker$/,
    ],
    [
      'a number as a filter value',
      trigger(`${SUBSCRIBER}\n  filter: {attributes: {hop: 5}}`),
      /^triggers.yaml:11: spec.filter.attributes.hop must be text, in quotes/,
    ],
    [
      'two dialects in one filter',
      trigger(`${SUBSCRIBER}\n  filters: [{exact: {a: b}, prefix: {a: b}}]`),
      /^triggers.yaml:11: spec.filters.0 needs exactly one of/,
    ],
    [
      'CESQL',
      trigger(`${SUBSCRIBER}\n  filters: [{cesql: "a = 1"}]`),
      /^triggers.yaml:11: spec.filters.0.cesql is not supported by the embedded broker/,
    ],
    [
      'a subscriber without an address',
      trigger('  subscriber: {uri: lambda}'),
      /^triggers.yaml:10: spec.subscriber needs a ref \{apiVersion, kind, name\} or a uri/,
    ],
    [
      'a ref and a whole uri',
      trigger('  subscriber: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: fn}, uri: "http://a/"}'),
      /^triggers.yaml:10: spec.subscriber has a ref and a whole uri/,
    ],
    ['an object without a kind', 'metadata: {name: x}', /^triggers.yaml:5: must be a Kubernetes object with a kind$/],
    ['broken YAML', 'a: [', /^triggers.yaml:5: /],
    [
      'another API version',
      trigger(SUBSCRIBER).replace('/v1', '/v1beta1'),
      /^triggers.yaml:5: apiVersion must be one of eventing.knative.dev\/v1; did you mean eventing.knative.dev\/v1\?$/,
    ],
  ])('%s', (_, document, expected) => {
    expect(problemsOf(BROKER, document)).toMatch(expected);
  });

  test('a Broker that no file declares', () => {
    expect(problemsOf(trigger(SUBSCRIBER))).toMatch(/names Broker default\/default, which no file declares/);
  });

  test('two Triggers of one name', () => {
    expect(problemsOf(BROKER, trigger(SUBSCRIBER), trigger(SUBSCRIBER))).toMatch(/has the name of another Trigger/);
  });

  test('everything at once', () => {
    expect(problemsOf(BROKER, trigger('  oops: 1'), trigger('  filters: 1', 'two')).split('\n').length).toBeGreaterThan(
      3,
    );
  });
});
