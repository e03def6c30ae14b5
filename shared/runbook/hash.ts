import { createHash } from 'node:crypto';
import type { Catalogue } from './runbook.ts';

/** SHA-256 over what a model must agree on with the catalogue: names, risks and parameter schemas. */
export function catalogueHash(catalogue: Catalogue): string {
  const functions = [...catalogue.values()].map(({ name, risk, schema }) => [name, risk, schema]);
  return createHash('sha256').update(JSON.stringify(functions)).digest('hex');
}
