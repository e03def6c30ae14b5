import { defineConfig } from 'vitest/config';

/** `npm run test:kubernetes`: a real API server, started by test/kubernetes/setup.ts; skipped visibly without Go. */
export default defineConfig({
  test: {
    include: ['test/kubernetes/**/*.test.ts'],
    globalSetup: ['test/kubernetes/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    fileParallelism: false,
  },
});
