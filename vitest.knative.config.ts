import { defineConfig } from 'vitest/config';

/** `npm run test:knative`: the real Knative Eventing, started by test/knative/setup.ts; skipped visibly without Go. */
export default defineConfig({
  test: {
    include: ['test/knative/**/*.test.ts'],
    globalSetup: ['test/knative/setup.ts'],
    testTimeout: 120_000,
    fileParallelism: false,
  },
});
