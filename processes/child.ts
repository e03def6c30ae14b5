/** A function's process: started as its package says, ended in order. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../shared/folder.ts';
import { startArguments } from './start-arguments.ts';

const MAX_LOG_BYTES = 10 * 1024 * 1024;

/**
 * Imported first by every function on this machine. A function must not outlive its runner, not even one that was killed
 * with -9: the IPC channel breaks then. And no other machine may reach it, although its runtime (faas-js-runtime) listens
 * on every address and cannot be told not to.
 */
const LEASH_SOURCE = `
import { Server } from 'node:net';
process.on('disconnect', () => process.exit(0));
process.channel?.unref();
const { listen } = Server.prototype;
Server.prototype.listen = function (where, ...more) {
  const options = typeof where === 'object' ? where : { port: where };
  return listen.call(this, { ...options, host: '127.0.0.1' }, ...more);
};
`;

const LEASH = `data:text/javascript,${encodeURIComponent(LEASH_SOURCE)}`;

/** Starts Node in the function's folder; what it prints goes to the end of `logFile`. */
export function launch(folder: string, logFile: string, variables: Readonly<Record<string, string>>): ChildProcess {
  const log = openLog(logFile);
  const child = spawn(process.execPath, ['--import', LEASH, ...startArguments(folder)], {
    cwd: folder,
    env: { ...process.env, ...variables },
    stdio: ['ignore', log, log, 'ipc'],
    // Ctrl-C reaches the whole terminal group; only the runner may react to it, to shut down in order.
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
  makeFolder(dirname(file));
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_LOG_BYTES) truncateSync(file);
  return openSync(file, 'a');
}
