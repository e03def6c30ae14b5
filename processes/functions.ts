/** The bundled functions as child processes: started on demand, restarted after a crash or a hang, stopped when idle. */
import type { ChildProcess } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Target, targetOf } from '../shared/http/client.ts';
import { isRunning, launch, terminate } from './child.ts';
import { freePort } from './port.ts';
import { isReadyBefore, watchLiveness } from './probe.ts';
import { Restarts } from './restarts.ts';

export interface FunctionSettings {
  readonly name: string;
  /** Its folder with package.json; also its working directory. */
  readonly folder: string;
  readonly logFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Stop after so long without a delivery; 0 never stops. */
  readonly idleMs: number;
  /** Time between two liveness probes. */
  readonly livenessMs?: number;
  report(message: string): void;
}

export type FunctionState = 'stopped' | 'starting' | 'ready' | 'stopping';

const START_LIMIT_MS = 60_000;
const LIVENESS_MS = 3_000;
const IDLE_CHECK_MS = 5_000;
const IDLE_GRACE_MS = 10_000;

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
  private readonly ends = new Restarts();
  private child: ChildProcess | undefined;
  private target: Target | undefined;
  private starting: Promise<Target> | undefined;
  private pausing = false;
  private ending: Promise<void> | undefined;
  private readySince: number | undefined;
  private lastUse = 0;
  private closed = false;
  private sinkUrl = '';
  /** Ends what watches the process that runs now. */
  private watching = new AbortController();

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

  get restarts(): number {
    return this.ends.total;
  }

  get logFile(): string {
    return join(this.settings.logFolder, `${this.settings.name}.log`);
  }

  /** The address of the running function; starts it first if need be. Rejects, or throws, if it can't be started. */
  ready(): Target | Promise<Target> {
    this.lastUse = Date.now();
    if (this.state === 'ready' && this.target !== undefined) return this.target;
    const { name } = this.settings;
    if (this.closed) throw new Error(`${name} is being stopped`);
    if (this.pausing && this.ends.isHopeless) throw new Error(`${name} cannot be started; see ${this.logFile}`);
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
    const { child } = this;
    if (child === undefined || !isRunning(child)) return Promise.resolve();
    this.state = 'stopping';
    this.ending ??= terminate(child, graceMs).finally(() => {
      this.ending = undefined;
    });
    return this.ending;
  }

  private async start(): Promise<Target> {
    await this.ending;
    this.pausing = true;
    await sleep(this.ends.pauseMs);
    this.pausing = false;
    if (this.closed) throw new Error(`${this.settings.name} is being stopped`);
    this.state = 'starting';
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    const { name, folder, environment } = this.settings;
    const variables = { ...environment, PORT: String(port), K_SINK: this.sinkUrl, K_SERVICE: name };
    const child = launch(folder, this.logFile, variables);
    this.child = child;
    child.once('exit', (code, signal) => this.ended(child, code, signal));
    await this.untilReady(child, url);
    return this.becomeReady(child, url);
  }

  private async untilReady(child: ChildProcess, url: string): Promise<void> {
    const { name } = this.settings;
    const limit = AbortSignal.timeout(START_LIMIT_MS);
    const gone = new AbortController();
    child.once('exit', () => gone.abort());
    child.once('error', ({ message }) => {
      this.settings.report(`${name}: ${message}`);
      gone.abort();
    });
    if (await isReadyBefore(url, AbortSignal.any([limit, gone.signal]))) return;
    child.kill('SIGKILL');
    const what = gone.signal.aborted ? 'ended while it started' : `was not ready after ${START_LIMIT_MS / 1000} s`;
    throw new Error(`${name} ${what}; see ${this.logFile}`);
  }

  private becomeReady(child: ChildProcess, url: string): Target {
    const target = targetOf(url);
    this.state = 'ready';
    this.target = target;
    this.readySince = this.lastUse = Date.now();
    this.ends.succeed();
    this.watching = new AbortController();
    this.watchIdleness(this.watching.signal);
    void watchLiveness(url, this.settings.livenessMs ?? LIVENESS_MS, this.watching.signal, () => this.endHung(child));
    return target;
  }

  private endHung(child: ChildProcess): void {
    this.settings.report(`${this.settings.name} does not answer any more, killing it`);
    child.kill('SIGKILL');
  }

  private ended(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.child !== child) return;
    const isWanted = this.state === 'stopping' || this.closed;
    this.state = 'stopped';
    this.target = undefined;
    this.watching.abort();
    const readyMs = this.readySince === undefined ? undefined : Date.now() - this.readySince;
    this.readySince = undefined; // of this run: the next one may never get ready
    if (isWanted) return;
    this.ends.count(readyMs);
    const { name, report } = this.settings;
    report(`${name} ended (${signal ?? `exit code ${code}`}), starting it again; log: ${this.logFile}`);
    // The start that this end interrupted, if any, has to settle first.
    setTimeout(() => this.restart(), 0);
  }

  private async restart(): Promise<void> {
    await this.starting?.catch(() => undefined);
    try {
      await this.ready();
    } catch {
      // Its end counts and starts it again; or it was closed in between.
    }
  }

  private watchIdleness(signal: AbortSignal): void {
    const { idleMs, name, report } = this.settings;
    if (idleMs === 0) return;
    const check = setInterval(
      () => {
        if (this.state !== 'ready' || Date.now() - this.lastUse < idleMs) return;
        report(`${name} is idle, stopping it until it is needed`);
        void this.end(IDLE_GRACE_MS);
      },
      Math.min(idleMs, IDLE_CHECK_MS),
    );
    check.unref();
    signal.addEventListener('abort', () => clearInterval(check));
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
