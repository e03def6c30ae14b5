/** A bundled function and its collector: nothing that a collector does is felt by who sends an event. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { crashing, TYPES } from '../support/alerts.ts';
import { binary } from '../support/events.ts';
import { PLAIN, type RunningFunction, startFunction } from '../support/function.ts';
import { readEvent } from '../support/http.ts';
import { startCollector } from '../support/traces.ts';

const SENT = 20;
/** What an export may take, and what is far below it. */
const EXPORT_MS = 3_000;
const SOON_MS = 2_000;
/** An end waits three seconds for the last spans. */
const END_MS = 8_000;
const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

function request(attributes: Readonly<Record<string, string>> = {}) {
  return binary({ type: TYPES.rules, ...attributes }, { alert: crashing, attempts: [] });
}

async function started(settings: Readonly<Record<string, string>>): Promise<RunningFunction> {
  const running = await startFunction('rule-fallback', { ...PLAIN, OTEL_BSP_SCHEDULE_DELAY: '20', ...settings });
  onTestFinished(async () => void (await running.stop()));
  return running;
}

async function collecting(status?: (before: number) => number) {
  const collector = await startCollector(status);
  onTestFinished(collector.close);
  return collector;
}

/** A collector that takes a request and never answers. */
async function silent(): Promise<string> {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const complaints = (running: RunningFunction) => running.log().filter(({ msg }) => msg === 'traces may be lost');

describe('traces', () => {
  it('are sent before the function ends, and an event names the step that made it', async () => {
    const { url, spans } = await collecting();
    const running = await started({
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
      OTEL_BSP_SCHEDULE_DELAY: '60000',
    });
    const { headers, text } = await running.send(request({ traceparent: PARENT, tracestate: 'a=b' }));
    expect(spans()).toEqual([]);
    expect(await running.stop()).toBe(0);
    const [handled] = spans().filter(({ name }) => name === `CloudEvents Process ${TYPES.rules}`);
    expect(handled).toMatchObject({
      ...{ service: 'rule-fallback', kind: 5, traceId: PARENT.split('-')[1], parentSpanId: PARENT.split('-')[2] },
      attributes: {
        ...{ 'cloudevents.event_id': 'a-1', 'cloudevents.event_type': TYPES.rules },
        ...{ 'agent_sre.outcome': 'reply', 'agent_sre.tier': 'rules', 'agent_sre.lambda_function': 'pod-restart' },
      },
    });
    const [made] = spans().filter(({ name }) => name === `CloudEvents Create ${TYPES.selected}`);
    const { traceparent, tracestate } = readEvent(headers, text).attributes;
    const own = `00-${made?.traceId}-${made?.spanId}-01`;
    expect({ traceparent, tracestate }).toEqual({ traceparent: own, tracestate: 'a=b' });
  });

  it.each([
    ['not sampled by the sender', {}, PARENT.replace(/01$/, '00')],
    ['not sampled here', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, PARENT],
  ])('that are %s are not exported, and the next function is told', async (_, settings, traceparent) => {
    const { url, received } = await collecting();
    const running = await started({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...settings });
    const { headers, text } = await running.send(request({ traceparent }));
    await running.stop();
    expect(received).toEqual([]);
    expect(readEvent(headers, text).attributes.traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-.{16}-00$/);
  });

  it('go to OTEL_EXPORTER_OTLP_TRACES_ENDPOINT as it is, in protobuf and with the headers that are set', async () => {
    const requests: unknown[] = [];
    const server = createServer((incoming, response) => {
      const { url, headers } = incoming;
      requests.push({ url, type: headers['content-type'], tenant: headers.tenant });
      incoming.resume().on('end', () => response.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const running = await started({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${port}/ingest`,
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_EXPORTER_OTLP_HEADERS: 'tenant=a%20b' },
    });
    await running.send(request());
    await running.stop();
    server.closeAllConnections();
    expect(requests).toEqual([{ url: '/ingest', type: 'application/x-protobuf', tenant: 'a b' }]);
  });

  it.each([
    ['is down', async () => 'http://127.0.0.1:9'],
    ['has no address that is one', async () => 'collector:4318'],
    ['never answers', silent],
    ['answers 503', async () => (await collecting(() => 503)).url],
    ['answers 429', async () => (await collecting(() => 429)).url],
    ['answers 400', async () => (await collecting(() => 400)).url],
  ])('cost no answer its time where the collector %s, and the log one line', async (_, open) => {
    const url = await open();
    const running = await started({
      ...{
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        OTEL_EXPORTER_OTLP_TIMEOUT: String(EXPORT_MS),
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      },
    });
    for (let sent = 0; sent < SENT; sent++) {
      const before = performance.now();
      expect((await running.send(request())).status).toBe(200);
      expect(performance.now() - before).toBeLessThan(SOON_MS);
      await sleep(20);
    }
    await expect.poll(() => complaints(running).length, { timeout: 10_000 }).toBe(1);
    const stopping = performance.now();
    expect(await running.stop()).toBe(0);
    expect(performance.now() - stopping).toBeLessThan(END_MS);
    expect(complaints(running)).toHaveLength(1);
  });
});
