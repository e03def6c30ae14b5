import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENTRY, isBuilt, ROOT, System } from '../support/runner.ts';

interface Ending {
  readonly code: number;
  readonly output: string;
}

async function run(...args: readonly string[]): Promise<Ending> {
  return runWith({}, ...args);
}

async function runWith(settings: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ending> {
  const env = { ...process.env, ...settings };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [ENTRY, 'run', ...args], { env });
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
      code: 2,
      output: expect.stringContaining('is in use by an agent-sre run'),
    });
    const other = await run('--port', String(system.port), '--data', `${data}-other`);
    expect(other).toEqual({
      code: 2,
      output: expect.stringContaining('another program has the port: start with --port N'),
    });
  });

  const RUNBOOK = { RUNBOOK_DIR: 'test/fixtures/runbook/bad/catalogue-missing-risk' };

  test.each<[string, Readonly<Record<string, string>>, readonly string[], RegExp]>([
    ['option', {}, ['--prot', '1'], /^agent-sre: Unknown option '--prot' \(see agent-sre run --help\)$/],
    [
      'form of number',
      {},
      ['--idle', '0x10'],
      /^agent-sre: --idle must be a whole number from 0 to 86400, not "0x10"$/,
    ],
    ['number', {}, ['--port', 'x'], /^agent-sre: --port must be a whole number from 0 to 65535, not "x"$/],
    ['folder', {}, ['--triggers', '/nowhere'], /^agent-sre: there is no folder \/nowhere \(.* --triggers DIR\)$/],
    ['Service', {}, ['--functions', '/nowhere'], /there is no function ".+" in \/nowhere \(run npm run build/],
    ['setting', { TRM_ENABLED: 'yes' }, [], /^agent-sre: TRM_ENABLED must be true or false; .+$/],
    ['namespace', { PROTECTED_NAMESPACES: 'Shop' }, [], /^agent-sre: PROTECTED_NAMESPACES must be names of .+$/],
    ['secret', { WEBHOOK_TOKEN_FILE: 'no/token' }, [], /^agent-sre: WEBHOOK_TOKEN_FILE: cannot read .*\/no\/token .+$/],
    ['runbook', RUNBOOK, [], /^agent-sre: \/.+\/catalogue\.yaml:\d+: .+'risk' and \d+ more .+$/],
  ])('a wrong %s is one line and the end, before a function starts', async (_, settings, args, line) => {
    const { code, output } = await runWith(settings, '--port', '0', '--data', '/tmp/agent-sre-none', ...args);
    expect(output.trimEnd()).toMatch(line);
    expect(code).toBe(2);
  });

  test('kill -9 of the runner takes its functions along', async () => {
    const pids = [...(await system.functions()).values()];
    await system.kill();
    for (let waited = 0; alive(pids).length > 0 && waited < 10_000; waited += 50) await sleep(50);
    expect(alive(pids)).toEqual([]);
  }, 30_000);

  test('npm that is ended by SIGTERM takes the whole system along', async () => {
    const data = mkdtempSync(join(tmpdir(), 'agent-sre-npm-'));
    const args = ['start', '--', '--port', '0', '--data', data];
    const npm = spawn('npm', args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    npm.stdout.on('data', (chunk: Buffer) => (output += chunk));
    const gone = new Promise((resolve) => npm.once('close', resolve)); // when every process that holds its output is gone
    await expect.poll(() => output, { timeout: 60_000 }).toContain('Ctrl-C ends it.');
    const pids = [...output.matchAll(/\(ready, pid (\d+)\)/g)].map(([, pid]) => Number(pid));
    npm.kill('SIGTERM');
    await gone;
    expect(alive(pids)).toEqual([]);
    rmSync(data, { recursive: true });
  }, 90_000);

  test('SIGTERM ends everything in order', async () => {
    await system.start();
    // A function whose port another test took in between is started again.
    await expect.poll(async () => (await system.functions()).size, { timeout: 10_000 }).toBe(5);
    const pids = [...(await system.functions()).values()];
    expect(pids, system.output).toHaveLength(5);
    expect(await system.end('SIGTERM')).toBe(0);
    expect(alive(pids)).toEqual([]);
    expect(system.output).toContain('stopped; events under way, for the next start: 0; undelivered: 0');
  }, 90_000);
});
