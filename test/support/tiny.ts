/** The committed tiny model (training/tests/make_tiny.py), and copies of it that differ in a point. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { functionHashes } from '../../shared/runbook/hash.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';

export const TINY = join(import.meta.dirname, '../fixtures/models/tiny');
export const RUNBOOK_DIR = join(import.meta.dirname, '../../runbook');

/** The shipped runbook without its entries. */
export const runbook = loadRunbook(RUNBOOK_DIR, { entries: false });

type Card = Record<string, unknown> & { readonly configuration: Record<string, unknown> };

export function readCard(): Card {
  return JSON.parse(readFileSync(join(TINY, 'trm.json'), 'utf8')) as Card;
}

/** A folder with the tiny model, its card fitted to the shipped catalogue and changed by `change`. */
export function copyTiny(change: (card: Card) => unknown = (card) => card): string {
  const folder = mkdtempSync(join(tmpdir(), 'tiny-model-'));
  cpSync(TINY, folder, { recursive: true });
  const card = change({ ...readCard(), functions: functionHashes(runbook.catalogue) });
  writeFileSync(join(folder, 'trm.json'), JSON.stringify(card));
  return folder;
}
