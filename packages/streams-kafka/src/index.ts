export type { KafkaOptions } from './connection.js';
export { KafkaError, type KafkaErrorCode } from './errors.js';
export { openProgress, type Progress, type ProgressOptions } from './progress.js';
export { runKafka } from './run-kafka.js';
export type { KafkaRuntime, KafkaRuntimeOptions } from './runtime-options.js';
export type { CommitStep, TaskLimits } from './task-spec.js';
export {
  type KafkaTopicWriter,
  type KafkaTopicWriterOptions,
  openTopicWriter,
} from './topic-writer.js';
