export type { Delivered, Sent } from './batch.js';
export { type ByteRange, byteRange, prefixEnd } from './byte-range.js';
export { freePages } from './free-pages.js';
export { type LogReader, logReader, type ReadRun, shiftedReader } from './log-reader.js';
export { createMemoryState, type MemoryState } from './memory-state.js';
export { createOutcomeTally, type OutcomeCounts, type OutcomeTally } from './outcomes.js';
export { murmur2, partitionOf, partitionsOf } from './partition.js';
export type { RandomSource } from './simulator/dice.js';
export type { CommittedBatch, Rates } from './simulator/model.js';
export { createSimulator, type Simulator, type SimulatorOptions } from './simulator/simulator.js';
export { type KeyPart, keyInteger, leadingStrings, stateKey } from './state-key.js';
export {
  createTestDriver,
  type StepChoices,
  type TestDriver,
  type TestDriverOptions,
} from './test-driver.js';
export type {
  LogRecord,
  Outcome,
  Processor,
  ProcessorContext,
  ProcessorDeclaration,
  StateStore,
  TopicReader,
  TopicWriter,
  Topology,
} from './topology.js';
export { inputsOf, outputsOf, type Wiring, wire } from './wiring.js';
