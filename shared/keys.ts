/** Keys that a file holds, one a line: the first signs and each verifies, so that a key can be changed without a gap. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readSecretFile } from './config.ts';
import { AsreError } from './errors.ts';
import type { Log } from './log.ts';
import { watchFiles } from './secret-files.ts';
import type { SettingName } from './settings.ts';

export type Keys = readonly [Key, ...Key[]];

export interface Key {
  /** Names the key without telling it. */
  readonly id: string;
  readonly secret: string;
}

/** The keys as the file holds them now. */
export type KeySource = () => Keys;

const MOST_KEYS = 2;
const LEAST_CHARACTERS = 32;
const ID_CHARACTERS = 8;

/** The keys of a file. @throws {AsreError} ASRE_CONFIG_INVALID where it cannot be used at the start */
export function watchKeys(setting: SettingName, path: string, log: Pick<Log, 'error'>): KeySource {
  return watchFiles([path], () => readKeys(setting, path), log, 'the keys');
}

/** @throws {AsreError} ASRE_CONFIG_INVALID where the file cannot be read or holds anything but one or two keys */
export function readKeys(setting: SettingName, path: string): Keys {
  const secrets = readSecretFile(setting, path)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const [first, ...more] = secrets.map((secret): Key => ({ id: idOf(secret), secret }));
  const isShort = secrets.some((secret) => secret.length < LEAST_CHARACTERS);
  if (first === undefined || secrets.length > MOST_KEYS || isShort) {
    const what = `one or ${MOST_KEYS} keys of at least ${LEAST_CHARACTERS} characters, one a line`;
    throw new AsreError('ASRE_CONFIG_INVALID', `${setting}: the file ${path} must hold ${what}`);
  }
  return [first, ...more];
}

/** The text of a new key. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** A key that nobody else has and that ends with this process. */
export function passingKey(): KeySource {
  const secret = newSecret();
  const keys: Keys = [{ id: idOf(secret), secret }];
  return () => keys;
}

/** HMAC-SHA256 as base64url. `purpose` keeps what is signed for one thing from passing for another. */
export function macOf({ secret }: Pick<Key, 'secret'>, purpose: string, text: string): string {
  return createHmac('sha256', secret).update(`${purpose}\n${text}`).digest('base64url');
}

/** Whether two texts are the same, in a time that tells nothing of where they differ or how long a secret one is. */
export function isSameText(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

// Digests have one length, which timingSafeEqual needs.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function idOf(secret: string): string {
  return macOf({ secret }, 'agent-sre key id', '').slice(0, ID_CHARACTERS);
}
