/**
 * Random sets of events in random order, batches and interleaving, with repeats, at several
 * partition counts: the ledger's tables equal the independent oracle's.
 *
 * One seed alone: ROSI_SEED=17 npx vitest run test/property/random-sets.test.ts
 */
import { describe, expect, it } from 'vitest';
import { generate, injectDuplicates, shrink, shuffle } from '../generator/index.js';
import type { OracleEvent } from '../oracle/index.js';
import { problemsOf } from './problems-of.js';
import { runTopology } from './run-topology.js';

/** Enough for a quick look; the simulator runs a thousand (test/simulation). */
const SEEDS = 60;
const partitionCounts = [1, 2, 5, 12];
const only = process.env['ROSI_SEED'];
const seeds = only === undefined ? Array.from({ length: SEEDS }, (_, n) => n + 1) : [Number(only)];

function check(seed: number, events: readonly OracleEvent[]): string[] {
  const { settings } = generate({ seed });
  const partitions = partitionCounts[seed % partitionCounts.length] ?? 1;
  return problemsOf(runTopology(events, settings, { partitions, seed }), { events, settings });
}

describe('random sets of events', () => {
  it.each(seeds)('seed %i equals the oracle', async (seed) => {
    const events = shuffle(injectDuplicates(generate({ seed }).events, seed), seed);
    const problems = check(seed, events);
    if (problems.length === 0) return;
    const smallest = await shrink(events, (few) => check(seed, few).length > 0, { runsMax: 400 });
    const found = check(seed, smallest).slice(0, 5).join('\n');
    const told = smallest.map((event) => JSON.stringify(event)).join('\n');
    expect.fail(`${problems.length} problems; the smallest set that fails:\n${told}\n${found}`);
  });
});
