import { join } from 'node:path';
import { ROOT } from './function.ts';

/** The shipped runbook as the build compiles it for the rules: the same entries, read in a tenth of the time. */
export const SHIPPED_RUNBOOK = join(ROOT, 'dist/rule-fallback/runbook');
