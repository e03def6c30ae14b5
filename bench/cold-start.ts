/** Cold start to readiness, and the memory of the process after some alerts. */
import { readFileSync } from 'node:fs';
import { funcYaml } from '../build/project.ts';
import type { Alert } from '../shared/alert/alert.ts';
import { TYPES } from '../test/support/alerts.ts';
import { binary } from '../test/support/events.ts';
import { type FunctionName, startFunction } from '../test/support/function.ts';
import { median } from './latency.ts';

type Environment = Readonly<Record<string, string>>;

/** Starts a bundled function some times over, as it is deployed; the last one answers the alerts before its memory is read. */
export async function coldStart(name: FunctionName, settings: Environment, alerts: readonly Alert[], starts: number) {
  const environment = { ...deployedSettings(name), ...settings, LOG_LEVEL: 'warn' };
  const ready: number[] = [];
  let memory = { resident_mib: 0, peak_mib: 0 };
  for (let index = 0; index < starts; index++) {
    const started = performance.now();
    const running = await startFunction(name, environment);
    ready.push(performance.now() - started);
    if (index === starts - 1) {
      for (const alert of alerts) await running.send(binary({ type: TYPES.trm }, { alert, attempts: [] }));
      memory = memoryOf(running.pid);
    }
    await running.stop();
  }
  return { ready_ms: median(ready), ...memory };
}

/** The variables of its func.yaml. */
function deployedSettings(name: FunctionName): Environment {
  const { run } = funcYaml({ name, kind: 'function', module: '' });
  return Object.fromEntries((run?.envs ?? []).map(({ name, value }) => [name, value]));
}

// proc(5): VmRSS and VmHWM, the peak, are in kB.
function memoryOf(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1024;
  return { resident_mib: mib('VmRSS'), peak_mib: mib('VmHWM') };
}
