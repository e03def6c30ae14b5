import { type Config, readSecretFile } from '../../shared/config.ts';
import { AsreError } from '../../shared/errors.ts';
import { isSameText } from '../../shared/keys.ts';
import type { Log } from '../../shared/log.ts';
import { watchFiles } from '../../shared/secret-files.ts';

type CredentialFiles = Pick<Config, 'WEBHOOK_TOKEN_FILE' | 'WEBHOOK_BASIC_FILE'>;

/** The Authorization headers that the webhook takes; none means that anyone may post. */
export type Credentials = readonly string[];

/** The credentials as the files hold them now. */
export type CredentialSource = () => Credentials;

/** @throws {AsreError} ASRE_CONFIG_INVALID where they cannot be read at the start */
export function watchCredentials(config: CredentialFiles, log: Pick<Log, 'error'>): CredentialSource {
  const files = [config.WEBHOOK_TOKEN_FILE, config.WEBHOOK_BASIC_FILE].filter((file) => file !== '');
  return watchFiles(files, () => readCredentials(config), log, 'the credentials of the webhook');
}

/** @throws {AsreError} ASRE_CONFIG_INVALID where a file cannot be read or is empty */
export function readCredentials(config: CredentialFiles): Credentials {
  const accepted: string[] = [];
  if (config.WEBHOOK_TOKEN_FILE !== '') {
    accepted.push(`Bearer ${readSecretFile('WEBHOOK_TOKEN_FILE', config.WEBHOOK_TOKEN_FILE)}`);
  }
  if (config.WEBHOOK_BASIC_FILE !== '') {
    const pair = readSecretFile('WEBHOOK_BASIC_FILE', config.WEBHOOK_BASIC_FILE);
    if (!pair.includes(':')) throw new AsreError('ASRE_CONFIG_INVALID', 'WEBHOOK_BASIC_FILE must hold user:password');
    accepted.push(`Basic ${Buffer.from(pair).toString('base64')}`);
  }
  return accepted;
}

/** @throws {AsreError} ASRE_UNAUTHORIZED unless the header is one of the credentials, compared in constant time */
export function checkCredentials(credentials: Credentials, header: string | string[] | undefined): void {
  if (credentials.length === 0) return;
  const given = normalise(String(header ?? ''));
  const matches = credentials.map((credential) => isSameText(credential, given));
  if (!matches.includes(true)) throw new AsreError('ASRE_UNAUTHORIZED', 'the webhook needs a credential');
}

// Schemes are case-insensitive (RFC 9110, 11.1).
function normalise(header: string): string {
  return header
    .replace(/^bearer +/i, 'Bearer ')
    .replace(/^basic +/i, 'Basic ')
    .trim();
}
