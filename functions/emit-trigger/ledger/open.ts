import type { Config } from '../../../shared/config.ts';
import { AsreError } from '../../../shared/errors.ts';
import { type Ledger, ledgerOn } from './ledger.ts';
import { memoryStore } from './memory.ts';

type Settings = Pick<Config, 'LEDGER_URL' | 'LEDGER_PASSWORD_FILE' | 'LEDGER_TIMEOUT_MS'>;

/** The ledger that LEDGER_URL names. @throws {AsreError} ASRE_CONFIG_INVALID where it names none or cannot work */
export async function openLedger(settings: Settings, now: () => Date): Promise<Ledger> {
  const url = URL.canParse(settings.LEDGER_URL) ? new URL(settings.LEDGER_URL) : undefined;
  switch (url?.protocol) {
    case 'memory:':
      return ledgerOn(memoryStore(now));
    default:
      throw new AsreError(
        'ASRE_CONFIG_INVALID',
        'LEDGER_URL must be redis://HOST:6379, rediss://HOST:6379, file:///FOLDER or memory:, since nothing is done twice only where it is remembered',
      );
  }
}
