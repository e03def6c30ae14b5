/**
 * `npm run test:mutation`: which changes of the deciding code no test notices. By hand; docs/testing.md says what came of it.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  mutate: [
    'shared/runbook/{decide,ground,matcher,template}.ts',
    'functions/trm-reason/select.ts',
    'shared/reasoning/guard.ts',
    'functions/emit-trigger/check.ts',
  ],
  tsconfigFile: 'none', // Stryker would rewrite it by an interface that TypeScript 7 no longer has
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 20_000,
  ignorePatterns: ['/models', '/training', '/dist', '/bench', '/test/knative', '/test/contract', '/test/integration'],
  tempDirName: '.stryker-tmp',
  reporters: ['clear-text', 'progress-append-only', 'json'],
  jsonReporter: { fileName: '.stryker-tmp/mutation.json' },
  clearTextReporter: { allowColor: false, logTests: false },
};
