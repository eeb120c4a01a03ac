/**
 * What is mutated, and by which tests it must be found: the pure packages, each by its own tests.
 * Run by `npm run mutation` (test/mutation/run.mjs); the findings stand in docs/mutation.md.
 */
export default {
  plugins: ['@stryker-mutator/vitest-runner'],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts' },
  mutate: [
    'packages/identity/src/**/*.ts',
    'packages/attribution/src/**/*.ts',
    '!packages/*/src/**/*.test.ts',
  ],
  // The copy that is mutated holds what these tests read, and nothing else.
  ignorePatterns: [
    '**',
    '!package.json',
    '!tsconfig.base.json',
    '!packages/events/tsconfig.json',
    '!packages/attribution/**',
    '!packages/identity/**',
    '!docs/**',
    '!test/mutation/**',
    '**/dist/**',
  ],
  // Vitest needs none, and Stryker would read it by an interface that TypeScript 7 lacks.
  tsconfigFile: 'none',
  // Types are not checked: a mutant that does not compile counts as found only if a test finds it.
  disableTypeChecks: false,
  coverageAnalysis: 'perTest',
  // Mutants that loop for ever are found by this; runs here last well below a second.
  timeoutMS: 20_000,
  concurrency: 2,
  tempDirName: '.stryker-tmp',
  reporters: ['progress-append-only', 'json'],
  jsonReporter: { fileName: '.stryker-tmp/mutation.json' },
};
