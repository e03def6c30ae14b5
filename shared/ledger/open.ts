import { fileURLToPath } from 'node:url';
import { type Config, readSecretFile } from '../config.ts';
import { AsreError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Ledger, ledgerOn } from './ledger.ts';
import { forgetfulStore, memoryStore } from './memory.ts';
import { LEDGER_KINDS, parseLedgerUrl } from './url.ts';

type Settings = Pick<Config, 'LEDGER_URL' | 'LEDGER_PASSWORD_FILE' | 'LEDGER_TIMEOUT_MS'>;

/** The ledger that LEDGER_URL names. @throws {AsreError} ASRE_CONFIG_INVALID where it names none or cannot work */
export async function openLedger(settings: Settings, now: () => Date, log: Pick<Log, 'error'>): Promise<Ledger> {
  const { LEDGER_URL: text, LEDGER_TIMEOUT_MS: timeoutMs } = settings;
  const found = parseLedgerUrl(text);
  switch (found?.kind) {
    case 'none:':
      return ledgerOn(forgetfulStore());
    case 'memory:':
      return ledgerOn(memoryStore(now));
    case 'file:': {
      const { embeddedStore } = await import('./embedded.ts'); // loaded only where it is used, as Redis is: a start waits for it
      return ledgerOn(await embeddedStore(fileURLToPath(found.url), now));
    }
    case 'redis:':
    case 'rediss:': {
      const { redisStore } = await import('./redis.ts');
      const report = (why: string) => log.error({ why }, 'the ledger cannot be relied on');
      return ledgerOn(redisStore({ url: text, ...passwordOf(settings), timeoutMs }, report));
    }
    case undefined:
      throw new AsreError(
        'ASRE_CONFIG_INVALID',
        `LEDGER_URL must be ${LEDGER_KINDS}: what is not remembered is done twice`,
      );
  }
}

function passwordOf({ LEDGER_PASSWORD_FILE: file }: Settings): { password?: string } {
  return file === '' ? {} : { password: readSecretFile('LEDGER_PASSWORD_FILE', file) };
}
