/**
 * How long the fuzz tests go on, and from which seed: the same one in every run, unless told.
 * For a hunt: ROSI_SEED=$RANDOM ROSI_FUZZ_FACTOR=50 npx vitest run test/fuzz
 */
const seed = Number(process.env['ROSI_SEED'] ?? 20_260_301);
const factor = Number(process.env['ROSI_FUZZ_FACTOR'] ?? 1);

/** Of one test; a factor makes it longer. */
export const timeoutMs = 120_000 * factor;

/** For fast-check, whose failures print seed, path and the smallest input found. */
export const budget = (runs: number) => ({ seed, numRuns: Math.ceil(runs * factor) });
