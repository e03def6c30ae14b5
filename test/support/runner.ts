/** The bundled system as a process, for tests that kill parts of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { freePort } from '../../processes/port.ts';

export const ROOT = join(import.meta.dirname, '..', '..');
// Set ASRE_DIST to test a build that nobody rebuilds meanwhile.
const DIST = process.env.ASRE_DIST ?? join(ROOT, 'dist');
export const ENTRY = join(DIST, 'cli', 'index.mjs');

/** Whether `npm run build` has been run. */
export function isBuilt(): boolean {
  return existsSync(ENTRY) && existsSync(join(DIST, 'emit-trigger', 'index.js'));
}

export class System {
  readonly port: number;
  private readonly folder: string;
  private readonly env: Readonly<Record<string, string>>;
  private child: ChildProcess | undefined;
  output = '';

  private constructor(port: number, folder: string, env: Readonly<Record<string, string>>) {
    this.port = port;
    this.folder = folder;
    this.env = env;
  }

  /** A system whose outcomes of the given types also go to `listener`. */
  static async create(
    listener: string,
    types: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<System> {
    const folder = mkdtempSync(join(tmpdir(), 'system-'));
    cpSync(join(ROOT, 'triggers'), join(folder, 'triggers'), { recursive: true });
    const documents = types.map((type, index) => stringify(observer(type, index, listener)));
    writeFileSync(join(folder, 'triggers', '999-observers.yaml'), documents.join('---\n'));
    return new System(await freePort(), folder, env);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** The data folder. */
  get data(): string {
    return join(this.folder, 'data');
  }

  /** Its Triggers; what is put there before the start counts. */
  get triggers(): string {
    return join(this.folder, 'triggers');
  }

  /** Starts the runner, on what an earlier one left; resolves when everything is ready. */
  async start(...more: readonly string[]): Promise<void> {
    const args = [
      ENTRY,
      'run',
      '--port',
      String(this.port),
      '--data',
      this.data,
      '--triggers',
      this.triggers,
      '--functions',
      DIST,
    ];
    const child = spawn(process.execPath, [...args, ...more], { env: { ...process.env, ...this.env } });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.output = (this.output + chunk.toString()).slice(-20_000);
      });
    }
    this.output = '';
    for (let waited = 0; !this.output.includes('Ctrl-C ends it.'); waited += 20) {
      if (waited > 60_000 || child.exitCode !== null) throw new Error(`the runner did not start:\n${this.output}`);
      await sleep(20);
    }
  }

  /** Process ids of the running functions by name. */
  async functions(): Promise<ReadonlyMap<string, number>> {
    const status = await (await fetch(this.url)).text();
    const found = status.matchAll(/([a-z-]+) \(ready, pid (\d+)\)/g);
    return new Map([...found].map(([, name = '', pid]) => [name, Number(pid)]));
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** kill -9 of the runner. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Ends the runner with a signal and says its exit code. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
    return child.exitCode;
  }

  /** Ends what still runs and removes its data. */
  async remove(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function observer(type: string, index: number, listener: string): unknown {
  return {
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Trigger',
    metadata: { name: `observer-${index}` },
    spec: {
      broker: 'default',
      filter: { attributes: { type } },
      subscriber: { uri: listener },
      delivery: { retry: 10, backoffPolicy: 'linear', backoffDelay: 'PT0.1S' },
    },
  };
}

/** An Alertmanager payload with `count` firing alerts, numbered from `first`. */
export function webhook(first: number, count: number): unknown {
  const alerts = Array.from({ length: count }, (_, offset) => ({
    status: 'firing',
    labels: { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: `api${first + offset}`, container: 'api' },
    annotations: { summary: 'crashes' },
    startsAt: '2026-11-23T10:00:00Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus/graph',
    fingerprint: (first + offset).toString(16).padStart(16, '0'),
  }));
  const empty = { groupLabels: {}, commonLabels: {}, commonAnnotations: {} };
  const group = { version: '4', groupKey: `{}:${first}`, receiver: 'agent-sre', status: 'firing', truncatedAlerts: 0 };
  return { ...group, ...empty, externalURL: 'http://alertmanager', alerts };
}

/** Posts as Alertmanager does: until it is taken. */
export async function sendLikeAlertmanager(url: string, payload: unknown): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(payload) };
  for (let tries = 0; tries < 200; tries++) {
    const response = await fetch(url, init).catch(() => undefined);
    await response?.arrayBuffer().catch(() => undefined);
    if (response?.ok === true) return;
    await sleep(100);
  }
  throw new Error('the webhook was never taken');
}
