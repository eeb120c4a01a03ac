import { test } from 'vitest';
import { contractCases, type StartTopology } from './contract/index.js';
import { createTestDriver } from './test-driver.js';

const start: StartTopology = async (topology, limits) => {
  const driver = createTestDriver(topology, limits);
  return {
    pipe: async (topic, values) => driver.pipe(topic, values),
    settle: async () => driver.drain(),
    interrupt: async () => {
      driver.step((pending) => pending - 1);
    },
    recover: async () => {},
    output: async (topic) => driver.output(topic),
    outcomes: () => driver.outcomes(),
    close: async () => {},
  };
};

for (const { name, run } of contractCases) test(`test driver: ${name}`, () => run(start));
