/**
 * What waits to be told lies in the ledger, with the token of an approval in it: whoever has one can approve. So it is sealed
 * by a key that is made from the address of the webhook, which is a secret too and the same for all replicas.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { parseJson } from '../../../shared/json.ts';

export interface Seal {
  /** Names the key without telling it. */
  readonly id: string;
  readonly close: (value: unknown) => string;
  /** Undefined for what was sealed by another key. */
  readonly open: (sealed: string) => unknown;
}

const CIPHER = 'aes-256-gcm';
const ID_CHARACTERS = 16;
const [KEY_BYTES, NONCE_BYTES, TAG_BYTES] = [32, 12, 16];

export function sealBy(secret: string): Seal {
  const derived = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, '', `agent-sre ${purpose}`, KEY_BYTES));
  const key = derived('chat');
  return {
    id: derived('chat id').toString('hex').slice(0, ID_CHARACTERS),
    close(value) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce);
      const content = [cipher.update(JSON.stringify(value), 'utf8'), cipher.final()];
      return Buffer.concat([nonce, ...content, cipher.getAuthTag()]).toString('base64');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64');
      try {
        const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES));
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        const content = [decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()];
        return parseJson(Buffer.concat(content).toString('utf8'));
      } catch {
        return undefined;
      }
    },
  };
}
