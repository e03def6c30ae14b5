/** Holds the folder of a ledger for a test, which ends this process with -9. Time is that of the test. */
import { embeddedStore } from '../../shared/ledger/embedded.ts';
import type { Store, Write } from '../../shared/ledger/ledger.ts';

/** To read or to write, in a folder; to close it otherwise. */
export interface Question {
  readonly folder: string;
  readonly nowMs: number;
  readonly read?: readonly string[];
  readonly write?: readonly Write[];
}

let nowMs = 0;
let store: Store | undefined;

process.on('message', async (question: Question) => {
  nowMs = question.nowMs;
  process.send?.(await answerTo(question));
});

async function answerTo({ folder, read, write }: Question): Promise<unknown> {
  store ??= await embeddedStore(folder, () => new Date(nowMs));
  if (read !== undefined) return store.read(read);
  if (write !== undefined) return store.write(new Map(), write);
  await store.close();
  store = undefined;
  return true;
}
