/** The packages' own tests alone, with one seed for all random cases: every mutant meets the same. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@rosi/source'] },
  ssr: { resolve: { conditions: ['@rosi/source'] } },
  test: {
    include: ['packages/{identity,attribution}/src/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '.stryker-tmp/**'],
    setupFiles: ['test/mutation/one-seed.ts'],
    testTimeout: 60_000,
  },
});
