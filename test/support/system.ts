/** The whole of agent-sre on this machine: the runner with the bundled functions, and a subscriber beside them. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { ROOT } from './function.ts';

export interface System {
  /** Where Alertmanager posts to. */
  readonly url: string;
  readonly pid: number;
  /** Its data folder. */
  readonly data: string;
  /** The process of each function. */
  pids(): Promise<ReadonlyMap<string, number>>;
  output(): string;
  stop(): Promise<void>;
}

const READY_LIMIT_MS = 60_000;

/** What stands where the Lambda functions and people would: the address gets the events of these types. */
export interface Subscriber {
  readonly url: string;
  readonly types: readonly string[];
}

/** Starts everything. */
export async function startSystem(
  subscriber: Subscriber,
  environment: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'asre-system-'));
  const triggers = join(folder, 'triggers');
  cpSync(join(ROOT, 'triggers'), triggers, { recursive: true });
  mkdirSync(join(folder, 'data'));
  writeFileSync(
    join(triggers, '900-subscriber.yaml'),
    subscriber.types.map((type) => triggerOf(type, subscriber.url)).join('---\n'),
  );
  const options = ['--port', '0', '--quiet', '--data', join(folder, 'data'), '--triggers', triggers, ...more];
  const child = spawn(process.execPath, ['dist/cli/index.mjs', 'run', ...options], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const url = await addressIn(() => output, ended).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return {
    url,
    pid: child.pid ?? 0,
    data: join(folder, 'data'),
    output: () => output,
    pids: async () => functionPids(await (await fetch(url)).text()),
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function triggerOf(type: string, uri: string): string {
  return stringify({
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Trigger',
    metadata: { name: `subscriber-${type.split('.').slice(-2).join('-')}` },
    spec: { broker: 'default', filter: { attributes: { type } }, subscriber: { uri } },
  });
}

async function addressIn(output: () => string, ended: Promise<unknown>): Promise<string> {
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  const deadline = Date.now() + READY_LIMIT_MS;
  while (Date.now() < deadline && !hasEnded) {
    const [, url] = /^Alertmanager +(http:\S+)[\s\S]*Ctrl-C/m.exec(output()) ?? [];
    if (url !== undefined) return url;
    await sleep(50);
  }
  throw new Error(`the runner did not start:\n${output()}`);
}

function functionPids(status: string): Map<string, number> {
  const found = status.matchAll(/([a-z-]+) \(ready, pid (\d+)\)/g);
  return new Map([...found].map(([, name = '', pid = '']) => [name, Number(pid)]));
}
