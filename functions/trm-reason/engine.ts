import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Step, WorkerReply, WorkerRequest, WorkerSettings } from './messages.ts';

/** Why no steps came back. */
export class EngineFailure extends Error {
  readonly reason: 'timed_out' | 'failed';

  constructor(reason: EngineFailure['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Runs the model in a worker thread, one alert at a time. */
export interface Engine {
  /** @throws {EngineFailure} past the deadline, or where the worker breaks; the next alert gets a new worker */
  reason(tokens: readonly number[]): Promise<readonly Step[]>;
  close(): Promise<void>;
}

interface Job extends WorkerRequest {
  readonly resolve: (steps: readonly Step[]) => void;
  readonly reject: (failure: EngineFailure) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Starts the worker and resolves once the model is loaded.
 *
 * @param timeoutMs deadline of one alert, its wait for others included
 * @throws {Error} where the model cannot be loaded
 */
export async function startEngine(settings: WorkerSettings, timeoutMs: number, file = workerFile()): Promise<Engine> {
  const queue: Job[] = []; // the first one is running
  let worker = await startWorker();
  let lastId = 0;
  let closed = false;

  function startWorker(): Promise<Worker> {
    const started = new Worker(file, { workerData: settings });
    started.unref();
    return new Promise((resolve, reject) => {
      started.on('message', (reply: WorkerReply) => ('ready' in reply ? resolve(started) : finish(reply)));
      started.on('error', (error) => {
        reject(error);
        void replaceWorker(new EngineFailure('failed', error.message));
      });
    });
  }

  function runFirst(): void {
    const [first] = queue;
    if (first !== undefined) worker.postMessage({ id: first.id, tokens: first.tokens } satisfies WorkerRequest);
  }

  function finish(reply: Exclude<WorkerReply, { ready: true }>): void {
    if (queue[0]?.id !== reply.id) return; // of a job that was given up
    const job = queue.shift();
    clearTimeout(job?.timer);
    if ('error' in reply) job?.reject(new EngineFailure('failed', reply.error));
    else job?.resolve(reply.steps);
    runFirst();
  }

  /** A run cannot be interrupted: the thread is ended, and the jobs behind it wait for the next one. */
  async function replaceWorker(failure: EngineFailure): Promise<void> {
    const job = queue.shift();
    clearTimeout(job?.timer);
    job?.reject(failure);
    if (closed) return;
    const old = worker;
    worker = await startWorker();
    await old.terminate();
    runFirst();
  }

  function expire(id: number): void {
    const failure = new EngineFailure('timed_out', `no answer within ${timeoutMs} ms`);
    if (queue[0]?.id === id) return void replaceWorker(failure);
    const [job] = queue.splice(
      queue.findIndex((candidate) => candidate.id === id),
      1,
    );
    job?.reject(failure);
  }

  return {
    reason(tokens) {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        queue.push({ id, tokens, resolve, reject, timer: setTimeout(() => expire(id), timeoutMs) });
        if (queue.length === 1) runFirst();
      });
    },
    async close() {
      closed = true;
      await worker.terminate();
    },
  };
}

/** The bundled worker: beside the bundle of the function, or in dist/ for the CLI, the evaluation and the tests. */
function workerFile(): string {
  const here = import.meta.dirname;
  const candidates = ['worker.js', '../trm-reason/worker.js', '../../dist/trm-reason/worker.js'].map((path) =>
    join(here, path),
  );
  return candidates.find((path) => existsSync(path)) ?? join(here, 'worker.js');
}
