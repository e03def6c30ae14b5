/** CPU time of processes, user and system, all threads. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
// proc(5): utime and stime are fields 14 and 15; the name, field 2, may hold spaces and ends with the last bracket.
const UTIME = 14 - 3;

/** Milliseconds of CPU that a process has used so far; Linux counts them in ticks of 10 ms. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[UTIME]) + Number(fields[UTIME + 1])) * 1000) / TICKS_PER_SECOND;
}

/** The CPU that each process uses while `run` runs. */
export async function cpuWhile<Name extends string>(
  pids: ReadonlyMap<Name, number>,
  run: () => Promise<void>,
): Promise<ReadonlyMap<Name, number>> {
  const before = new Map([...pids].map(([name, pid]) => [name, cpuMs(pid)]));
  await run();
  return new Map([...pids].map(([name, pid]) => [name, cpuMs(pid) - (before.get(name) ?? 0)]));
}
