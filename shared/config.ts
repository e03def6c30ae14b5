import { readFileSync } from 'node:fs';
import { AsreError } from './errors.ts';
import type { Setting } from './setting.ts';
import { SETTINGS, type SettingName } from './settings.ts';

export type Config = { readonly [Name in SettingName]: ReturnType<(typeof SETTINGS)[Name]['parse']> };

/**
 * Reads every setting from `env` once.
 *
 * @throws {AsreError} ASRE_CONFIG_INVALID, with a line for each variable that cannot be used: its name and what it takes
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const complaints: string[] = [];
  const entries = Object.entries(SETTINGS).map(([name, setting]) => {
    const value = env[name]?.trim() ?? '';
    return [name, value === '' ? setting.fallback : parseSetting(name, setting, value, complaints)];
  });
  if (complaints.length > 0) throw new AsreError('ASRE_CONFIG_INVALID', complaints.join('\n'));
  return Object.fromEntries(entries) as Config;
}

/** The trimmed content of a secret file. @throws {AsreError} ASRE_CONFIG_INVALID where it cannot be read or is empty. */
export function readSecretFile(setting: SettingName, path: string): string {
  const content = readFile(setting, path).trim();
  if (content === '') throw new AsreError('ASRE_CONFIG_INVALID', `${setting}: the file ${path} is empty`);
  return content;
}

function readFile(setting: SettingName, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AsreError('ASRE_CONFIG_INVALID', `${setting}: cannot read the file ${path}`, { cause });
  }
}

function parseSetting(name: string, setting: Setting<unknown>, value: string, complaints: string[]): unknown {
  try {
    return setting.parse(value);
  } catch (error) {
    const expectation = error instanceof Error ? error.message : 'another value';
    complaints.push(`${name} must be ${expectation}; unset it for the default`);
    return setting.fallback;
  }
}
