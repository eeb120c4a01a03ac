export { murmur2, partitionOf } from './partition.js';
export { type KeyPart, stateKey } from './state-key.js';
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
