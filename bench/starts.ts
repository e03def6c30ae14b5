/** The CPU from the start of a process to its readiness, and its memory then, beside a bare function on the same runtime. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startArguments } from '../processes/start-arguments.ts';
import { FUNCTIONS, freePort, ROOT } from '../test/support/function.ts';
import { bundleEcho } from './echo.ts';
import { median } from './latency.ts';

export interface StartResult {
  readonly function: string;
  readonly cpu_ms: number;
  readonly echo_cpu_ms: number;
  readonly ratio: number;
  readonly resident_mib: number;
}

const READY_LIMIT_MS = 30_000;

/** Starts each function so many times, in turns with the bare one, so that both see the same load on the machine. */
export async function measureStarts(starts: number): Promise<StartResult[]> {
  const { folder, remove } = await bundleEcho();
  const cpu = new Map<string, number[]>();
  const memory = new Map<string, number[]>();
  const folders = { echo: folder, ...Object.fromEntries(FUNCTIONS.map((name) => [name, join(ROOT, 'dist', name)])) };
  for (let round = 0; round < starts; round++) {
    for (const [name, each] of Object.entries(folders)) {
      const used = await startOnce(each);
      cpu.set(name, [...(cpu.get(name) ?? []), used.cpuMs]);
      memory.set(name, [...(memory.get(name) ?? []), used.residentMib]);
    }
  }
  remove();
  const echo = median(cpu.get('echo') ?? []);
  return [...cpu].map(([name, values]) => ({
    ...{ function: name, cpu_ms: median(values), echo_cpu_ms: echo, ratio: median(values) / echo },
    resident_mib: median(memory.get(name) ?? []),
  }));
}

async function startOnce(folder: string) {
  const port = await freePort();
  const env = { PATH: process.env.PATH ?? '', PORT: String(port), LOG_LEVEL: 'warn', LEDGER_URL: 'memory:' };
  const child = spawn(process.execPath, startArguments(folder), { cwd: folder, env, stdio: 'ignore' });
  const pid = child.pid ?? 0;
  try {
    await untilReady(`http://127.0.0.1:${port}/health/readiness`);
    return { cpuMs: cpuMs(pid), residentMib: residentMib(pid) };
  } finally {
    child.kill('SIGKILL');
  }
}

async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer !== undefined) return void (await answer.arrayBuffer());
    await sleep(5);
  }
  throw new Error(`${url} was not answered`);
}

// The first field of schedstat is the time on a CPU in ns: finer than the ticks of 10 ms that bench/cpu.ts reads.
function cpuMs(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const times = tasks.map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]));
  return times.reduce((all, time) => all + time, 0) / 1e6;
}

/** proc(5): VmRSS is in kB. */
function residentMib(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
