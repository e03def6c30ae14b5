import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { crashing, TYPES } from '../support/alerts.ts';
import { binary } from '../support/events.ts';
import { PLAIN, startFunction } from '../support/function.ts';
import { readEvent } from '../support/http.ts';

/** A directory of the whole size: `python -m gemma.make --shape 270m --last-logits --out DIR` (training/), or the published one. */
const DIRECTORY = process.env.GEMMA_SOAK_DIR;
const ALERTS = 40;
const PODS = 7;
const LIMIT_MIB = 3_072;

describe.skipIf(DIRECTORY === undefined)('FunctionGemma in its whole size', () => {
  it(`answers ${ALERTS} alerts while probes are answered, and its memory stays where it is`, async () => {
    const running = await startFunction('gemma-fallback', {
      ...{ RUNBOOK_DIR: PLAIN.RUNBOOK_DIR, GEMMA_MODEL_DIR: DIRECTORY ?? '', GEMMA_THREADS: '2' },
      ...{ GEMMA_MIN_CALL_PROBABILITY: '0', GEMMA_TIMEOUT_MS: '120000' },
    });
    const memory: number[] = [];
    for (let index = 0; index < ALERTS; index++) {
      const alert = { ...crashing, labels: { ...crashing.labels, pod: `web-${index % PODS}` } };
      const answer = running.send(binary({ type: TYPES.gemma }, { alert, attempts: [] }));
      const started = performance.now();
      expect((await running.send({ method: 'GET', path: '/health/readiness' })).status).toBe(200);
      expect(performance.now() - started).toBeLessThan(1_000);
      const { headers, text } = await answer;
      expect(readEvent(headers, text).data).toMatchObject({ attempts: [{ method: 'gemma', parsing: 'slots' }] });
      memory.push(residentMib(running.pid));
    }
    expect(Math.max(...memory)).toBeLessThan(LIMIT_MIB);
    expect(memory.at(-1) ?? 0).toBeLessThan(1.2 * (memory[PODS] ?? 0));
    expect(await running.stop()).toBe(0);
  }, 600_000);
});

function residentMib(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
