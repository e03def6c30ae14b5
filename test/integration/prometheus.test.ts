import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TYPES } from '../support/alerts.ts';
import { PLAIN } from '../support/function.ts';
import type { SeenEvent } from '../support/http.ts';
import { type Sink, startSink } from '../support/sink.ts';
import { type System, startSystem } from '../support/system.ts';
import { type Monitoring, missingPrograms, type Rule, startMonitoring } from './prometheus.ts';

const missing = missingPrograms();
const reason = missing.length === 0 ? '' : ` (skipped: apt-get install ${missing.join(' ')})`;
const TOKEN = 'token-of-the-test';
const ARRIVES = { timeout: 25_000, interval: 200 };

/** The rule says itself what is to be done. */
const annotated: Rule = {
  alert: 'FluxKustomizationNotReady',
  labels: { namespace: 'flux-system', exported_namespace: 'team-a', name: 'apps', severity: 'critical' },
  annotations: {
    summary: 'Kustomization {{ $labels.name }} is not ready',
    lambda_function: 'flux-reconcile-kustomization',
    lambda_parameters: '{"name": "{{ $labels.name }}", "namespace": "{{ $labels.exported_namespace }}"}',
  },
};
/** The rule says nothing: a tier has to decide. */
const plain: Rule = {
  alert: 'KubePodCrashLooping',
  labels: { namespace: 'shop', pod: 'zahlung-7c9f8d5b6-x2x7k', team: 'Zahlungsverkehr München', severity: 'warning' },
  annotations: { summary: 'Pod {{ $labels.namespace }}/{{ $labels.pod }} restarts over and over' },
};

describe.skipIf(missing.length > 0)(`a rule of a real Prometheus, by way of a real Alertmanager${reason}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'asre-integration-'));
  let subscriber: Sink;
  let system: System;
  let monitoring: Monitoring;

  beforeAll(async () => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, `${TOKEN}\n`);
    subscriber = await startSink();
    const types = [TYPES.trigger, TYPES.resolved];
    system = await startSystem(
      { url: subscriber.url, types },
      { ...PLAIN, WEBHOOK_TOKEN_FILE: tokenFile, EPISODE_WINDOW_MS: '0' },
    );
    monitoring = await startMonitoring(system.url, TOKEN);
  });

  afterAll(async () => {
    await monitoring?.stop();
    await system?.stop();
    await subscriber.stop();
    rmSync(folder, { recursive: true });
  });

  function arrived(type: string, { alert }: Rule): SeenEvent[] {
    const isAbout = ({ data }: SeenEvent) => JSON.stringify(data).includes(`"alertname":"${alert}"`);
    return subscriber.accepted().filter((event) => event.attributes.type === type && isAbout(event));
  }

  it('fires: the Lambda that its annotation names is called with its labels', async () => {
    await monitoring.fire([annotated, plain]);
    await expect.poll(() => arrived(TYPES.trigger, annotated), ARRIVES).toHaveLength(1);
    expect(arrived(TYPES.trigger, annotated)[0]).toMatchObject({
      attributes: { lambdafunction: 'flux-reconcile-kustomization', subject: 'team-a/apps' },
      data: {
        ...{ lambda_function: 'flux-reconcile-kustomization', triggered_by: 'static' },
        ...{ parameters: { name: 'apps', namespace: 'team-a' }, alert: { labels: annotated.labels } },
      },
    });
  });

  it('fires without an annotation: the Lambda that the runbook names is called', async () => {
    await expect.poll(() => arrived(TYPES.trigger, plain), ARRIVES).toHaveLength(1);
    expect(arrived(TYPES.trigger, plain)[0]).toMatchObject({
      attributes: { lambdafunction: 'pod-restart' },
      data: {
        ...{ triggered_by: 'rules', parameters: { name: 'zahlung-7c9f8d5b6-x2x7k', namespace: 'shop', type: 'pod' } },
        attempts: [{ method: 'trm' }, { method: 'gemma' }, { method: 'rules', outcome: 'selected' }],
      },
    });
  });

  it.each([annotated, plain])('$alert has the fingerprint that Alertmanager gives it', async (rule) => {
    const alerts = await monitoring.alerts();
    const own = alerts.find(({ labels }) => labels.alertname === rule.alert);
    expect(own?.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(arrived(TYPES.trigger, rule)[0]?.attributes.partitionkey).toBe(own?.fingerprint);
  });

  it('resolves: the same episode ends, and nothing more is called', async () => {
    await monitoring.fire([]);
    for (const rule of [annotated, plain]) {
      await expect.poll(() => arrived(TYPES.resolved, rule), ARRIVES).toHaveLength(1);
      const [started] = arrived(TYPES.trigger, rule);
      const [ended] = arrived(TYPES.resolved, rule);
      expect(ended?.attributes.correlationid).toBe(started?.attributes.correlationid);
      expect(arrived(TYPES.trigger, rule)).toHaveLength(1);
    }
  });

  it('fires again: another episode, and the Lambda is called again', async () => {
    await monitoring.fire([annotated]);
    await expect.poll(() => arrived(TYPES.trigger, annotated), ARRIVES).toHaveLength(2);
    const episodes = arrived(TYPES.trigger, annotated).map(({ attributes }) => attributes.correlationid);
    expect(new Set(episodes).size).toBe(2);
  });
});
