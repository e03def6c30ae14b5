import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const LOG = join(import.meta.dirname, '../../../shared/log.ts');
const LOGGING = `
  import { createLog } from ${JSON.stringify(LOG)};
  const log = createLog('a', 'info');
  log.info('x'.repeat(5_000));
  setTimeout(() => log.error('y'), 200);
  setTimeout(() => { process.stderr.write('alive'); process.exit(3); }, 400);
`;

it.skipIf(!existsSync('/dev/full'))(
  'a log on a full disk neither ends nor holds up the process',
  () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', LOGGING], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
      timeout: 20_000,
    });
    closeSync(full);
    expect([status, stderr]).toEqual([3, 'alive']);
  },
  30_000,
);
