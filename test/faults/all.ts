/** Every planted fault. */
import { collectionFaults } from './collection.js';
import type { Fault } from './fault.js';
import { kafkaFaults } from './kafka.js';
import { pixelFaults } from './pixel.js';
import { ruleFaults } from './rules.js';
import { stitchingFaults } from './stitching.js';
import { storingFaults } from './storing.js';

export const faults: readonly Fault[] = [
  ...collectionFaults,
  ...kafkaFaults,
  ...pixelFaults,
  ...ruleFaults,
  ...stitchingFaults,
  ...storingFaults,
];
