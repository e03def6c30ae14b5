import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { checkLedgers } from '../../../../cli/run/ledger.ts';
import { readConfig } from '../../../../shared/config.ts';
import { openLedger } from '../../../../shared/ledger/open.ts';
import { temporaryFolder } from '../../../support/terminal.ts';

const NAMES = ['alert-router', 'emit-trigger', 'trm-reason'];
const config = readConfig({});

async function ledgerIn(data: string) {
  const LEDGER_URL = pathToFileURL(join(data, 'ledger')).href;
  return openLedger({ ...config, LEDGER_URL }, () => new Date(), { error: () => undefined });
}

it('a ledger that is damaged ends the start, with what to do', async () => {
  const data = temporaryFolder({});
  await (await ledgerIn(data)).close();
  writeFileSync(join(data, 'ledger', 'CURRENT'), 'garbage');
  await expect(checkLedgers(NAMES, config, data)).rejects.toMatchObject({
    code: 'ASRE_CONFIG_INVALID',
    message: expect.stringContaining('agent-sre queue repair'),
  });
  await expect(checkLedgers(['trm-reason'], config, data)).resolves.toBeUndefined();
});

it('a ledger that a killed run still holds does not end it', async () => {
  const data = temporaryFolder({});
  const held = await ledgerIn(data);
  await expect(checkLedgers(NAMES, config, data)).resolves.toBeUndefined();
  await held.close();
  await expect(checkLedgers(NAMES, config, data)).resolves.toBeUndefined();
});
