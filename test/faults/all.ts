/** Every planted fault. */
import { collectionFaults } from './collection.js';
import type { Fault } from './fault.js';
import { ruleFaults } from './rules.js';
import { stitchingFaults } from './stitching.js';
import { storingFaults } from './storing.js';

export const faults: readonly Fault[] = [
  ...collectionFaults,
  ...ruleFaults,
  ...stitchingFaults,
  ...storingFaults,
];
