/** A bundled function as a process of its own, as a container would run it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startArguments } from '../../processes/start-arguments.ts';
import { type HttpResponse, type Sent, send } from './http.ts';

export const ROOT = join(import.meta.dirname, '../..');
export const FUNCTIONS = ['alert-router', 'trm-reason', 'gemma-fallback', 'rule-fallback', 'emit-trigger'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];
/** The console of a cluster starts as a function does. */
type Startable = FunctionName | 'console';

/** Lies over a runbook: nothing waits for a person, and nothing is held back for a while. */
export const UNATTENDED = join(ROOT, 'test/fixtures/runbook-unattended');

/** Settings that make a function's answers depend on nothing but the event: a small runbook, no model, no memory. */
export const PLAIN = {
  RUNBOOK_DIR: `${join(ROOT, 'test/fixtures/runbook-small')}:${UNATTENDED}`,
  MODELS_DIR: join(ROOT, 'test/fixtures/no-model'),
  LEDGER_URL: 'none:',
};

export interface RunningFunction<Name extends string = FunctionName> {
  readonly name: Name;
  readonly url: string;
  readonly pid: number;
  readonly exited: Promise<number | null>;
  /** The lines that it has logged so far. */
  log(): Record<string, unknown>[];
  output(): string;
  send(sent: Sent): Promise<HttpResponse>;
  signal(name: NodeJS.Signals): void;
  /** Ends it with SIGTERM and tells the exit status. */
  stop(): Promise<number | null>;
}

type Environment = Readonly<Record<string, string>>;

const READY_LIMIT_MS = 30_000;
const POLL_MS = 5; // bench/ times a start by it
const OUTPUT_SHOWN = 2_000;
// The functions of one test live as long as it: what a failed test leaves behind ends with the test's process.
const started = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

/** Starts a function as its package does, and waits until it is ready. `preload` is code that runs in the process first. */
export async function startFunction<Name extends string>(
  name: Name,
  environment: Environment = PLAIN,
  preload?: string,
  folder = join(ROOT, 'dist', name),
): Promise<RunningFunction<Name>> {
  const port = await freePort();
  const running = launch(name, folder, { ...environment, PORT: String(port) }, port, preload);
  const failed = running.exited.then((code) => {
    throw new Error(`${name} ended with ${code} while it started:\n${running.output().slice(0, OUTPUT_SHOWN)}`);
  });
  failed.catch(() => undefined);
  await Promise.race([untilReady(running), failed]);
  return running;
}

/** Starts a function that is not expected to come up, and tells how it ended. */
export async function runToExit(name: Startable, environment: Environment) {
  const port = await freePort();
  const running = launch(name, join(ROOT, 'dist', name), { PORT: String(port), ...environment }, port);
  const code = await Promise.race([running.exited, sleep(READY_LIMIT_MS, undefined, { ref: false })]);
  running.signal('SIGKILL');
  return { code, log: running.log(), output: running.output() };
}

function launch<Name extends string>(
  name: Name,
  folder: string,
  environment: Environment,
  port: number,
  preload?: string,
): RunningFunction<Name> {
  const first = preload === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(preload)}`];
  const child = spawn(process.execPath, [...first, ...startArguments(folder)], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk));
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  void exited.then(() => started.delete(child));
  const url = `http://127.0.0.1:${port}/`;
  return {
    name,
    url,
    pid: child.pid ?? 0,
    exited,
    log: () => jsonLines(output),
    output: () => output,
    send: (sent) => send(url, sent),
    signal: (signal) => child.kill(signal),
    async stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

async function untilReady(running: RunningFunction<string>): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  while (Date.now() < deadline) {
    const answer = await running.send({ method: 'GET', path: '/health/readiness' }).catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(POLL_MS);
  }
  throw new Error(`${running.name} was not ready in time:\n${running.output().slice(0, OUTPUT_SHOWN)}`);
}

function jsonLines(output: string): Record<string, unknown>[] {
  const lines = output.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A port that nobody listens on at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
