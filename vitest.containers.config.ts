import { defineConfig } from 'vitest/config';

/** `npm run test:containers`: the images as a cluster runs them, by Docker; skipped visibly without it. */
export default defineConfig({
  test: {
    include: ['test/containers/**/*.test.ts'],
    globalSetup: ['test/containers/setup.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
