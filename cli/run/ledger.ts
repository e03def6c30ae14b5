import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '../../shared/config.ts';
import { AsreError } from '../../shared/errors.ts';
import { openLedger } from '../../shared/ledger/open.ts';
import { isLocked } from '../../shared/level.ts';

/** The folder of each function that remembers: one process may have it open. */
const FOLDERS: Readonly<Record<string, string>> = { 'emit-trigger': 'ledger', 'alert-router': 'chat' };

/** Where a function remembers, in the data folder unless somebody has said so; of a folder of the user's emit-trigger alone. */
export function ledgerOf(name: string, { LEDGER_URL: given }: Config, data: string): Record<string, string> {
  const folder = FOLDERS[name];
  const isFree = given === '' || (given.startsWith('file:') && name === 'alert-router');
  return folder !== undefined && isFree ? { LEDGER_URL: pathToFileURL(resolve(data, folder)).href } : {};
}

/** The folders of a data folder in which functions remember. */
export function ledgerFolders(data: string): string[] {
  return Object.values(FOLDERS).map((folder) => join(data, folder));
}

/**
 * Opens each folder that a function will remember in, and closes it: a function that cannot use it would say so only in its log,
 * again and again. One that is in use may still belong to a run that was killed: its function waits for it.
 *
 * @throws {AsreError} ASRE_CONFIG_INVALID
 */
export async function checkLedgers(names: readonly string[], config: Config, data: string): Promise<void> {
  const remembering = names.filter((name) => name !== 'alert-router' || config.APPROVAL_WEBHOOK_URL !== '');
  for (const name of remembering) {
    const { LEDGER_URL: url = config.LEDGER_URL } = ledgerOf(name, config, data);
    if (FOLDERS[name] === undefined || !url.startsWith('file:')) continue;
    await checkLedger({ ...config, LEDGER_URL: url });
  }
}

async function checkLedger(config: Config): Promise<void> {
  try {
    const ledger = await openLedger(config, () => new Date(), { error: () => undefined });
    await ledger.close();
  } catch (error) {
    if (!(error instanceof AsreError && isLocked(error.cause))) throw error;
  }
}
