import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '../../shared/config.ts';

/** The folder of each function that remembers: one process may have it open. */
const FOLDERS: Readonly<Record<string, string>> = { 'emit-trigger': 'ledger', 'alert-router': 'chat' };

/** Where a function remembers, in the data folder unless somebody has said so; of a folder of the user's emit-trigger alone. */
export function ledgerOf(name: string, { LEDGER_URL: given }: Config, data: string): Record<string, string> {
  const folder = FOLDERS[name];
  const isFree = given === '' || (given.startsWith('file:') && name === 'alert-router');
  return folder !== undefined && isFree ? { LEDGER_URL: pathToFileURL(resolve(data, folder)).href } : {};
}
