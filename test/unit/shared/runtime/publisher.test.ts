import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../../shared/config.ts';
import { createPublisher } from '../../../../shared/runtime/host/publisher.ts';
import { startReceiver } from '../../../support/receiver.ts';

const sink = { K_SINK: 'http://127.0.0.1:9/default/default' };

describe('createPublisher', () => {
  it.each([
    ['a sink that is not a URL', { K_SINK: 'broker-ingress' }, 'K_SINK must be an http or https URL'],
    ['a sink of another scheme', { K_SINK: 'ftp://broker/' }, 'K_SINK must be an http or https URL'],
    ['overrides that are not JSON', { ...sink, K_CE_OVERRIDES: 'cluster=home' }, 'K_CE_OVERRIDES must be JSON'],
    ['overrides that are a list', { ...sink, K_CE_OVERRIDES: '[]' }, 'K_CE_OVERRIDES must be JSON'],
    ['extensions that are a number', { ...sink, K_CE_OVERRIDES: '{"extensions": 5}' }, 'K_CE_OVERRIDES must be JSON'],
  ])('refuses %s', (_, env, message) => {
    const expected = { code: 'ASRE_CONFIG_INVALID', message: expect.stringContaining(message) };
    expect(() => createPublisher(readConfig(env))).toThrow(expect.objectContaining(expected));
  });

  it.each([{}, { extensions: {} }])('takes the overrides %j: SinkBinding sets such', (overrides) => {
    const env = { ...sink, K_CE_OVERRIDES: JSON.stringify(overrides) };
    expect(() => createPublisher(readConfig(env))).not.toThrow();
  });

  it('without a sink fails when there is something to publish, not before', async () => {
    const publish = createPublisher(readConfig({}));
    await expect(publish({ attributes: {}, data: {} })).rejects.toMatchObject({ code: 'ASRE_SINK_MISSING' });
  });

  it('names the trace of the event in the headers too, for the spans of a broker', async () => {
    const { url, received } = await startReceiver();
    const publish = createPublisher(readConfig({ K_SINK: url }));
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await publish({ attributes: { id: 'a', traceparent, tracestate: 'a=%22b%22' }, data: {} });
    await publish({ attributes: { id: 'b' }, data: {} });
    const named = received.map(({ headers }) => [headers['ce-id'], headers.traceparent, headers.tracestate]);
    expect(named).toEqual([
      ['a', traceparent, 'a="b"'],
      ['b', undefined, undefined],
    ]);
  });
});
