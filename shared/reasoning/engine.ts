import fastq from 'fastq';
import { type Health, Supervisor } from './supervisor.ts';
import { loadWorker, type RunEnd, runOnce } from './worker.ts';

/** Why no answer came back. */
export class EngineFailure extends Error {
  readonly reason: 'timed_out' | 'failed' | 'unavailable';

  constructor(reason: EngineFailure['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** A model in a worker thread, which reasons about one input at a time. */
export interface Engine<Input, Answer> {
  /** Rejects where the model could not be loaded; the engine then is unavailable, and tries again by itself. */
  readonly loaded: Promise<void>;
  health(): Health;
  /** What one alert may take from now on, however often the model reads it. */
  deadline(): AbortSignal;
  /** @throws {EngineFailure} past the deadline, where the worker breaks, and at once while it is being replaced */
  reason(input: Input, deadline?: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

export interface EngineOptions<Answer> {
  /** The bundled worker, which calls serveThread(). */
  readonly file: string;
  /** What the worker needs to load the model. */
  readonly settings: unknown;
  /** Time to load the model, its first run included. */
  readonly loadMs: number;
  /** Time for one alert, its wait for others included. */
  readonly alertMs: number;
  /** Longest time without progress. */
  readonly stallMs: number;
  readonly isAnswer: (value: unknown) => value is Answer;
  readonly report: (message: string) => void;
}

interface Job<Input, Answer> {
  readonly input: Input;
  readonly deadline: AbortSignal;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (failure: EngineFailure) => void;
}

/** Starts the worker; `loaded` says when it is ready. */
export function startEngine<Input, Answer>(options: EngineOptions<Answer>): Engine<Input, Answer> {
  const { file, settings, loadMs, alertMs, report } = options;
  const supervisor = new Supervisor((closing) => loadWorker(file, settings, loadMs, closing), report);
  const work = answerJob<Input, Answer>(supervisor, options);
  const queue = fastq<unknown, Job<Input, Answer>>((job, done) => void work(job).finally(() => done(null)), 1);
  const deadline = () => AbortSignal.timeout(alertMs);
  return {
    loaded: supervisor.loaded,
    health: () => supervisor.health,
    deadline,
    reason: (input, until = deadline()) => enqueue(supervisor, queue, input, until),
    close: () => supervisor.close(),
  };
}

function enqueue<Input, Answer>(
  supervisor: Supervisor,
  queue: fastq.queue<Job<Input, Answer>>,
  input: Input,
  deadline: AbortSignal,
): Promise<Answer> {
  if (supervisor.current === undefined) return Promise.reject(unavailable());
  if (deadline.aborted) return Promise.reject(timedOut());
  let expire = () => {};
  const answer = new Promise<Answer>((resolve, reject) => {
    expire = () => reject(timedOut());
    deadline.addEventListener('abort', expire);
    queue.push({ input, deadline, resolve, reject });
  });
  return answer.finally(() => deadline.removeEventListener('abort', expire));
}

/** Answers one job after the other. Jobs behind one that broke the worker are not kept waiting for the next worker. */
function answerJob<Input, Answer>(supervisor: Supervisor, { alertMs, stallMs, isAnswer }: EngineOptions<Answer>) {
  let lastId = 0;
  return async ({ input, deadline, resolve, reject }: Job<Input, Answer>): Promise<void> => {
    if (deadline.aborted) return;
    const worker = supervisor.current;
    if (worker === undefined) return reject(unavailable());
    const end = judge(await runOnce(worker, ++lastId, input, { stallMs, runMs: alertMs }), isAnswer);
    switch (end.kind) {
      case 'answer':
        supervisor.answered();
        return resolve(end.answer);
      case 'failed':
        return reject(new EngineFailure('failed', end.message));
      case 'broken':
      case 'hung':
        supervisor.replace(worker, end.message);
        return reject(new EngineFailure(end.kind === 'hung' ? 'timed_out' : 'failed', end.message));
    }
  };
}

type Judged<Answer> = Exclude<RunEnd, { kind: 'answer' }> | { readonly kind: 'answer'; readonly answer: Answer };

/** A worker that returns garbage is broken: its next answers cannot be trusted either. */
function judge<Answer>(end: RunEnd, isAnswer: (value: unknown) => value is Answer): Judged<Answer> {
  if (end.kind !== 'answer') return end;
  const { answer } = end;
  return isAnswer(answer)
    ? { kind: 'answer', answer }
    : { kind: 'broken', message: 'the answer is not one of this model' };
}

function unavailable(): EngineFailure {
  return new EngineFailure('unavailable', 'the model is down or starting again');
}

function timedOut(): EngineFailure {
  return new EngineFailure('timed_out', 'no answer before the deadline of the alert');
}
