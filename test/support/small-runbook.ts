import { join } from 'node:path';
import { loadRunbook } from '../../shared/runbook/load.ts';

/** The small runbook of the tests: the shipped catalogue and policy with a handful of entries. */
export const smallRunbook = loadRunbook(join(import.meta.dirname, '../fixtures/runbook-small'), { entries: true });
