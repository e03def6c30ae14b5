/** From nothing to ready, and what the process holds after some alerts. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '../shared/alert/alert.ts';
import { TYPES } from '../test/contract/alerts.ts';
import { binary } from '../test/contract/events.ts';
import { type FunctionName, freePort, ROOT } from '../test/contract/function.ts';
import { median } from './latency.ts';

type Environment = Readonly<Record<string, string>>;

const POLL_MS = 3;

/** Starts a bundled function some times over; the last one answers the alerts before its memory is read. */
export async function coldStart(name: FunctionName, settings: Environment, alerts: readonly Alert[], starts: number) {
  const ready: number[] = [];
  let resident_mib = 0;
  for (let index = 0; index < starts; index++) {
    const started = performance.now();
    const { url, pid, stop } = await launch(name, settings);
    ready.push(performance.now() - started);
    if (index === starts - 1) {
      for (const alert of alerts) await post(url, alert);
      resident_mib = residentMib(pid);
    }
    stop();
  }
  return { ready_ms: median(ready), resident_mib };
}

async function launch(name: FunctionName, settings: Environment) {
  const port = await freePort();
  const env = { PATH: process.env.PATH ?? '', ...settings, PORT: String(port), LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, ['index.js'], { cwd: join(ROOT, 'dist', name), env, stdio: 'ignore' });
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  const url = `http://127.0.0.1:${port}/`;
  while ((await fetch(`${url}health/readiness`).catch(() => undefined))?.status !== 200) await sleep(POLL_MS);
  return { url, pid: child.pid ?? 0, stop };
}

async function post(url: string, alert: Alert): Promise<void> {
  const { headers = {}, body = '' } = binary({ type: TYPES.trm, id: crypto.randomUUID() }, { alert, attempts: [] });
  await (await fetch(url, { method: 'POST', headers, body: String(body) })).arrayBuffer();
}

// proc(5): VmRSS is in kB.
function residentMib(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
