/** The smallest set of events, in the order of arrival, with which a seed still fails. */
import { shrink } from '../generator/index.js';
import { arrivalOf, type SeedOptions, simulate } from './run-seed.js';

const RUNS_MAX = 1_500;

/** As lines to read. */
export async function smallest(options: SeedOptions): Promise<string[]> {
  const { events, settings } = arrivalOf(options.seed);
  const problemsOf = (few: typeof events) => simulate({ events: few, settings }, options).problems;
  const found = await shrink(events, (few) => problemsOf(few).length > 0, { runsMax: RUNS_MAX });
  return [
    `The smallest set that fails has ${found.length} events:`,
    ...found.map((event) => JSON.stringify(event)),
    ...problemsOf(found).slice(0, 5),
  ];
}
