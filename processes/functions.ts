/** The bundled functions as child processes: started on demand, restarted after a crash or a hang, stopped when idle. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../shared/http/client.ts';
import { freePort } from './port.ts';
import { readMetrics } from './probe.ts';
import { Restarts } from './restarts.ts';
import { type End, FunctionRun, type FunctionSettings } from './run.ts';

export type FunctionState = 'stopped' | 'starting' | 'ready' | 'stopping';

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

/** One function: at most one run at a time. */
export class LocalFunction {
  readonly settings: FunctionSettings;
  state: FunctionState = 'stopped';
  private readonly ends = new Restarts();
  private run: FunctionRun | undefined;
  private starting: Promise<Target> | undefined;
  private pausing = false;
  private ending: Promise<void> | undefined;
  /** By the monotonic clock. */
  private lastUseMs = 0;
  private closed = false;
  private sinkUrl = '';

  constructor(settings: FunctionSettings) {
    this.settings = settings;
  }

  /** Where it publishes; has to be known before it starts. */
  sink(url: string): void {
    this.sinkUrl = url;
  }

  get pid(): number | undefined {
    return this.run?.pid;
  }

  /** Where its latest run listens. */
  get target(): Target | undefined {
    return this.run?.target;
  }

  get restarts(): number {
    return this.ends.total;
  }

  /** Its metrics, while it runs; to ask for them is no use that keeps it running. */
  async metrics(): Promise<string | undefined> {
    return this.state === 'ready' && this.run !== undefined ? readMetrics(this.run.target.url) : undefined;
  }

  /** The address of the running function; starts it first if need be. Rejects, or throws, if it can't be started. */
  ready(): Target | Promise<Target> {
    this.lastUseMs = performance.now();
    if (this.state === 'ready' && this.run !== undefined) return this.run.target;
    const { name } = this.settings;
    if (this.closed) throw new Error(`${name} is being stopped`);
    if (this.pausing && this.ends.isHopeless) throw new Error(`${name} cannot be started; see ${this.run?.logFile}`);
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
    if (this.run === undefined || this.run.isOver) return Promise.resolve();
    this.state = 'stopping';
    this.ending ??= this.run.end(graceMs).finally(() => {
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
    const run = new FunctionRun(this.settings, await freePort(), this.sinkUrl, (end) => this.ended(end));
    this.run = run;
    await run.untilReady();
    this.state = 'ready';
    this.lastUseMs = performance.now();
    this.ends.succeed();
    this.watchIdleness(run.over);
    return run.target;
  }

  private ended({ how, readyMs, logFile }: End): void {
    const isWanted = this.state === 'stopping' || this.closed;
    this.state = 'stopped';
    if (isWanted) return;
    this.ends.count(readyMs);
    const { name, report } = this.settings;
    report(`${name} ended (${how}), starting it again; log: ${logFile}`);
    void this.restart();
  }

  private async restart(): Promise<void> {
    await this.starting?.catch(() => undefined); // the start that this end interrupted
    try {
      await this.ready();
    } catch {
      // Its end counts and starts it again; or it was closed in between.
    }
  }

  private watchIdleness(over: AbortSignal): void {
    const { idleMs, name, report } = this.settings;
    if (idleMs === 0) return;
    const check = setInterval(
      () => {
        if (this.state !== 'ready' || performance.now() - this.lastUseMs < idleMs) return;
        report(`${name} is idle, stopping it until it is needed`);
        void this.end(IDLE_GRACE_MS);
      },
      Math.min(idleMs, IDLE_CHECK_MS),
    );
    check.unref();
    over.addEventListener('abort', () => clearInterval(check));
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
