/** Asks a function over HTTP whether it is ready, and whether it still lives. */
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const READINESS_POLL_MS = 25;
const ANSWER_MS = 2_000;
/** Probes in a row without an answer after which a function hangs; Kubernetes' default. */
const MISSES = 3;

/** Resolves with true once it is ready, with false where the signal comes first. */
export async function isReadyBefore(url: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if ((await statusOf(`${url}health/readiness`, ANSWER_MS)) === 200) return !signal.aborted;
    await sleep(READINESS_POLL_MS);
  }
  return false;
}

/** Calls `hung` once, when a function stops answering; until the signal comes. */
export async function watchLiveness(
  url: string,
  periodMs: number,
  signal: AbortSignal,
  hung: () => void,
): Promise<void> {
  for (let misses = 0; misses < MISSES; ) {
    await sleep(periodMs, undefined, { ref: false });
    const status = await statusOf(`${url}health/liveness`, periodMs);
    if (signal.aborted) return;
    misses = status === undefined ? misses + 1 : 0;
  }
  hung();
}

/** Its metrics in Prometheus' text format; undefined where it does not answer in time. */
export async function readMetrics(url: string): Promise<string | undefined> {
  const answer = await ask(`${url}metrics`, ANSWER_MS);
  return answer?.status === 200 ? answer.text : undefined;
}

/** Undefined where nobody answers in time. */
async function statusOf(url: string, timeoutMs: number): Promise<number | undefined> {
  return (await ask(url, timeoutMs))?.status;
}

function ask(url: string, timeoutMs: number): Promise<{ status: number | undefined; text: string } | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: timeoutMs, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    request.on('error', () => resolve(undefined));
    request.on('timeout', () => request.destroy());
  });
}
