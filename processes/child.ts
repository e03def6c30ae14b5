/** A function's process: started as its package says, ended in order. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { LEASH } from './leash.ts';
import { startArguments } from './start-arguments.ts';

const MAX_LOG_BYTES = 10 * 1024 * 1024;

/** Starts Node in the function's folder; what it prints goes to the end of `logFile`. */
export function launch(folder: string, logFile: string, variables: Readonly<Record<string, string>>): ChildProcess {
  const log = openLog(logFile);
  const child = spawn(process.execPath, ['--import', LEASH, ...startArguments(folder)], {
    cwd: folder,
    env: { ...process.env, ...variables },
    stdio: ['ignore', log, log, 'ipc'],
    // Ctrl-C reaches the whole terminal group; only the runner may react to it, so that it can end things in order.
    detached: true,
  });
  closeSync(log);
  return child;
}

/** Ends the process and waits for it: SIGTERM, then SIGKILL after `graceMs`. */
export async function terminate(child: ChildProcess, graceMs: number): Promise<void> {
  if (!isRunning(child)) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(killer);
}

/** Whether the process has not ended yet. */
export function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_LOG_BYTES) truncateSync(file);
  return openSync(file, 'a');
}
