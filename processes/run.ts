/** One run of a function: from the start of its process, over its readiness, to its end. */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { type Target, targetOf } from '../shared/http/client.ts';
import { isRunning, launch, terminate } from './child.ts';
import { isReadyBefore, watchLiveness } from './probe.ts';

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

/** How a run ended. */
export interface End {
  /** The signal or the exit code. */
  readonly how: string;
  /** How long it was ready; undefined where it never was. */
  readonly readyMs: number | undefined;
  readonly logFile: string;
}

const START_LIMIT_MS = 60_000;
const LIVENESS_MS = 3_000;

export class FunctionRun {
  readonly target: Target;
  readonly logFile: string;
  private readonly settings: FunctionSettings;
  private readonly child: ChildProcess;
  private readonly ending = new AbortController();
  /** By the monotonic clock. */
  private readySinceMs: number | undefined;

  /** Starts the process; `ended` is called once, when it has ended for whatever reason. */
  constructor(settings: FunctionSettings, port: number, sinkUrl: string, ended: (end: End) => void) {
    const { name, folder, logFolder, environment } = settings;
    this.settings = settings;
    this.target = targetOf(`http://127.0.0.1:${port}/`);
    this.logFile = join(logFolder, `${name}.log`);
    const variables = { ...environment, PORT: String(port), K_SINK: sinkUrl, K_SERVICE: name };
    this.child = launch(folder, this.logFile, variables);
    this.child.once('error', ({ message }) => {
      settings.report(`${name}: ${message}`);
      this.ending.abort();
    });
    this.child.once('exit', (code, signal) => {
      this.ending.abort();
      ended({ how: signal ?? `exit code ${code}`, readyMs: this.readyMs, logFile: this.logFile });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Aborts when the process has ended. */
  get over(): AbortSignal {
    return this.ending.signal;
  }

  get isOver(): boolean {
    return !isRunning(this.child);
  }

  /** Resolves when it is ready; from then on it is killed once it hangs. Rejects where it ends or takes too long. */
  async untilReady(): Promise<void> {
    const { name, livenessMs = LIVENESS_MS } = this.settings;
    const { url } = this.target;
    if (!(await isReadyBefore(url, AbortSignal.any([this.over, AbortSignal.timeout(START_LIMIT_MS)])))) {
      this.child.kill('SIGKILL');
      const what = this.over.aborted ? 'ended while it started' : `was not ready after ${START_LIMIT_MS / 1000} s`;
      throw new Error(`${name} ${what}; see ${this.logFile}`);
    }
    this.readySinceMs = performance.now();
    void watchLiveness(url, livenessMs, this.over, () => this.kill());
  }

  /** Ends the process: SIGTERM, then SIGKILL after `graceMs`. */
  end(graceMs: number): Promise<void> {
    return terminate(this.child, graceMs);
  }

  private kill(): void {
    this.settings.report(`${this.settings.name} does not answer any more, killing it`);
    this.child.kill('SIGKILL');
  }

  private get readyMs(): number | undefined {
    return this.readySinceMs === undefined ? undefined : performance.now() - this.readySinceMs;
  }
}
