export type { KafkaCluster } from './cluster.js';
export type { KafkaOptions } from './connection.js';
export { KafkaError, type KafkaErrorCode } from './errors.js';
export { type LocalOutcomes, openLocalOutcomes } from './local-outcomes.js';
export {
  type KafkaLogReader,
  type KafkaLogReaderOptions,
  openLogReader,
} from './log-reader.js';
export {
  type InputProgress,
  openProgress,
  type Progress,
  type ProgressOptions,
} from './progress.js';
export { runKafka } from './run-kafka.js';
export type { KafkaRuntime, KafkaRuntimeOptions } from './runtime-options.js';
export type { CommitStep, TaskLimits } from './task-spec.js';
export {
  type KafkaTopicWriter,
  type KafkaTopicWriterOptions,
  openTopicWriter,
} from './topic-writer.js';
export { troubleLog, type WarningLog } from './trouble-log.js';
