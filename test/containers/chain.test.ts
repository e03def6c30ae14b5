import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeFlags } from '../../build/project.ts';
import { crashing, TYPES } from '../support/alerts.ts';
import { binary } from '../support/events.ts';
import { ROOT } from '../support/function.ts';
import { send } from '../support/http.ts';
import { BASE_IMAGE, type Cluster, docker, ENTRIES, hasDocker, memoryOf, startCluster, writeMounts } from './docker.ts';

const ENDS = [TYPES.trigger, TYPES.suppressed, TYPES.unresolved, TYPES.asked, TYPES.finished];
const DEADLINE_MS = 60_000;

const SCALE = { lambda_function: 'scale-deployment', lambda_parameters: '{"replicas": "+1"}' };

type Labels = Readonly<Record<string, string>>;

interface Ended {
  readonly type: string;
  readonly subject: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts on the fields that it reads
  readonly data: any;
}

describe.skipIf(!hasDocker)('the images on a private network without a way out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'asre-containers-'));
  let cluster: Cluster | undefined;

  beforeAll(async () => {
    writeMounts(folder);
    writeTriggers(join(folder, 'triggers'));
    cluster = startCluster(folder);
    await until(async () => (await send(running().url, { method: 'GET', path: '/health/readiness' })).status === 200);
    for (const { name } of ENTRIES) await until(async () => healthOf(running().container(name)) === 'healthy');
  });

  afterAll(() => {
    cluster?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  function running(): Cluster {
    if (cluster === undefined) throw new Error('the containers are not running');
    return cluster;
  }

  /** Sends an alert with these labels; its rule may say what is to be done. */
  async function fire(labels: Labels, annotations: Labels = {}): Promise<void> {
    const { alertname } = labels;
    const alert = { alertname, status: 'firing', labels, annotations, startsAt: new Date().toISOString() };
    const event = binary({ type: TYPES.fired, id: JSON.stringify(labels) }, alert);
    const answer = await send(running().url, { ...event, path: '/default/default' });
    expect(answer.status).toBe(202);
  }

  /** Every event that an alert has ended with, found by a name of its own. */
  function ended(name: string): Ended[] {
    const lines = docker('logs', running().container('sink')).split('\n');
    return lines.filter((line) => line.includes(name)).map((line) => JSON.parse(line) as Ended);
  }

  /** Sends an alert about a crashing pod of this name, and returns the votes behind what came of it. */
  async function votesOn(pod: string): Promise<Map<string, string>> {
    await fire({ ...crashing.labels, pod }, crashing.annotations);
    await until(async () => ended(pod).length > 0);
    const { data } = ended(pod)[0] ?? {};
    const votes: { method: string; outcome: string; reason: string }[] = data.attempts ?? data.selection.attempts;
    return new Map(votes.map(({ method, outcome, reason }) => [method, `${outcome}: ${reason}`]));
  }

  const saturated = (deployment: string) =>
    fire({ alertname: 'DeploymentSaturated', namespace: 'shop', deployment }, SCALE);
  const finished = (name: string) => ended(name).filter(({ type }) => type === TYPES.finished);
  const patches = (name: string) =>
    docker('logs', running().container('api'))
      .split('\n')
      .filter((line) => line.startsWith(`patched ${name}:`));

  it('take an alert from the Broker to its end, by the model', async () => {
    const votes = await votesOn('checkout-all-well');
    expect(votes.get('trm')).toBeDefined();
    expect(votes.get('trm')).not.toMatch(/undelivered|failed|not_installed|unavailable/);
  });

  it('carry a call out: ledger, Lambda and answer', async () => {
    await saturated('web');
    await until(async () => finished('web').length > 0);
    expect(finished('web')[0]?.data).toMatchObject({
      lambda_function: 'scale-deployment',
      outcome: 'done',
      code: 'scaled',
    });
    expect(patches('web')).toEqual(['patched web: 2 replicas']);
    const keys = [
      'exec',
      running().container('valkey'),
      'redis-cli',
      '-a',
      'password-of-the-test',
      '--no-auth-warning',
    ];
    expect(Number(docker(...keys, 'dbsize'))).toBeGreaterThan(0);
  });

  it('take a call to the Lambda that it names', async () => {
    const labels = { alertname: 'KubeJobFailed', namespace: 'backup', job_name: 'restic-28934120' };
    await fire(labels, { lambda_function: 'job-rerun' });
    await until(async () => finished('restic-28934120').length > 0);
    expect(finished('restic-28934120')[0]?.data).toMatchObject({ lambda_function: 'job-rerun', code: 'not_found' });
  });

  it.each(ENTRIES.map(({ name }) => name))('%s is a user without rights, on a read-only root', (name) => {
    const said = docker('exec', running().container(name), 'node', '-e', LOOK);
    expect(JSON.parse(said)).toEqual({ uid: 65532, capabilities: '0', writable: [] });
  });

  it.each(ENTRIES)('$name runs with the flags of Node that its machine code was made with', ({ name }) => {
    const said = docker('exec', running().container(name), 'node', '-p', 'process.env.NODE_OPTIONS');
    expect(said.trim()).toBe(nodeFlags(name).join(' '));
  });

  it('hold their memory limits while twenty alerts come at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => votesOn(`checkout-many-${index}-`)));
    for (const entry of ENTRIES) {
      const { HostConfig, State } = JSON.parse(docker('inspect', running().container(entry.name)))[0];
      expect([entry.name, HostConfig.Memory]).toEqual([entry.name, Number.parseInt(memoryOf(entry), 10) * 2 ** 20]);
      expect([entry.name, State.OOMKilled, State.Running]).toEqual([entry.name, false, true]);
    }
  });

  /** What may happen to a container, and how it is put right again. */
  const FAULTS: readonly [string, (container: string) => void, (container: string) => void][] = [
    ['is paused', (name) => docker('pause', name), (name) => docker('unpause', name)],
    ['is killed', (name) => docker('kill', name), (name) => docker('start', name)],
  ];

  it.each(FAULTS)('ledger: where it %s, the call is made once it is back, and once', async (what, fault, mend) => {
    const name = `ledger-${what.split(' ')[1]}`;
    fault(running().container('valkey'));
    await saturated(name);
    await sleep(3_000);
    expect(ended(name)).toEqual([]);
    mend(running().container('valkey'));
    await until(async () => finished(name).length > 0);
    expect(patches(name)).toEqual([`patched ${name}: 2 replicas`]);
  });

  it.each(FAULTS)(
    'Lambda: where it %s, the call is carried out once it is back, and once',
    async (what, fault, mend) => {
      const name = `lambda-${what.split(' ')[1]}`;
      fault(running().container('scale-deployment'));
      await saturated(name);
      await until(async () => ended(name).length > 0);
      await sleep(1_000);
      expect(patches(name)).toEqual([]);
      mend(running().container('scale-deployment'));
      await until(async () => finished(name).length > 0);
      expect(patches(name)).toEqual([`patched ${name}: 2 replicas`]);
    },
  );

  it.each([...FAULTS, ['never starts', neverStart, () => undefined] as const])(
    'trm-reason: where it %s, the next tier answers',
    async (what, fault, mend) => {
      const name = running().container('trm-reason');
      fault(name);
      try {
        const votes = await votesOn(`checkout-${what.replace(' ', '-')}`);
        expect(votes.get('trm')).toBe('abstained: undelivered');
        expect(votes.size).toBeGreaterThan(1);
      } finally {
        mend(name);
      }
    },
  );

  function neverStart(name: string): void {
    docker('rm', '--force', name);
    docker('create', '--name', name, '--network', running().network, BASE_IMAGE, 'node');
  }
});

