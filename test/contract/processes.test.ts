import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bundledFunctions, LocalFunction } from '../../processes/functions.ts';
import { until } from '../support/until.ts';

const SERVER = `
  const { createServer } = require('node:http');
  createServer((request, response) => {
    if (request.url === '/crash') process.exit(7);
    if (request.url === '/hang') process.kill(process.pid, 'SIGSTOP');
    response.end(JSON.stringify({ pid: process.pid, cwd: process.cwd(), sink: process.env.K_SINK, service: process.env.K_SERVICE, flags: process.execArgv }));
  }).listen(Number(process.env.PORT));
`;

let folder: string;
let running: LocalFunction[];
let messages: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'functions-'));
  running = [];
  messages = [];
});

afterEach(async () => {
  await Promise.all(running.map((one) => one.stop(1_000)));
  rmSync(folder, { recursive: true });
});

function create(source: string, idleMs = 0): LocalFunction {
  mkdirSync(join(folder, 'fn'));
  writeFileSync(join(folder, 'fn', 'index.js'), source);
  writeFileSync(join(folder, 'fn', 'func.yaml'), 'name: fn\n');
  writeFileSync(join(folder, 'fn', 'package.json'), '{"scripts":{"start":"node --no-deprecation index.js"}}');
  const paths = { folder: join(folder, 'fn'), logFolder: join(folder, 'logs') };
  const settings = { name: 'fn', ...paths, environment: {}, idleMs, livenessMs: 300 };
  const created = new LocalFunction({ ...settings, report: (message) => messages.push(message) });
  created.sink('http://sink/');
  running.push(created);
  return created;
}

async function ask(
  one: LocalFunction,
  path = '/',
): Promise<{ pid: number; cwd: string; sink: string; service: string }> {
  const { url } = await one.ready();
  return (await (await fetch(new URL(path, url))).json()) as {
    pid: number;
    cwd: string;
    sink: string;
    service: string;
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Addresses of this machine other than IPv4 loopback. */
function foreignAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return ['::1', ...all.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address)];
}

function reaches(host: string, url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(new URL(url).port) });
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.unref();
  });
}

describe('a function on this machine', () => {
  test('is started on demand, once for all that wait, in its folder, with its variables, as its package says', async () => {
    const one = create(SERVER);
    expect(one.state).toBe('stopped');
    const [first, second] = await Promise.all([ask(one), ask(one)]);
    expect(first).toEqual({
      ...{ pid: second.pid, cwd: join(folder, 'fn'), sink: 'http://sink/', service: 'fn' },
      flags: expect.arrayContaining(['--no-deprecation']),
    });
    expect(bundledFunctions(folder)).toEqual(['fn']);
  });

  test('that crashes is started again, and who asks meanwhile waits for it', async () => {
    const one = create(SERVER);
    const { pid } = await ask(one);
    await ask(one, '/crash').catch(() => undefined);
    await until(() => one.pid !== pid);
    expect((await ask(one)).pid).not.toBe(pid);
    expect([one.restarts, messages.join()]).toEqual([
      1,
      expect.stringMatching(/fn ended \(exit code 7\), starting it again; log: /),
    ]);
  });

  test('that hangs is killed and started again', async () => {
    const one = create(SERVER);
    const { pid } = await ask(one);
    await expect(ask(one, '/hang')).rejects.toThrow();
    await until(() => one.pid !== pid);
    expect((await ask(one)).pid).not.toBe(pid);
    expect(messages).toEqual([
      'fn does not answer any more, killing it',
      expect.stringMatching(/^fn ended \(SIGKILL\), starting it again/),
    ]);
  });

  test.each(['Number(process.env.PORT)', "{ port: process.env.PORT, host: '::' }"])(
    'that listens on %s is reached on loopback only',
    async (where) => {
      const one = create(SERVER.replace('Number(process.env.PORT)', where));
      const { url } = await one.ready();
      expect(await reaches('127.0.0.1', url)).toBe(true);
      for (const address of foreignAddresses()) expect(await reaches(address, url), address).toBe(false);
    },
  );

  test('that is idle is stopped, and started again on demand', async () => {
    const one = create(SERVER, 200);
    const { pid } = await ask(one);
    await until(() => one.state === 'stopped');
    expect([isAlive(pid), one.restarts]).toEqual([false, 0]);
    expect((await ask(one)).pid).not.toBe(pid);
  });

  test('that is idle is stopped where the clock was set back since it was used', async () => {
    const one = create(SERVER, 200);
    await ask(one);
    const { now } = Date;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() - 3_600_000);
    await until(() => one.state === 'stopped');
    clock.mockRestore();
  });

  test('that cannot start makes who waits fail, names the log, and is tried again', async () => {
    const one = create('console.error("no model"); process.exit(3);');
    await expect(Promise.resolve(one.ready())).rejects.toThrow(/fn ended while it started; see .*fn\.log/);
    await until(() => one.restarts >= 2);
    expect(one.restarts).toBeGreaterThanOrEqual(2);
  });

  test('that cannot start twice keeps nobody waiting for the next try', async () => {
    const one = create('process.exit(3);');
    await Promise.resolve(one.ready()).catch(() => undefined);
    await until(() => one.restarts >= 2);
    await sleep(100); // less than the pause before the third start
    expect(() => one.ready()).toThrow(/fn cannot be started; see .*fn\.log/);
  });

  test('that was healthy and can no longer start is tried again ever more rarely, as any other', async () => {
    const one = create(SERVER);
    await ask(one);
    const now = performance.now.bind(performance);
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 60_000);
    writeFileSync(join(folder, 'fn', 'index.js'), 'process.exit(78);');
    await ask(one, '/crash').catch(() => undefined);
    await until(() => one.restarts >= 2);
    clock.mockRestore();
    const before = one.restarts;
    await sleep(1_500);
    expect(one.restarts - before).toBeLessThanOrEqual(3);
  });

  test('ends with SIGKILL where SIGTERM does not help', async () => {
    const one = create(`process.on('SIGTERM', () => undefined);${SERVER}`);
    const { pid } = await ask(one);
    await one.stop(200);
    expect(isAlive(pid)).toBe(false);
    expect(() => one.ready()).toThrow(/being stopped/);
  });
});
