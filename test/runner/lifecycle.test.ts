import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENTRY, isBuilt, System } from './system.ts';

interface Ending {
  readonly code: number;
  readonly output: string;
}

async function run(...args: readonly string[]): Promise<Ending> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [ENTRY, ...args]);
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

function alive(pids: Iterable<number>): number[] {
  return [...pids].filter((pid) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  });
}

describe.skipIf(!isBuilt())('the life of the runner', () => {
  let system: System;

  beforeAll(async () => {
    system = await System.create('http://127.0.0.1:9/', []);
    await system.start();
  }, 90_000);

  afterAll(() => system.remove(), 30_000);

  test('it says where to send alerts, and which functions run', async () => {
    expect(system.output).toContain(`webhook_configs: [{url: '${system.url}'}]`);
    expect([...(await system.functions()).keys()].sort()).toEqual([
      'alert-router',
      'emit-trigger',
      'gemma-fallback',
      'rule-fallback',
      'trm-reason',
    ]);
  });

  test('a second one on its data folder or its port is told what to do', async () => {
    const data = /Data +(\S+):/.exec(system.output)?.[1] ?? '';
    expect(await run('--port', '0', '--data', data)).toEqual({
      code: 1,
      output: expect.stringContaining('is in use by another runner'),
    });
    const other = await run('--port', String(system.port), '--data', `${data}-other`);
    expect(other).toEqual({
      code: 1,
      output: expect.stringContaining('another program has the port: start with --port N'),
    });
  });

  test('a wrong option, a missing folder and an unknown Service are told what to do', async () => {
    expect(await run('--prot', '1')).toEqual({ code: 1, output: expect.stringContaining('See --help') });
    expect(await run('--triggers', '/nowhere')).toEqual({ code: 1, output: expect.stringContaining('--triggers DIR') });
    const unbuilt = await run('--functions', '/nowhere', '--port', '0');
    expect(unbuilt).toEqual({
      code: 1,
      output: expect.stringMatching(/there is no function '.+' in \/nowhere; run npm run build/),
    });
    expect(await run('--help')).toEqual({ code: 0, output: expect.stringContaining('Usage: npm start') });
  });

  test('kill -9 of the runner takes its functions along', async () => {
    const pids = [...(await system.functions()).values()];
    await system.kill();
    for (let waited = 0; alive(pids).length > 0 && waited < 10_000; waited += 50) await sleep(50);
    expect(alive(pids)).toEqual([]);
  }, 30_000);

  test('SIGTERM ends everything in order', async () => {
    await system.start();
    // A function whose port another test took in between is started again.
    await expect.poll(async () => (await system.functions()).size, { timeout: 10_000 }).toBe(5);
    const pids = [...(await system.functions()).values()];
    expect(pids, system.output).toHaveLength(5);
    expect(await system.end('SIGTERM')).toBe(0);
    expect(alive(pids)).toEqual([]);
    expect(system.output).toContain('stopped; 0 events under way wait for the next start, 0 are undelivered');
  }, 90_000);
});
