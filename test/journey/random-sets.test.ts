/**
 * Random sets of events in random order, with repeats, through the running product: HTTP in,
 * ClickHouse out. Every table of the contract and every acceptance equals the independent oracle's;
 * also when the product is stopped, or killed with all its processes, while events arrive.
 *
 * One seed alone, or some: ROSI_SEED=17 (or 11-50) npx vitest run test/journey/random-sets.test.ts
 */
import { describe, expect, it } from 'vitest';
import { arrivalOf } from './random-sets-arrival.js';
import { problemsOf, type Step } from './random-sets-run.js';

const setMsMax = 180_000;
const shownMax = 8;

const [from = 1, to = from] = (process.env['ROSI_SEED'] ?? '1-6').split('-').map(Number);
const seeds = Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** By the seed's last digit, so that one seed alone goes the same way. */
const interruptions: ReadonlyMap<number, readonly Step[]> = new Map([
  [2, ['compare', { ending: 'stop', inFlight: true }]],
  [5, ['compare', { ending: 'stop', inFlight: false }]],
  [8, ['compare', { ending: 'stop', inFlight: true }]],
  [
    4,
    [
      { ending: 'kill all', inFlight: true },
      { ending: 'kill', inFlight: false },
    ],
  ],
  [
    9,
    [
      { ending: 'kill', inFlight: true },
      { ending: 'kill all', inFlight: false },
    ],
  ],
]);

/** Without interruptions compared half-way too, so that later events take back what was recorded. */
function stepsOf(seed: number): readonly Step[] {
  return [...(interruptions.get(seed % 10) ?? ['compare' as const]), 'compare'];
}

function named(steps: readonly Step[]): string {
  return steps.map((step) => (step === 'compare' ? step : step.ending)).join(', ');
}

describe('random sets of events through the product', () => {
  it.each(seeds.map((seed) => [seed, named(stepsOf(seed))] as const))(
    'seed %i (%s) equals the oracle',
    async (seed) => {
      const problems = await problemsOf(arrivalOf(seed), seed, stepsOf(seed));
      if (problems.length === 0) return;
      const shown = problems.slice(0, shownMax).join('\n');
      const command = `ROSI_SEED=${seed} npx vitest run test/journey/random-sets.test.ts`;
      expect.fail(`seed ${seed}: ${problems.length} problems; again: ${command}\n${shown}`);
    },
    setMsMax,
  );
});
