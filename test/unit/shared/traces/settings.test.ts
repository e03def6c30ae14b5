import { describe, expect, it } from 'vitest';
import { loadTraces } from '../../../../shared/traces/load.ts';
import { protocolOf, wantsTraces } from '../../../../shared/traces/settings.ts';
import { NO_TRACES } from '../../../../shared/traces/span.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('traces are', () => {
  it.each([
    ['off without an endpoint', {}, false],
    ['off with an empty one', { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, false],
    ['on with an endpoint', ENDPOINT, true],
    ['on with one for traces alone', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://tempo:4318/v1/traces' }, true],
    ['off by OTEL_SDK_DISABLED', { ...ENDPOINT, OTEL_SDK_DISABLED: 'True' }, false],
    ['on where OTEL_SDK_DISABLED is not true', { ...ENDPOINT, OTEL_SDK_DISABLED: 'false' }, true],
    ['off by OTEL_TRACES_EXPORTER', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }, false],
  ])('%s', (_, env, expected) => {
    expect(wantsTraces(env)).toBe(expected);
  });

  it('nothing that is loaded where they are off', async () => {
    expect(await loadTraces({}, 'test', () => undefined)).toBe(NO_TRACES);
  });
});

describe('the protocol', () => {
  it.each([
    [{}, { json: false }],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, { json: true }],
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' },
      { json: false },
    ],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, { json: false, odd: 'grpc' }],
  ])('of %j is %j', (env, expected) => {
    expect(protocolOf(env)).toEqual(expected);
  });
});
