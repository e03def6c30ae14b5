import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const MODULE = resolve(import.meta.dirname, '../../shared/log.ts');

/** The messages that a process has printed which logs two lines and then ends so. */
function printed(ending: string): string[] {
  const code = `
    const { createLog } = await import(${JSON.stringify(MODULE)});
    const log = createLog('test', 'info');
    log.info('first');
    ${ending}`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', code];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 64 * 1_048_576 });
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).msg]));
}

describe('what was logged is printed', () => {
  it.each([
    ['ends by itself', "log.info('last');"],
    ['exits', "log.info('last'); process.exit(3);"],
    ['throws', "log.info('last'); throw new Error('x');"],
    ['hangs after an error, and is killed', "log.error('last'); setImmediate(hang);"],
  ])('by a process that %s', (_, ending) => {
    const hang =
      'function hang() { const end = Date.now() + 500; while (Date.now() < end); process.kill(process.pid, 9); }';
    expect(printed(`${hang} ${ending}`)).toEqual(['first', 'last']);
  });

  it('though there are as many lines at once as a webhook can hold alerts', () => {
    const all = "for (let i = 0; i < 20_000; i++) log.warn({ why: 'x'.repeat(250) }, 'rejected');";
    expect(printed(all)).toHaveLength(20_001);
  });
});

describe.skipIf(!existsSync('/dev/full'))('a log on a full disk', () => {
  const LATER = `
    log.info('x'.repeat(5_000));
    setTimeout(() => log.error('y'), 200);
    setTimeout(() => { process.stderr.write('alive'); process.exit(3); }, 400);`;
  it.each([
    ['neither ends nor holds up the process', LATER, 3, 'alive'],
    ['does not keep it from its exit where nothing was written before', `log.info('x'); process.exit(3)`, 3, ''],
    ['nor from its end', `log.info('x')`, 0, ''],
  ])('%s', (_, then, status, stderr) => {
    const code = `const { createLog } = await import(${JSON.stringify(MODULE)}); const log = createLog('test', 'info'); ${then}`;
    const full = openSync('/dev/full', 'w');
    const ended = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
      timeout: 20_000,
    });
    closeSync(full);
    expect([ended.status, ended.stderr]).toEqual([status, stderr]);
  });
});
