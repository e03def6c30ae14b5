/** OpenTelemetry traces of alerts: the whole system, one Lambda against an API server that the test plays, and a collector. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UNATTENDED } from '../support/function.ts';
import { openReceiver, type PreparedResponse, type Received } from '../support/receiver.ts';
import { isBuilt, ROOT, System } from '../support/runner.ts';
import { run } from '../support/terminal.ts';
import { drawTree, rootsOf, type SeenSpan, startCollector } from '../support/traces.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 60_000;
const DRAWING = join(ROOT, 'test/fixtures/traces/one-alert.txt');

/** A Pod of a Deployment, its ReplicaSet, and a Pod that nobody would make again. */
const CLUSTER: Readonly<Record<string, object>> = {
  '/api/v1/namespaces/shop/pods/web-7d4b9-x2x7k': objectOf('web-7d4b9-x2x7k', 'ReplicaSet', 'web-7d4b9'),
  '/apis/apps/v1/namespaces/shop/replicasets/web-7d4b9': objectOf('web-7d4b9', 'Deployment', 'web'),
  '/api/v1/namespaces/shop/pods/bare-pod': { metadata: { name: 'bare-pod', namespace: 'shop', uid: 'bare-pod' } },
};

function objectOf(name: string, kind: string, owner: string) {
  const ownerReferences = [{ controller: true, kind, name: owner, uid: owner }];
  return { metadata: { name, namespace: 'shop', uid: name, resourceVersion: '1', ownerReferences } };
}

function answerAsApiServer({ path, body }: Received): PreparedResponse {
  const found = CLUSTER[path] ?? (body === undefined ? undefined : { metadata: {} });
  return { status: found === undefined ? 404 : 200, body: JSON.stringify(found ?? {}) };
}

