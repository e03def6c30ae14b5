import { defineConfig } from 'vitest/config';

/** `npm run test:mutation`: the tests of the code that Stryker changes, quick enough to run for each change. */
export default defineConfig({
  test: {
    setupFiles: ['./test/support/seed.ts'],
    include: [
      'test/unit/shared/runbook/*.test.ts',
      'test/unit/functions/{emit-trigger,rule-fallback}/*.test.ts',
      'test/unit/functions/trm-reason/select.test.ts',
    ],
  },
});
