/** The bundled functions as child processes: started on demand, restarted after a crash, stopped when idle. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Target, targetOf } from '../shared/http/client.ts';
import { startArguments } from './start-arguments.ts';

export interface FunctionSettings {
  readonly name: string;
  /** Its folder with package.json; also its working directory. */
  readonly folder: string;
  readonly logFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Stop after so long without a delivery; 0 never stops. */
  readonly idleMs: number;
  report(message: string): void;
}

export type FunctionState = 'stopped' | 'starting' | 'ready' | 'stopping';

const START_LIMIT_MS = 60_000;
const READINESS_POLL_MS = 25;
const FIRST_RESTART_MS = 100;
const LONGEST_RESTART_MS = 10_000;
/** A function that ran so long is healthy again: the next crash counts as its first. */
const HEALTHY_MS = 30_000;
const MAX_LOG_BYTES = 10 * 1024 * 1024;
// Below the ports that systems give to outgoing connections: one of those could take it before the function does.
const FIRST_PORT = 20_000;
const PORTS = 10_000;
const PORT_TRIES = 100;
// A function must not outlive its runner, not even one that was killed with -9: the IPC channel breaks then.
const LEASH = 'data:text/javascript,process.on("disconnect",()=>process.exit(0));process.channel?.unref()';

/** Names of the functions under `folder`: its subfolders with a func.yaml and a package.json. */
export function bundledFunctions(folder: string): string[] {
  if (!exists(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && exists(join(folder, entry.name, 'func.yaml')))
    .map((entry) => entry.name)
    .filter((name) => exists(join(folder, name, 'package.json')))
    .sort();
}

/** One function: at most one process at a time. */
export class LocalFunction {
  readonly settings: FunctionSettings;
  state: FunctionState = 'stopped';
  restarts = 0;
  private child: ChildProcess | undefined;
  private target: Target | undefined;
  private starting: Promise<Target> | undefined;
  private ending: Promise<void> | undefined;
  private crashes = 0;
  private readySince = 0;
  private lastUse = 0;
  private closed = false;
  private sinkUrl = '';
  private idleCheck: NodeJS.Timeout | undefined;

  constructor(settings: FunctionSettings) {
    this.settings = settings;
  }

  /** Where it publishes; has to be known before it starts. */
  sink(url: string): void {
    this.sinkUrl = url;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** The address of the running function; starts it first if need be. Rejects if it can't be started. */
  ready(): Target | Promise<Target> {
    this.lastUse = Date.now();
    if (this.state === 'ready' && this.target !== undefined) return this.target;
    if (this.closed) throw new Error(`${this.settings.name} is being stopped`);
    this.starting ??= this.start().finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  /** Ends the process: SIGTERM, then SIGKILL after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.closed = true;
    await this.end(graceMs);
  }

  private end(graceMs: number): Promise<void> {
    this.ending ??= this.terminate(graceMs).finally(() => {
      this.ending = undefined;
    });
    return this.ending;
  }

  private async terminate(graceMs: number): Promise<void> {
    const child = this.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    this.state = 'stopping';
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await gone;
    clearTimeout(killer);
  }

  private async start(): Promise<Target> {
    await this.ending;
    if (this.crashes > 1) await sleep(restartDelay(this.crashes));
    if (this.closed) throw new Error(`${this.settings.name} is being stopped`);
    this.state = 'starting';
    const port = await freePort();
    const child = this.launch(port);
    this.child = child;
    const failed = new Promise<never>((_, reject) => {
      child.once('error', (error) => reject(new Error(`${this.settings.name} can't be started: ${error.message}`)));
      child.once('exit', () => reject(new Error(`${this.settings.name} ended while it started; see ${this.logFile}`)));
    });
    failed.catch(() => undefined);
    child.once('exit', (code, signal) => this.ended(child, code, signal));
    await Promise.race([failed, this.untilReady(child, port)]);
    return this.becomeReady(port);
  }

  private becomeReady(port: number): Target {
    this.state = 'ready';
    this.readySince = this.lastUse = Date.now();
    this.target = targetOf(`http://127.0.0.1:${port}/`);
    this.watchIdleness();
    return this.target;
  }

  private launch(port: number): ChildProcess {
    const { name, folder, logFolder, environment } = this.settings;
    mkdirSync(logFolder, { recursive: true });
    if (exists(this.logFile) && statSync(this.logFile).size > MAX_LOG_BYTES) truncateSync(this.logFile);
    const log = openSync(this.logFile, 'a');
    const child = spawn(process.execPath, ['--import', LEASH, ...startArguments(folder)], {
      cwd: folder,
      env: { ...process.env, ...environment, PORT: String(port), K_SINK: this.sinkUrl, K_SERVICE: name },
      stdio: ['ignore', log, log, 'ipc'],
      // Ctrl-C reaches the whole terminal group; only the runner may react to it, so that it can end things in order.
      detached: true,
    });
    closeSync(log);
    return child;
  }

  get logFile(): string {
    return join(this.settings.logFolder, `${this.settings.name}.log`);
  }

  private async untilReady(child: ChildProcess, port: number): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
      if ((await statusOf(`http://127.0.0.1:${port}/health/readiness`)) === 200) return;
      await sleep(READINESS_POLL_MS);
    }
    child.kill('SIGKILL');
    throw new Error(`${this.settings.name} was not ready after ${START_LIMIT_MS / 1000} s; see ${this.logFile}`);
  }

  private ended(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.child !== child) return;
    const wanted = this.state !== 'stopping' && !this.closed;
    this.state = 'stopped';
    this.target = undefined;
    clearInterval(this.idleCheck);
    if (!wanted) return;
    this.crashes = this.readySince > 0 && Date.now() - this.readySince > HEALTHY_MS ? 1 : this.crashes + 1;
    this.readySince = 0; // of this run: the next one may never get ready
    this.restarts++;
    this.settings.report(
      `${this.settings.name} ended (${signal ?? `exit code ${code}`}), starting it again; log: ${this.logFile}`,
    );
    this.restart();
  }

  private restart(): void {
    // The start that this end interrupted, if any, has to settle first.
    setImmediate(() => {
      if (this.closed) return;
      try {
        Promise.resolve(this.ready()).catch(() => undefined);
      } catch {
        // Closed in between.
      }
    });
  }

  private watchIdleness(): void {
    clearInterval(this.idleCheck);
    const { idleMs, name, report } = this.settings;
    if (idleMs === 0) return;
    this.idleCheck = setInterval(
      () => {
        if (this.state !== 'ready' || Date.now() - this.lastUse < idleMs) return;
        report(`${name} is idle, stopping it until it is needed`);
        void this.end(10_000);
      },
      Math.min(idleMs, 5_000),
    );
    this.idleCheck.unref();
  }
}

function restartDelay(crashes: number): number {
  return Math.min(FIRST_RESTART_MS * 2 ** crashes, LONGEST_RESTART_MS);
}

function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: 2_000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', () => resolve(undefined));
    request.on('timeout', () => request.destroy());
  });
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORT_TRIES; tries++) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${FIRST_PORT} to ${FIRST_PORT + PORTS - 1} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.on('error', () => resolve(false));
    probe.listen(port, () => probe.close(() => resolve(true)));
  });
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
