/**
 * The contract of all runtimes, as cases that any test runner can run: a processor can't tell which
 * runtime it is in, and this is where that is held. Not part of what runs in production.
 */
import { flowCases } from './flow-cases.js';
import type { ContractCase } from './harness.js';
import { placementCases } from './placement-cases.js';
import { stateCases } from './state-cases.js';

export type { ContractCase, RunningTopology, RuntimeLimits, StartTopology } from './harness.js';
export { looping, note, noteTopic, numbering, topologyOf } from './topologies.js';

export const contractCases: readonly ContractCase[] = [
  ...flowCases,
  ...placementCases,
  ...stateCases,
];
