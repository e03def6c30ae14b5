/**
 * `npm run test:mutation`: which changes of the deciding code no test notices. By hand; docs/testing.md says what came of it.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  mutate: [
    'shared/runbook/*.ts',
    '!shared/runbook/{load,built,hash,schema}.ts', // they read files; what they hold is checked by the others
    'shared/reasoning/guard.ts',
    'functions/{trm-reason/select,rule-fallback/rules}.ts',
    'functions/emit-trigger/{approvals,check,decide*,episode,limits,outcome,owner,policy,tally,verification}.ts',
  ],
  tsconfigFile: 'none', // Stryker would rewrite it by an interface that TypeScript 7 no longer has
  coverageAnalysis: 'perTest',
  ignoreStatic: true, // one that is made when a module loads runs every test
  concurrency: 2,
  timeoutMS: 20_000,
  ignorePatterns: ['/models', '/training', '/dist', '/bench', '/test/knative', '/test/contract', '/test/integration'],
  tempDirName: '.stryker-tmp',
  reporters: ['clear-text', 'progress-append-only', 'json'],
  jsonReporter: { fileName: '.stryker-tmp/mutation.json' },
  clearTextReporter: { allowColor: false, logTests: false },
};
