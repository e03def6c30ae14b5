import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Step, WorkerOrder, WorkerReply, WorkerRequest, WorkerSettings } from './messages.ts';

/** How long a thread that was asked to end may take: one step of the model is far shorter. */
const GRACE_MS = 2_000;
/** The thread's garbage is a few numbers an alert; the default lets 48 MiB of it pile up. */
const YOUNG_MIB = 2;
const ENDED = -1; // Node's threadId of a worker that is gone

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
}

/**
 * Starts the worker and resolves once the model is loaded.
 *
 * @param timeoutMs deadline of one alert, its wait for others included
 * @throws {Error} where the model cannot be loaded
 */
export async function startEngine(settings: WorkerSettings, timeoutMs: number, file = workerFile()): Promise<Engine> {
  const queue: Job[] = []; // the first one is running
  let worker: Worker | undefined; // missing while it is being replaced
  let starting: Promise<void> | undefined;
  const ending = new Set<Promise<void>>();
  let lastId = 0;
  let closed = false;

  function take(started: Worker): void {
    started.unref(); // not before: while it loads, nothing else may keep the process alive
    worker = started;
    started.on('message', finish);
    const broke = (why: string) => started === worker && giveUpFirst(new EngineFailure('failed', why));
    started.on('error', ({ message }) => broke(message));
    started.on('exit', (code) => broke(`the worker ended with ${code}`));
    runFirst();
  }

  function restart(): void {
    if (starting === undefined && !closed) starting = startAnother();
  }

  async function startAnother(): Promise<void> {
    try {
      const started = await loadWorker(settings, file);
      if (closed) await end(started);
      else take(started);
    } catch (error) {
      giveUpAll(error instanceof Error ? error.message : String(error));
    } finally {
      starting = undefined;
    }
  }

  function runFirst(): void {
    const [first] = queue;
    if (first === undefined) return;
    if (worker === undefined) restart();
    else worker.postMessage({ id: first.id, tokens: first.tokens } satisfies WorkerRequest);
  }

  function finish(reply: Exclude<WorkerReply, { ready: true }>): void {
    if (queue[0]?.id !== reply.id) return; // of a job that was given up
    const job = queue.shift();
    if ('error' in reply) job?.reject(new EngineFailure('failed', reply.error));
    else job?.resolve(reply.steps);
    runFirst();
  }

  /** The thread is ended between two steps, and the jobs behind wait for the next one. */
  function giveUpFirst(failure: EngineFailure): void {
    queue.shift()?.reject(failure);
    dismiss();
    restart();
  }

  function dismiss(): void {
    if (worker === undefined) return;
    const ended = end(worker).finally(() => ending.delete(ended));
    ending.add(ended);
    worker = undefined;
  }

  function giveUpAll(message: string): void {
    for (const job of queue.splice(0)) job.reject(new EngineFailure('failed', message));
  }

  function expire(id: number): void {
    const failure = new EngineFailure('timed_out', `no answer within ${timeoutMs} ms`);
    if (queue[0]?.id === id && worker !== undefined) {
      giveUpFirst(failure);
      return;
    }
    const at = queue.findIndex((candidate) => candidate.id === id);
    const [job] = queue.splice(at, 1);
    job?.reject(failure);
  }

  take(await loadWorker(settings, file));
  return {
    reason(tokens) {
      const id = ++lastId;
      const timer = setTimeout(() => expire(id), timeoutMs);
      const steps = new Promise<readonly Step[]>((resolve, reject) => {
        queue.push({ id, tokens, resolve, reject });
        if (queue.length === 1) runFirst();
      });
      return steps.finally(() => clearTimeout(timer));
    },
    async close() {
      closed = true;
      giveUpAll('the engine was closed');
      dismiss();
      await Promise.all([starting, ...ending]); // a process that exits during a step is aborted
    },
  };
}

/** A worker whose model is loaded; from then on its errors are the caller's. @throws {Error} where it cannot be loaded */
function loadWorker(settings: WorkerSettings, file: string): Promise<Worker> {
  const started = new Worker(file, { workerData: settings, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB } });
  return new Promise((resolve, reject) => {
    const ended = (code: number) => reject(new Error(`the worker ended with ${code} before it was ready`));
    started.once('error', reject).once('exit', ended);
    started.once('message', () => resolve(started.off('error', reject).off('exit', ended)));
  });
}

/**
 * ONNX Runtime aborts the whole process where its thread is terminated during a step, so the thread is asked first; one
 * that hangs is terminated all the same.
 */
async function end(worker: Worker): Promise<void> {
  if (worker.threadId === ENDED) return;
  const forced = setTimeout(() => void worker.terminate(), GRACE_MS);
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  worker.postMessage({ stop: true } satisfies WorkerOrder);
  await exited;
  clearTimeout(forced);
}

/** The bundled worker: beside the bundle of the function, or in dist/ for the CLI, the evaluation and the tests. */
function workerFile(): string {
  const here = import.meta.dirname;
  const candidates = ['worker.js', '../trm-reason/worker.js', '../../dist/trm-reason/worker.js'].map((path) =>
    join(here, path),
  );
  return candidates.find((path) => existsSync(path)) ?? join(here, 'worker.js');
}
