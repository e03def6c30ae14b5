import { defineConfig } from 'vitest/config';

/** `npm run test:console`: the page in Chromium, on the real runner; skipped visibly where there is no Chromium. */
export default defineConfig({
  test: {
    include: ['test/console/**/*.test.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
