import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Whole CPUs that the container may use (cgroup v2); one where nothing limits it. */
export function cpuLimit(): number {
  try {
    const [quota, period] = readFileSync('/sys/fs/cgroup/cpu.max', 'utf8').split(' ').map(Number);
    const whole = Math.floor((quota ?? 0) / (period ?? 1));
    return Number.isFinite(whole) ? Math.min(Math.max(1, whole), availableParallelism()) : 1;
  } catch {
    return 1; // no cgroup v2 here
  }
}
