/** `npm run faults`: the planted faults, which the ordinary run leaves out. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/faults/planted.ts'],
    hookTimeout: 60_000,
    pool: 'forks',
  },
});
