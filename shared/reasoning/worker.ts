/** One worker thread with a model in it: loaded, asked once, ended. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { isReply, type Order } from './protocol.ts';

/** How long a thread that was asked to end may take: one step of a model is far shorter. */
const GRACE_MS = 2_000;
/** The thread's garbage is a few numbers an alert; the default lets 48 MiB of it pile up. */
const YOUNG_MIB = 1;
const ENDED = -1; // Node's threadId of a worker that is gone

export interface RunLimits {
  /** Longest time without progress: past it the run hangs. */
  readonly stallMs: number;
  /** Longest time of a run. */
  readonly runMs: number;
}

/** How a run ended; after `hung` and `broken` the worker is of no use any more. */
export type RunEnd =
  | { readonly kind: 'answer'; readonly answer: unknown }
  | { readonly kind: 'failed' | 'hung' | 'broken'; readonly message: string };

/** A worker whose model is loaded; it keeps no process alive. @throws {Error} where that fails or takes too long */
export async function loadWorker(
  file: string,
  settings: unknown,
  limitMs: number,
  closing: AbortSignal,
): Promise<Worker> {
  const worker = new Worker(file, { workerData: settings, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB } });
  const waiting = new AbortController();
  const limit = setTimeout(() => waiting.abort(), limitMs);
  try {
    await untilReady(worker, AbortSignal.any([waiting.signal, closing]));
    worker.unref(); // not before: while it loads, nothing else may keep the process alive
    return worker;
  } catch (error) {
    void worker.terminate();
    throw waiting.signal.aborted ? new Error(`the worker was not ready after ${limitMs} ms`) : error;
  } finally {
    clearTimeout(limit);
    waiting.abort();
  }
}

async function untilReady(worker: Worker, signal: AbortSignal): Promise<void> {
  const ended = once(worker, 'exit', { signal }).then(([code]) => {
    throw new Error(`the worker ended with ${code} before it was ready`);
  });
  const [message] = await Promise.race([once(worker, 'message', { signal }), ended]);
  if (!isReply(message) || message.kind !== 'ready') throw new Error('the worker said something else than ready');
}

/** Has the worker reason about one input; never rejects. */
export function runOnce(worker: Worker, id: number, input: unknown, limits: RunLimits): Promise<RunEnd> {
  return new Promise((resolve) => {
    const end = (ending: RunEnd) => {
      watch.stop();
      worker.off('message', hear).off('error', fail).off('exit', exit);
      resolve(ending);
    };
    const hear = (message: unknown) => {
      if (!isReply(message)) return end({ kind: 'broken', message: 'the worker said what no worker says' });
      if (message.kind === 'ready' || message.id !== id) return; // of a run that was given up
      if (message.kind === 'progress') watch.progress();
      else end(message);
    };
    const fail = ({ message }: Error) => end({ kind: 'broken', message });
    const exit = (code: number) => end({ kind: 'broken', message: `the worker ended with ${code}` });
    const watch = watchRun(limits, (message) => end({ kind: 'hung', message }));
    worker.on('message', hear).on('error', fail).on('exit', exit);
    worker.postMessage({ id, input } satisfies Order<unknown>);
  });
}

/**
 * Ends the worker. ONNX Runtime aborts the whole process where its thread is terminated during a step, so the thread is
 * asked first; one that hangs is terminated all the same.
 */
export async function endWorker(worker: Worker): Promise<void> {
  if (worker.threadId === ENDED) return;
  const forced = setTimeout(() => void worker.terminate(), GRACE_MS);
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  worker.once('error', () => undefined); // it is on its way out
  worker.postMessage({ stop: true } satisfies Order<unknown>);
  await exited;
  clearTimeout(forced);
}

/** The bundled worker of a function: beside its bundle, or in dist/ for the CLI, the evaluation and the tests. */
export function workerFile(name: string): string {
  const here = import.meta.dirname;
  const candidates = ['worker.js', `../${name}/worker.js`, `../../dist/${name}/worker.js`].map((path) =>
    join(here, path),
  );
  return candidates.find((path) => existsSync(path)) ?? join(here, 'worker.js');
}

/** Calls `hung` past a limit. Its timers keep the process alive for the run, which the worker does not. */
function watchRun({ stallMs, runMs }: RunLimits, hung: (message: string) => void) {
  let steps = 0;
  const overrun = setTimeout(() => hung(`no answer within ${runMs} ms`), runMs);
  // What was said while this thread was busy is read before it is judged.
  const stall = setTimeout(() => {
    const seen = steps;
    setImmediate(() => {
      if (seen === steps) hung(`no progress within ${stallMs} ms`);
    });
  }, stallMs);
  return {
    progress() {
      steps++;
      stall.refresh();
    },
    stop() {
      clearTimeout(overrun);
      clearTimeout(stall);
    },
  };
}
