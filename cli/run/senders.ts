import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkCredentials, watchCredentials } from '../../functions/alert-router/credentials.ts';
import type { Config } from '../../shared/config.ts';
import type { HttpClient } from '../../shared/http/client.ts';

/** Who may send events to this port where the webhook asks for a credential. */
export interface Senders {
  /** What the functions are told, so that they may publish. */
  readonly environment: Readonly<Record<string, string>>;
  /** @throws {AsreError} ASRE_UNAUTHORIZED */
  check(authorization: string | undefined): void;
  /** A client whose requests to this port are let in. */
  admitted(client: HttpClient, url: () => string): HttpClient;
}

/** Anyone who reaches the port. */
export const ANYONE: Senders = { environment: {}, check: () => undefined, admitted: (client) => client };

/**
 * Those who have the webhook's credential, and this system itself, by a token that each start makes anew.
 * A stranger who could post events past the webhook would need no credential.
 *
 * @throws {AsreError} ASRE_CONFIG_INVALID where a file of a credential cannot be read
 */
export function readSenders(config: Config, data: string, report: (message: string) => void): Senders {
  if (config.WEBHOOK_TOKEN_FILE === '' && config.WEBHOOK_BASIC_FILE === '') return ANYONE;
  const token = `Bearer ${randomBytes(32).toString('base64url')}`;
  const file = join(data, 'broker-token');
  writeFileSync(file, token.slice('Bearer '.length), { mode: 0o600 });
  const credentials = watchCredentials(config, { error: (_: unknown, message?: unknown) => report(String(message)) });
  return {
    environment: { OIDC_TOKEN_FILE: file },
    check: (authorization) => checkCredentials([...credentials(), token], authorization),
    admitted: (client, url) => ({
      ...client,
      send(target, headers, body, timeoutMs) {
        const own = url();
        const isOwn = own !== '' && target.url.startsWith(own);
        return client.send(target, isOwn ? { ...headers, authorization: token } : headers, body, timeoutMs);
      },
    }),
  };
}