/** Said by a container itself: who it is, and which folders it can write to. */
const LOOK = `
const { accessSync, constants, readFileSync } = require('node:fs');
const canWrite = (path) => { try { accessSync(path, constants.W_OK); return true; } catch { return false; } };
const [, capabilities] = /CapEff:\\s*0*(\\w+)/.exec(readFileSync('/proc/self/status', 'utf8'));
const writable = ['/', '/function', '/tmp', '/etc'].filter(canWrite);
console.log(JSON.stringify({ uid: process.getuid(), capabilities, writable }));`;

/** The Triggers of the project with shorter time-outs, and one for each event that an alert can end with. */
function writeTriggers(triggers: string): void {
  cpSync(join(ROOT, 'triggers'), triggers, { recursive: true });
  const lambdas = readFileSync(join(ROOT, 'lambdas/triggers.yaml'), 'utf8').split('\n---\n');
  const own = lambdas.filter((text) => ENTRIES.some(({ name }) => text.includes(`\n  name: ${name}\n`)));
  writeFileSync(join(triggers, '800-lambdas.yaml'), own.join('\n---\n'));
  for (const file of readdirSync(triggers)) {
    const text = readFileSync(join(triggers, file), 'utf8');
    writeFileSync(join(triggers, file), text.replaceAll('timeout: PT30S', 'timeout: PT3S'));
  }
  const ends = ENDS.map((type, index) => {
    const spec = { broker: 'default', filter: { attributes: { type } }, subscriber: { uri: 'http://sink:9000/' } };
    return JSON.stringify({
      ...{ apiVersion: 'eventing.knative.dev/v1', kind: 'Trigger' },
      ...{ metadata: { name: `end-${index}` }, spec },
    });
  });
  writeFileSync(join(triggers, '900-ends.yaml'), ends.join('\n---\n'));
}

function healthOf(container: string): string {
  return docker('inspect', '--format', '{{.State.Health.Status}}', container);
}

async function until(test: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await test().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`it did not come about in ${DEADLINE_MS / 1000} s`);
    await sleep(200);
  }
}
