import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FUNCTIONS } from '../../build/project.ts';
import { crashing, TYPES } from '../support/alerts.ts';
import { binary } from '../support/events.ts';
import { ROOT } from '../support/function.ts';
import { send } from '../support/http.ts';
import { BASE_IMAGE, type Cluster, docker, hasDocker, startCluster } from './docker.ts';

const ENDS = [TYPES.trigger, TYPES.suppressed, TYPES.unresolved, 'io.homelab.agent-sre.approval.requested'];
const DEADLINE_MS = 60_000;

interface Attempt {
  readonly method: string;
  readonly outcome: string;
  readonly reason: string;
}

describe.skipIf(!hasDocker)('the images on a private network', () => {
  const triggers = mkdtempSync(join(tmpdir(), 'asre-containers-'));
  let cluster: Cluster | undefined;

  beforeAll(async () => {
    writeTriggers(triggers);
    cluster = await startCluster(triggers);
    await until(async () => (await send(running().url, { method: 'GET', path: '/health/readiness' })).status === 200);
    for (const { name } of FUNCTIONS) await until(async () => healthOf(running().container(name)) === 'healthy');
  });

  afterAll(() => {
    cluster?.remove();
    rmSync(triggers, { recursive: true, force: true });
  });

  function running(): Cluster {
    if (cluster === undefined) throw new Error('the containers are not running');
    return cluster;
  }

  /** Sends an alert about a pod of this name, and returns the votes behind what came of it. */
  async function votesOn(pod: string): Promise<readonly Attempt[]> {
    const alert = { ...crashing, labels: { ...crashing.labels, pod }, startsAt: new Date().toISOString() };
    const answer = await send(running().url, {
      ...binary({ type: TYPES.fired, id: pod }, alert),
      path: '/default/default',
    });
    expect(answer.status).toBe(202);
    let votes: readonly Attempt[] | undefined;
    await until(async () => {
      const lines = running()
        .docker('logs', running().container('sink'))
        .split('\n')
        .filter((line) => line.includes(pod));
      const [event] = lines.map((line) => JSON.parse(line) as { data: { attempts?: Attempt[] } });
      votes = event?.data.attempts ?? (event?.data as { selection?: { attempts: Attempt[] } })?.selection?.attempts;
      return votes !== undefined;
    });
    return votes ?? [];
  }

  function voteOf(method: string, votes: readonly Attempt[]) {
    const vote = votes.find((each) => each.method === method);
    return vote && `${vote.outcome}: ${vote.reason}`;
  }

  it('take an alert from the Broker to its end, as a user without rights, on a read-only root', async () => {
    const votes = await votesOn('checkout-all-well');
    expect(voteOf('trm', votes)).toBeDefined();
    expect(voteOf('trm', votes)).not.toMatch(/undelivered|failed|not_installed|unavailable/);
    const written = spawnSync('docker', ['exec', running().container('trm-reason'), 'node', '-e', WRITE]);
    expect(written.stderr.toString()).toMatch(/EROFS|EACCES/);
  });

  it('hold a reasoning tier within the memory of its manifest', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => votesOn(`checkout-many-${index}-`)));
    const state = JSON.parse(docker('inspect', '--format', '{{json .State}}', running().container('trm-reason')));
    expect(state).toMatchObject({ OOMKilled: false, Running: true });
  });

  /** What is done to trm-reason, and how it is put right again. */
  const FAULTS: readonly [string, (container: string) => void, (container: string) => void][] = [
    ['is paused', (name) => docker('pause', name), (name) => docker('unpause', name)],
    ['is killed', (name) => docker('kill', name), (name) => docker('start', name)],
    ['never starts', neverStart, () => undefined],
  ];

  it.each(FAULTS)('answer by the next tier where trm-reason %s', async (what, fault, mend) => {
    const name = running().container('trm-reason');
    fault(name);
    try {
      const votes = await votesOn(`checkout-${what.replace(' ', '-')}`);
      expect(voteOf('trm', votes)).toBe('abstained: undelivered');
      expect(votes.length).toBeGreaterThan(1);
    } finally {
      mend(name);
    }
  });

  function neverStart(name: string): void {
    docker('rm', '--force', name);
    docker('create', '--name', name, '--network', name.replace('-trm-reason', ''), BASE_IMAGE, 'node');
  }
});

const WRITE = "require('node:fs').writeFileSync('/function/index.js', '')";

/** The Triggers of the project with shorter time-outs, and one for each event that an alert can end with. */
function writeTriggers(folder: string): void {
  cpSync(join(ROOT, 'triggers'), folder, { recursive: true });
  chmodSync(folder, 0o755); // the container's user is another
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), 'utf8');
    writeFileSync(join(folder, file), text.replaceAll('timeout: PT30S', 'timeout: PT3S'));
  }
  const ends = ENDS.map((type, index) => {
    const spec = { broker: 'default', filter: { attributes: { type } }, subscriber: { uri: 'http://sink:9000/' } };
    return JSON.stringify({
      ...{ apiVersion: 'eventing.knative.dev/v1', kind: 'Trigger' },
      ...{ metadata: { name: `end-${index}` }, spec },
    });
  });
  writeFileSync(join(folder, '900-ends.yaml'), ends.join('\n---\n'));
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
