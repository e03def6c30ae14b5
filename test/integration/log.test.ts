import { spawnSync } from 'node:child_process';
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
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
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
});
