/** The real Knative Eventing of bench/up.sh, as the tests use it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerUnderTest } from '../support/deliveries-play.ts';
import type { Call } from '../support/listener.ts';

export const HOME = process.env.KN_HOME ?? join(tmpdir(), 'knative-bench');
export const INGRESS = 'http://10.99.0.11';
export const KNX = join(HOME, 'knx');
const INFORMERS_MS = 4_000;

/** A request to the agent, or an answer of it. */
export type AgentRequest = { readonly id: number } & AgentCommand;
export interface AgentAnswer {
  readonly id: number;
  readonly value: unknown;
}

type AgentCommand =
  | { readonly kind: 'start' }
  | { readonly kind: 'calls'; readonly from: number }
  | {
      readonly kind: 'publish';
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | {
      readonly kind: 'request';
      readonly url: string;
      readonly method: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | undefined;
    };

/** Why the bench can't run here, or undefined if it can. */
export function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'it needs Linux (network namespaces)';
  if (process.getuid?.() !== 0) return 'it needs root (network namespaces)';
  if (!works('go', ['version'])) return 'Go is not installed';
  if (!works('ip', ['-V'])) return 'iproute2 is not installed';
  return undefined;
}

/** Runs kubectl against the bench. */
export function kubectl(...args: string[]): string {
  return execFileSync(KNX, ['kubectl', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Applies objects and waits until every Trigger is ready and known to the data plane. */
export async function apply(yaml: string): Promise<void> {
  const file = join(mkdtempSync(join(tmpdir(), 'knative-')), 'objects.yaml');
  writeFileSync(file, yaml);
  kubectl('apply', '-f', file);
  kubectl('wait', '--for=condition=Ready', '-f', file, '--timeout=180s');
  await sleep(INFORMERS_MS);
}

/** Makes a Broker and returns when its ingress takes events. */
export async function makeBroker(name: string, agent: Agent): Promise<void> {
  const metadata = `{name: ${name}, namespace: default, annotations: {eventing.knative.dev/broker.class: MTChannelBasedBroker}}`;
  const file = join(mkdtempSync(join(tmpdir(), 'knative-')), 'broker.yaml');
  writeFileSync(file, `apiVersion: eventing.knative.dev/v1\nkind: Broker\nmetadata: ${metadata}\n`);
  kubectl('apply', '-f', file);
  kubectl('-n', 'default', 'wait', '--for=condition=Ready', `broker/${name}`, '--timeout=120s');
  const probe = { 'ce-specversion': '1.0', 'ce-id': 'probe', 'ce-source': '/test', 'ce-type': 'probe' };
  for (let tries = 0; tries < 60; tries++) {
    if ((await agent.publish(`/default/${name}`, probe, '')) === 202) return;
    await sleep(500);
  }
  throw new Error(`the broker ${name} took no event within 30 s`);
}

/** Removes a Broker and its Triggers. */
export function removeBroker(name: string): void {
  const triggers = kubectl(
    '-n',
    'default',
    'get',
    'triggers',
    '-o',
    'jsonpath={range .items[*]}{.spec.broker} {.metadata.name}{"\\n"}{end}',
  );
  const own = triggers.split('\n').flatMap((line) => (line.startsWith(`${name} `) ? [line.split(' ')[1] ?? ''] : []));
  if (own.length > 0) kubectl('-n', 'default', 'delete', 'trigger', '--wait=false', ...own);
  kubectl('-n', 'default', 'delete', 'broker', '--wait=false', name);
}

/** Starts a program inside the bench's network namespace. */
export function spawnInside(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): ChildProcess {
  return spawn(KNX, [...command], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** The agent: a listener and a publisher inside the namespace. */
export class Agent {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (value: unknown) => void>();
  private readonly seen: Call[] = [];
  private nextId = 1;
  private listenerUrl = '';

  constructor() {
    const entry = join(import.meta.dirname, 'agent.ts');
    this.child = spawnInside(['node', '--import', 'tsx', entry], process.cwd(), {});
    this.child.on('message', ({ id, value }: AgentAnswer) => {
      this.waiting.get(id)?.(value);
      this.waiting.delete(id);
    });
  }

  async start(): Promise<void> {
    this.listenerUrl = (await this.ask({ kind: 'start' })) as string;
  }

  /** One of the bench's Brokers, for the table of deliveries. */
  underTest(name: string): BrokerUnderTest {
    return {
      name,
      listener: this.listenerUrl,
      apply,
      publish: (headers, body) => this.publish(`/default/${name}`, headers, body),
      request: (method, path, headers, body) => this.request(method, INGRESS + path, headers, body),
      calls: () => this.calls(),
    };
  }

  async publish(path: string, headers: Readonly<Record<string, string>>, body: string): Promise<number> {
    return (await this.ask({ kind: 'publish', url: INGRESS + path, headers, body })) as number;
  }

  async request(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string | undefined,
  ): Promise<number> {
    return (await this.ask({ kind: 'request', url, method, headers, body })) as number;
  }

  async calls(): Promise<readonly Call[]> {
    this.seen.push(...((await this.ask({ kind: 'calls', from: this.seen.length })) as Call[]));
    return this.seen;
  }

  stop(): void {
    this.child.disconnect();
  }

  private ask(command: AgentCommand): Promise<unknown> {
    const id = this.nextId++;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.child.send({ id, ...command });
    });
  }
}

/** Whether the bench is up. */
export function isUp(): boolean {
  return existsSync(join(HOME, 'run', 'pids')) && works(KNX, ['kubectl', 'get', '--raw=/readyz']);
}

function works(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, [...args], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
