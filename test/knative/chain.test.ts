import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { startArguments } from '../../processes/start-arguments.ts';
import { UNATTENDED } from '../support/function.ts';
import { type Call, encodeAnswering, Listener } from '../support/listener.ts';
import { System, sendLikeAlertmanager } from '../support/runner.ts';
import { until } from '../support/until.ts';
import { Agent, apply, INGRESS, makeBroker, removeBroker, spawnInside } from './bench.ts';

const obstacle = process.env.KNATIVE_OBSTACLE;
const ROOT = join(import.meta.dirname, '..', '..');
const BROKER = `chain-t${process.pid}`;
const NAMES = ['alert-router', 'trm-reason', 'gemma-fallback', 'rule-fallback', 'emit-trigger'];
const FIRST_PORT = 21_001;
/** Nothing waits for a person and nothing is held back. */
const RUNBOOK_DIR = `${join(ROOT, 'runbook')}:${UNATTENDED}`;
const PREFIX = 'io.homelab.agent-sre.';
const OUTCOMES = ['lambda.trigger', 'remediation.unresolved', 'remediation.suppressed', 'event.rejected'].map(
  (type) => PREFIX + type,
);
const ALERTS = readdirSync(join(ROOT, 'test', 'fixtures', 'alerts')).filter((name) => name.includes('.firing.'));

/** The project's own triggers/, with addresses in place of Services, which the bench does not have. */
function projectTriggers(): string {
  const folder = join(ROOT, 'triggers');
  const names = readdirSync(folder).filter((name) => name !== 'kustomization.yaml');
  const documents = names.flatMap((name) => parseAllDocuments(readFileSync(join(folder, name), 'utf8')));
  return documents.map((document) => stringify(rewritten(document.toJS()))).join('---\n');
}

function rewritten(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => rewritten(item));
  if (typeof value !== 'object' || value === null) return key === 'broker' ? BROKER : value;
  const object = value as Record<string, unknown>;
  const { ref, kind, metadata } = object as { ref?: { name: string }; kind?: string; metadata?: { name: string } };
  if (ref !== undefined) return { uri: addressOf(ref.name) };
  const copy = Object.fromEntries(Object.entries(object).map(([name, inner]) => [name, rewritten(inner, name)]));
  if (kind === undefined || metadata === undefined) return copy;
  const name = kind === 'Broker' ? BROKER : `${BROKER}-${metadata.name}`;
  return { ...copy, metadata: { ...metadata, name, namespace: 'default' } };
}

function observers(listener: string): string {
  const uri = encodeAnswering(listener, { as: 'outcome' });
  const triggers = OUTCOMES.map((type, index) => ({
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Trigger',
    metadata: { name: `${BROKER}-observer-${index}`, namespace: 'default' },
    spec: { broker: BROKER, filter: { attributes: { type } }, subscriber: { uri } },
  }));
  return triggers.map((trigger) => stringify(trigger)).join('---\n');
}

function addressOf(name: string): string {
  return `http://127.0.0.1:${FIRST_PORT + NAMES.indexOf(name)}/`;
}

function startFunction(name: string): ChildProcess {
  const port = String(FIRST_PORT + NAMES.indexOf(name));
  const env = {
    ...{ PORT: port, K_SINK: `${INGRESS}/default/${BROKER}`, K_SERVICE: name, LOG_LEVEL: 'error' },
    ...{ RUNBOOK_DIR, LEDGER_URL: 'memory:' },
  };
  const folder = join(ROOT, 'dist', name);
  return spawnInside(['node', ...startArguments(folder)], folder, env);
}

function payload(name: string): string {
  return readFileSync(join(ROOT, 'test', 'fixtures', 'alerts', name), 'utf8');
}

/** What of an outcome must not depend on the broker: all but how long each tier took. */
function essence({ headers, body }: Call): string {
  const data: unknown = JSON.parse(body, (name, value) => (name === 'duration_ms' ? undefined : value));
  return JSON.stringify([
    headers['ce-type'],
    headers['ce-id'],
    headers['ce-subject'],
    headers['ce-correlationid'],
    data,
  ]);
}

function distinct(calls: readonly Call[]): string[] {
  return [...new Set(calls.map(essence))].sort();
}

describe.skipIf(obstacle !== undefined)(
  `the five functions on the real Knative Eventing${obstacle ? ` (${obstacle})` : ''}`,
  () => {
    const functions = new Map<string, ChildProcess>();
    let agent: Agent;

    beforeAll(async () => {
      agent = new Agent();
      await agent.start();
      for (const name of NAMES) functions.set(name, startFunction(name));
      await makeBroker(BROKER, agent);
      await apply(`${projectTriggers()}---\n${observers(agent.underTest(BROKER).listener)}`);
    }, 180_000);

    afterAll(() => {
      for (const child of functions.values()) child.kill();
      removeBroker(BROKER);
      agent.stop();
    }, 60_000);

    async function send(name: string): Promise<void> {
      const headers = { 'content-type': 'application/json' };
      const status = await agent.request('POST', addressOf('alert-router'), headers, payload(name));
      expect([name, Math.floor(status / 100)]).toEqual([name, 2]);
    }

    test('recorded alerts end as on the embedded broker: same events, same ids, same votes', async () => {
      const listener = new Listener();
      const system = await System.create(encodeAnswering(await listener.start(), { as: 'outcome' }), OUTCOMES, {
        RUNBOOK_DIR,
      });
      await system.start('--quiet');
      for (const name of ALERTS) await sendLikeAlertmanager(system.url, JSON.parse(payload(name)));
      for (const name of ALERTS) await send(name);
      await until(async () => distinct(listener.calls).length >= ALERTS.length);
      await until(async () => distinct(await agent.calls()).length >= distinct(listener.calls).length);
      const embedded = distinct(listener.calls);
      await system.remove();
      await listener.stop();
      expect(embedded.length).toBeGreaterThanOrEqual(ALERTS.length);
      expect(distinct(await agent.calls())).toEqual(embedded);
    });

    test('a tier that is gone is skipped by its dead letter sink', async () => {
      functions.get('trm-reason')?.kill('SIGKILL');
      await sleep(500);
      const before = (await agent.calls()).length;
      // Another target: the same one is in its cooldown.
      const alert = payload('pod-crash-looping.firing.json')
        .replaceAll('checkout', 'basket')
        .replaceAll(/"startsAt": *"[^"]*"/g, '"startsAt": "2026-11-23T12:34:56Z"');
      await agent.request('POST', addressOf('alert-router'), { 'content-type': 'application/json' }, alert);
      await until(async () => (await agent.calls()).length > before);
      const outcome = (await agent.calls()).at(-1);
      const { attempts } = JSON.parse(outcome?.body ?? '{}') as { attempts: { method: string; reason: string }[] };
      expect(outcome?.headers['ce-type']).toBe(`${PREFIX}lambda.trigger`);
      expect(attempts.map(({ method, reason }) => [method, reason])).toContainEqual(['trm', 'undelivered']);
    });
  },
);
