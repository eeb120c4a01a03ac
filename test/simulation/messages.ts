/** What the command and its workers say to each other. */
import type { SeedResult } from './run-seed.js';

/** To a worker: simulate this seed. */
export interface Order {
  readonly seed: number;
  readonly partitions: number | undefined;
}

/** From a worker. */
export type Answer = SeedResult;
