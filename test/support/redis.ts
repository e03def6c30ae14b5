/** A Redis (or Valkey) of the system, on a port of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { freePort } from './function.ts';

export interface RunningRedis {
  readonly url: string;
  readonly port: number;
  /** Has it carry out a command. */
  command(...words: string[]): Promise<void>;
  /** Ends it with -9, and all connections with it. */
  kill(): Promise<void>;
  /** Starts it again with what was on its disk. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const PROGRAMS = ['redis-server', 'valkey-server'] as const;

/** Those that are installed: apt-get install redis-server, or valkey-server where the distribution has it. */
export const REDIS_PROGRAMS = PROGRAMS.filter((program) => spawnSync(program, ['--version']).error === undefined);

const READY_LIMIT_MS = 10_000;

/** Every write is on its disk before it is answered, so that a kill loses nothing. */
export async function startRedis(program: string): Promise<RunningRedis> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'asre-redis-'));
  const options = [
    '--port',
    String(port),
    '--dir',
    folder,
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
    '--save',
    '',
  ];
  let child: ChildProcess;
  process.once('exit', () => child.kill('SIGKILL')); // a test that failed has not stopped it
  const restart = async () => {
    child = spawn(program, options, { stdio: 'ignore' });
    await untilListening(port);
  };
  const kill = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  await restart();
  const stop = async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `redis://127.0.0.1:${port}`;
  const command = async (...words: string[]) => {
    const client = await createClient({ url }).connect();
    await client.sendCommand(words);
    client.destroy();
  };
  return { url, port, command, kill, restart, stop };
}

async function untilListening(port: number): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  while (!(await isListening(port))) {
    if (Date.now() > deadline) throw new Error('Redis was not ready in time');
    await sleep(20);
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end('PING\r\n'));
    socket.on('data', (data) => resolve(data.toString().startsWith('+PONG')));
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  });
}
