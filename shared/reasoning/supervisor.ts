import type { Worker } from 'node:worker_threads';
import { messageOf } from '../text/message.ts';
import { endWorker } from './worker.ts';

/** `unavailable` until another worker is loaded. */
export type Health = 'starting' | 'ready' | 'unavailable';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** Time before another worker is started: none after one failure, then ever longer until an alert is answered. */
export function pauseMs(failuresInARow: number): number {
  return failuresInARow <= 1 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (failuresInARow - 2), LONGEST_PAUSE_MS);
}

/** Keeps one worker: starts it, gives up one that broke, and starts another after a pause. */
export class Supervisor {
  /** Resolves when the first worker is ready; rejects where it cannot be loaded, which is tried again all the same. */
  readonly loaded: Promise<void>;
  health: Health = 'starting';
  private readonly load: (closing: AbortSignal) => Promise<Worker>;
  private readonly report: (message: string) => void;
  private worker: Worker | undefined;
  private failuresInARow = 0;
  private readonly closing = new AbortController();
  private pause: NodeJS.Timeout | undefined;
  /** The start and the end under way. */
  private readonly pending = new Set<Promise<void>>();

  constructor(load: (closing: AbortSignal) => Promise<Worker>, report: (message: string) => void) {
    this.load = load;
    this.report = report;
    this.loaded = this.start();
    this.track(this.loaded);
  }

  /** The worker to ask, unless it is being replaced. */
  get current(): Worker | undefined {
    return this.worker;
  }

  /** An alert was answered: earlier failures no longer count. */
  answered(): void {
    this.failuresInARow = 0;
  }

  /** Gives the worker up. No other one is started before it is gone: one that cannot be ended holds its memory. */
  replace(worker: Worker, why: string): void {
    if (worker !== this.worker) return;
    this.worker = undefined;
    this.track(endWorker(worker).then(() => this.startAgain(why)));
    this.health = 'unavailable';
  }

  /** Ends the worker, and starts none any more. */
  async close(): Promise<void> {
    this.closing.abort();
    clearTimeout(this.pause);
    const worker = this.worker;
    this.worker = undefined;
    this.health = 'unavailable';
    if (worker !== undefined) this.track(endWorker(worker));
    await Promise.all(this.pending); // a process that exits during a step is aborted
  }

  private async start(): Promise<void> {
    try {
      const worker = await this.load(this.closing.signal);
      if (this.closing.signal.aborted) await endWorker(worker);
      else this.take(worker);
    } catch (error) {
      this.health = 'unavailable';
      this.startAgain(messageOf(error));
      throw error;
    }
  }

  private take(worker: Worker): void {
    this.worker = worker;
    this.health = 'ready';
    worker.on('error', ({ message }) => this.replace(worker, message));
    worker.on('exit', (code) => this.replace(worker, `the worker ended with ${code}`));
  }

  private startAgain(why: string): void {
    if (this.closing.signal.aborted) return;
    this.failuresInARow++;
    const waitMs = pauseMs(this.failuresInARow);
    this.report(`the model is unavailable (${why}); it is started again in ${waitMs} ms`);
    this.pause = setTimeout(() => this.track(this.start()), waitMs).unref();
  }

  private track(step: Promise<void>): void {
    const settled = step.catch(() => undefined).finally(() => this.pending.delete(settled));
    this.pending.add(settled);
  }
}
