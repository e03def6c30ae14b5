import { defineConfig } from 'vitest/config';

/** Of `npm run test:whole-way`: test/whole-way/main.ts runs it inside the network of the real Knative Eventing. */
export default defineConfig({
  test: {
    include: ['test/whole-way/**/*.test.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    disableConsoleIntercept: true,
  },
});
