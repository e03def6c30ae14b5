import { createHash } from 'node:crypto';
import type { Catalogue } from './runbook.ts';

/** For each function, SHA-256 over what a model must agree on with the catalogue: name, risk and parameter schema. */
export function functionHashes(catalogue: Catalogue): Record<string, string> {
  const hashes = [...catalogue.values()].map(({ name, risk, schema }) => {
    const hash = createHash('sha256').update(JSON.stringify([name, risk, schema]));
    return [name, hash.digest('hex')];
  });
  return Object.fromEntries(hashes);
}
