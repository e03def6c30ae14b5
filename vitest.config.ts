import { defineConfig } from 'vitest/config';

/** `npm test`. What needs a real Knative runs by `npm run test:knative` (vitest.knative.config.ts). */
export default defineConfig({
  test: {
    setupFiles: ['./test/support/seed.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    include: ['test/{unit,contract,integration}/**/*.test.ts'],
    // Most tests start processes of their own: more workers would only make each of them wait.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
