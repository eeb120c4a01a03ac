/** The runtimes' contract on the simulator: many seeds of both models, with all faults. */
import { test } from 'vitest';
import { contractCases, type StartTopology } from '../contract/index.js';
import type { RandomSource } from './dice.js';
import { createSimulator } from './simulator.js';

const SEEDS = 40;

/** Park and Miller's generator: enough to vary, and the same everywhere. */
function randomOf(seed: number): RandomSource {
  let state = seed;
  const fraction = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  for (let i = 0; i < 10; i += 1) fraction();
  return { fraction };
}

function starting(seed: number): StartTopology {
  return async (topology, { partitions, batchRecordsMax }) => {
    const simulator = createSimulator(topology, {
      partitions,
      random: randomOf(seed),
      model: seed % 2 === 0 ? 'embedded' : 'cluster',
      rates: batchRecordsMax === undefined ? {} : { batchRecordsMax },
    });
    return {
      pipe: async (topic, values) => simulator.pipe(topic, values),
      settle: async () => {
        while (simulator.step());
      },
      interrupt: async () => {
        for (let steps = 0; steps < 20 && simulator.step(); steps += 1);
        simulator.crash();
      },
      recover: async () => simulator.crash(),
      output: async (topic) => simulator.output(topic),
      outcomes: () => simulator.outcomes(),
      close: async () => {},
    };
  };
}

for (const { name, run } of contractCases) {
  test(`simulator: ${name}`, async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      await run(starting(seed)).catch((cause: unknown) => {
        throw new Error(`seed ${seed}: ${String(cause)}`, { cause });
      });
    }
  });
}
