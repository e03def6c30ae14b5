import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../shared/config.ts';
import { newSecret, readKeys } from '../../shared/keys.ts';

/**
 * What the functions are told of the key that signs approvals: nothing where a setting names it, else a file in the data
 * folder, made once, so that a token outlives a restart.
 *
 * @throws {AsreError} ASRE_CONFIG_INVALID where the file holds no key
 */
export function approvalKey(config: Pick<Config, 'APPROVAL_KEY_FILE'>, data: string): Readonly<Record<string, string>> {
  if (config.APPROVAL_KEY_FILE !== '') return {};
  const file = join(data, 'approval-key');
  if (!existsSync(file)) writeFileSync(file, `${newSecret()}\n`, { mode: 0o600, flag: 'wx' });
  readKeys('APPROVAL_KEY_FILE', file);
  return { APPROVAL_KEY_FILE: file };
}
