import { parentPort } from 'node:worker_threads';
import { messageOf } from '../text/message.ts';
import type { Order, Reply } from './protocol.ts';

/** Reasons about one input; `progress` must be called more often than the engine's `stallMs`. */
export type Reasoner<Input, Answer> = (input: Input, progress: () => void) => Promise<Answer>;

/**
 * The thread's side of an engine: loads the model, which includes its slow first run, and answers until it is told to
 * stop. What `load` throws ends the thread.
 */
export async function serveThread<Input, Answer>(load: () => Promise<Reasoner<Input, Answer>>): Promise<void> {
  const reason = await load();
  // A step is one call on this thread, so there is none under way where a message is read.
  parentPort?.on('message', (order: Order<Input>) => {
    if ('stop' in order) process.exit(0);
    void answer(reason, order.id, order.input);
  });
  post({ kind: 'ready' });
}

async function answer<Input, Answer>(reason: Reasoner<Input, Answer>, id: number, input: Input): Promise<void> {
  try {
    post({ kind: 'answer', id, answer: await reason(input, () => post({ kind: 'progress', id })) });
  } catch (error) {
    post({ kind: 'failed', id, message: messageOf(error) });
  }
}

function post<Answer>(reply: Reply<Answer>): void {
  parentPort?.postMessage(reply);
}