describe.skipIf(!isBuilt())('a trace', () => {
  let system: System;
  let collector: Awaited<ReturnType<typeof startCollector>>;
  let apiServer: Awaited<ReturnType<typeof openReceiver>>;
  let people: Awaited<ReturnType<typeof openReceiver>>;

  const folder = mkdtempSync(join(tmpdir(), 'traces-'));

  beforeAll(async () => {
    collector = await startCollector();
    apiServer = await openReceiver(answerAsApiServer);
    writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(kubeconfigFor(apiServer.url)));
    people = await openReceiver();
    const types = ['approval.requested', 'lambda.finished', 'remediation.verified'];
    system = await System.create(
      people.url,
      types.map((type) => `io.homelab.agent-sre.${type}`),
      {
        ...{ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
        OTEL_BSP_SCHEDULE_DELAY: '50',
        KUBECONFIG: join(folder, 'kubeconfig'),
        RUNBOOK_DIR: `${join(ROOT, 'runbook')}:${UNATTENDED}`,
        // No model is ever that sure: every tier is asked.
        ...{ TRM_MIN_CONFIDENCE: '1', TRM_MIN_CONFIDENCE_MUTATING: '1' },
      },
    );
    writeFileSync(join(system.triggers, '700-pod-restart.yaml'), triggerOf('pod-restart'));
    await system.start();
  }, LIMIT_MS);

  afterAll(async () => {
    await system.remove();
    for (const each of [collector, apiServer, people]) each.close();
    rmSync(folder, { recursive: true });
  });

  /** As Alertmanager does. */
  async function notify(...alerts: readonly { status: string; pod: string }[]): Promise<void> {
    const sent = alerts.map(({ status, pod }) => ({
      status,
      labels: { alertname: 'KubePodCrashLooping', namespace: 'shop', pod, team: 'secret-team' },
      annotations: { summary: 'secret-text' },
      startsAt: '2026-11-28T08:00:00Z',
    }));
    const headers = { 'content-type': 'application/json' };
    await fetch(system.url, { method: 'POST', headers, body: JSON.stringify({ version: '4', alerts: sent }) });
  }

  const spansNamed = (name: string) => collector.spans().filter((span) => span.name === name);
  const ofTrace = (id: string | undefined) => collector.spans().filter(({ traceId }) => traceId === id);
  const told = (type: string) =>
    people.received.filter(({ headers }) => headers['ce-type'] === `io.homelab.agent-sre.${type}`);
  /** How this service handled the last of so many events of a type. */
  async function handled(type: string, service: string, count: number): Promise<SeenSpan> {
    const found = () => spansNamed(`CloudEvents Process io.homelab.${type}`).filter((span) => span.service === service);
    await until(() => found().length >= count);
    return found()[count - 1] as SeenSpan;
  }

  /** The one root of a trace, once all between it and the others has come. */
  async function rootOf(traceId: string, name: string): Promise<SeenSpan | undefined> {
    const roots = () => rootsOf(ofTrace(traceId));
    await expect.poll(() => roots().map((root) => root.name), { timeout: 20_000 }).toEqual([name]);
    return roots()[0];
  }

  it('of one alert is one tree through the broker, the five functions and the Lambda', async () => {
    await notify({ status: 'firing', pod: 'web-7d4b9-x2x7k' });
    const fired = await handled('prometheus.alert.fired', 'alert-router', 1);
    // Each process exports by itself.
    const drawn = expect.poll(() => drawTree(ofTrace(fired.traceId)), { timeout: 20_000 });
    await drawn.toBe(readFileSync(DRAWING, 'utf8').trimEnd());
    const spans = ofTrace(fired.traceId);
    expect(rootsOf(spans).map(({ name, parentSpanId }) => ({ name, parentSpanId }))).toEqual([
      { name: 'POST /', parentSpanId: '' },
    ]);
    expect(collector.spans()).toHaveLength(spans.length); // nothing of it began a trace of its own
    for (const span of spans) expect(span.endNs).toBeGreaterThanOrEqual(span.startNs);
  });

  it('has the iterations of the model, each with its time and its halting probability', () => {
    const [inference] = spansNamed('inference');
    expect(inference?.events.length).toBeGreaterThan(0);
    for (const [index, { attributes }] of (inference?.events ?? []).entries()) {
      expect(attributes).toEqual({
        'agent_sre.iteration': index + 1,
        'agent_sre.halt_probability': expect.any(Number),
      });
    }
  });

  it('of a resolution links to that of the alert', async () => {
    const fired = await handled('prometheus.alert.fired', 'alert-router', 1);
    await notify({ status: 'resolved', pod: 'web-7d4b9-x2x7k' });
    const resolved = await handled('prometheus.alert.resolved', 'emit-trigger', 1);
    expect(resolved.traceId).not.toBe(fired.traceId);
    expect(resolved.links).toEqual([fired.traceId]);
  });

  it('of an approval links to that of the alert, and what then happens is part of the approval', async () => {
    await notify({ status: 'firing', pod: 'bare-pod' });
    await until(() => told('approval.requested').length === 1);
    const fired = await handled('prometheus.alert.fired', 'alert-router', 2);
    const [asked] = told('approval.requested').map(({ body }) => body as { token: string });
    await run(['approve', asked?.token ?? '', '--as', 'mira', '--to', `${system.url}default/default`]);
    const granted = await handled('agent-sre.approval.granted', 'emit-trigger', 1);
    expect(new Set(granted.links)).toEqual(new Set([fired.traceId]));
    const call = await handled('agent-sre.lambda.trigger', 'pod-restart', 3);
    expect(call.traceId).toBe(granted.traceId);
    await rootOf(granted.traceId, 'publish default/default');
  });

  it('of each alert of a group is its own, and links to the webhook', async () => {
    await notify({ status: 'firing', pod: 'a' }, { status: 'firing', pod: 'b' });
    const one = await handled('prometheus.alert.fired', 'alert-router', 3);
    const other = await handled('prometheus.alert.fired', 'alert-router', 4);
    expect(one.traceId).not.toBe(other.traceId);
    for (const { traceId } of [one, other]) {
      const root = await rootOf(traceId, 'CloudEvents Create io.homelab.prometheus.alert.fired');
      await until(() => spansNamed('POST /').some((span) => root?.links.includes(span.traceId)));
    }
  });

  it('holds no value of a label and no text of an alert', () => {
    expect(collector.text()).not.toMatch(/secret-team|secret-text|x2x7k|bare-pod|"shop|shop\//);
  });
});

function kubeconfigFor(server: string) {
  return {
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
}

function triggerOf(lambda: string): string {
  const documents = readFileSync(join(ROOT, 'lambdas/triggers.yaml'), 'utf8').split('\n---\n');
  return documents.find((document) => document.includes(`\n  name: ${lambda}\n`)) ?? '';
}
