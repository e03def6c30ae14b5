import { defineConfig } from 'vitest/config';

/** `npm run test:mutation`: the tests of the code that Stryker changes, quick enough to run for each change. */
export default defineConfig({
  test: {
    setupFiles: ['./test/properties.ts'],
    include: [
      'test/unit/{runbook,functions}/**/*.test.ts',
      'test/unit/trm-reason/select.test.ts',
      'test/unit/{properties,annotation}.test.ts',
    ],
  },
});
