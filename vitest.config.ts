import { defineConfig } from 'vitest/config';

/** `npm test`. What needs a real Knative runs by `npm run test:knative` (vitest.knative.config.ts). */
export default defineConfig({
  test: {
    globalSetup: ['./test/support/temporary-folder.ts'],
    setupFiles: ['./test/support/seed.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    // Most tests start processes of their own: more workers would only make each of them wait.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      // What they import is most of what a unit test costs: the files of a worker share it, and keep no state in it.
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false } },
      { extends: true, test: { name: 'processes', include: ['test/{contract,integration}/**/*.test.ts'] } },
    ],
  },
});
