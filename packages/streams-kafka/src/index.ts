export { type AgreementPlace, agreeOn, type Facts } from './agreement.js';
export type { KafkaCluster } from './cluster.js';
export type { KafkaOptions } from './connection.js';
export { KafkaError, type KafkaErrorCode } from './errors.js';
export { namedFailure } from './failure.js';
export { bodyOf, type SchemaIds } from './framing.js';
export {
  type GroupPlace,
  type GroupPositions,
  openGroupPositions,
  type PositionTeller,
  type TopicPosition,
  tellPositions,
} from './group-positions.js';
export { untilHandedOver } from './handed-over.js';
export {
  type KafkaLogReader,
  type KafkaLogReaderOptions,
  openLogReader,
} from './log-reader.js';
export {
  type FinishedProcessor,
  type MoveIn,
  type MoveInOptions,
  openMoveIn,
  type PlacedEntry,
} from './move-in.js';
export {
  type InputProgress,
  openProgress,
  type Progress,
  type ProgressOptions,
} from './progress.js';
export { prepareTopics, runKafka, type TopicOptions } from './run-kafka.js';
export type { KafkaRuntime, KafkaRuntimeOptions } from './runtime-options.js';
export { type RegistryOptions, registerSchemas } from './schema-registry.js';
export { openTaking, type Taking } from './taking.js';
export { openTaskOutcomes, type TaskOutcomes, type TaskOutcomesOptions } from './task-outcomes.js';
export type { CommitStep, TaskLimits } from './task-spec.js';
export {
  type KafkaTopicWriter,
  type KafkaTopicWriterOptions,
  openTopicWriter,
} from './topic-writer.js';
export { troubleLog, type WarningLog } from './trouble-log.js';
