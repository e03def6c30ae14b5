/** docs/lambdas.md, as a reader would follow it: its server, its Trigger, its commands. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backoffMs } from '../../broker/delivery.ts';
import { parseEventing } from '../../eventing/trigger.ts';
import { freePort } from '../../processes/port.ts';
import { until } from '../support/embedded.ts';
import { ENTRY, isBuilt, ROOT, System } from '../support/runner.ts';

const page = readFileSync(join(ROOT, 'docs/lambdas.md'), 'utf8');
const block = (language: string) => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';
const LIMIT_MS = 60_000;
const CALL = /^pod-restart \{"name":"web-x2x7k","namespace":"shop","type":"pod"\}$/gm;

let folder: string;
let port: number;
let system: System;
let lambda: ChildProcess | undefined;
let printed: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lambdas-'));
  port = await freePort();
  printed = '';
  writeFileSync(join(folder, 'pod-restart.mjs'), block('js'));
  cpSync(join(ROOT, 'triggers'), join(folder, 'triggers'), { recursive: true });
  system = await System.create('http://127.0.0.1:9/', []);
});

afterEach(async () => {
  lambda?.kill();
  lambda = undefined;
  await system.remove();
  rmSync(folder, { recursive: true });
});

async function start(trigger: string): Promise<void> {
  writeFileSync(join(folder, 'triggers/700-pod-restart.yaml'), trigger);
  const data = ['--data', join(folder, 'data'), '--triggers', join(folder, 'triggers')];
  await system.start(...data, '--service', `pod-restart=http://127.0.0.1:${port}/`);
}

function startLambda(): void {
  lambda = spawn(process.execPath, [join(folder, 'pod-restart.mjs')], { env: { ...process.env, PORT: String(port) } });
  lambda.stdout?.on('data', (chunk: Buffer) => (printed += chunk));
}

/** Alertmanager sends what still fires again, with the same start. */
async function fire(): Promise<void> {
  const labels = { alertname: 'WebHangs', namespace: 'shop', pod: 'web-x2x7k' };
  const annotations = { lambda_function: 'pod-restart' };
  const alert = { status: 'firing', labels, annotations, startsAt: '2026-11-23T10:00:00Z' };
  const body = JSON.stringify({ version: '4', alerts: [alert] });
  await fetch(system.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

const calls = () => printed.match(CALL)?.length ?? 0;

async function queue(action: string): Promise<string> {
  const args = [ENTRY, 'queue', action, '--data', join(folder, 'data')];
  return (await promisify(execFile)(process.execPath, args)).stdout;
}

describe.skipIf(!isBuilt())('docs/lambdas.md', () => {
  it(
    'the Lambdas of the project are not started without a cluster to act on',
    async () => {
      system = await System.create('http://127.0.0.1:9/', [], { KUBECONFIG: '' });
      await expect(system.start('--lambdas')).rejects.toThrow(/--lambdas needs a cluster.*\n?.*set KUBECONFIG/);
    },
    LIMIT_MS,
  );

  it(
    'its server gets a call that came while it was down, and acts once on an alert that is sent twice',
    async () => {
      await start(block('yaml'));
      expect(system.output).toMatch(/^Calls +delivered by pod-restart$/m);
      await fire();
      await sleep(1_000);
      startLambda();
      await until(() => calls() === 1);
      expect(calls()).toBe(1);
      await fire();
      await until(() => /→ suppressed pod-restart/.test(system.output));
      await sleep(500);
      expect(system.output.match(/→ pod-restart/g)).toHaveLength(1);
      expect(calls()).toBe(1);
    },
    LIMIT_MS,
  );

  it(
    'the Broker tries for more than a minute by default',
    () => {
      const files = readdirSync(join(folder, 'triggers')).map((name) => ({
        name,
        text: readFileSync(join(folder, 'triggers', name), 'utf8'),
      }));
      const { triggers } = parseEventing([...files, { name: 'pod-restart', text: block('yaml') }]);
      const spec = triggers.find(({ name }) => name === 'pod-restart')?.delivery;
      const waits = Array.from({ length: spec?.retry ?? 0 }, (_, index) => backoffMs(spec?.backoff, index));
      expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(120_000);
    },
    LIMIT_MS,
  );

  it(
    'a call that nobody took in time is told to people, listed, put back, and delivered by the next start',
    async () => {
      const broker = join(folder, 'triggers/100-broker.yaml');
      writeFileSync(broker, readFileSync(broker, 'utf8').replace('retry: 10', 'retry: 1'));
      await start(block('yaml'));
      await fire();
      await until(() => /could not be delivered \(.*ECONNREFUSED/.test(system.output));
      expect(system.output).toMatch(
        /WebHangs shop\/web-x2x7k → no action: undeliverable: the Lambda pod-restart did not/,
      );
      await system.end('SIGTERM');
      expect(await queue('list')).toMatch(/WebHangs shop\/web-x2x7k .*default\/pod-restart[\s\S]*1 undelivered/);
      expect(await queue('retry')).toMatch(/^1 put back/);
      startLambda();
      await start(block('yaml'));
      await until(() => calls() === 1);
      expect(calls()).toBe(1);
      expect(await (await fetch(system.url)).text()).toContain(' 0 undelivered');
    },
    LIMIT_MS,
  );
});
