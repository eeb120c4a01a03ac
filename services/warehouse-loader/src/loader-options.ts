/** What the loader of a partition is given. */
import type { LogReader } from '@rosi/streams';
import type { Warehouse } from '@rosi/warehouse';
import type { LoadedTopic } from './batch.js';
import type { CheckpointStore } from './progress.js';
import type { Turn } from './turns.js';

/** On Kafka: where the loader's positions can be seen by others. */
export const loaderGroup = 'loader';

export interface LoaderLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface LoaderLimits {
  readonly batchRecordsMax: number;
  readonly batchBytesMax: number;
  /** How soon a record is seen while nothing else happens. */
  readonly pollMs: number;
  /** From one small insert to the next, at least. */
  readonly insertIntervalMs: number;
  /** The same at most, however late records are and however long inserts take (gathering.ts). */
  readonly lateIntervalMs: number;
  /** A log that has not grown for so long is not waited for. */
  readonly restMs: number;
  readonly backoffMsMin: number;
  readonly backoffMsMax: number;
  /** How long `stop` goes on loading what is already in the log. */
  readonly drainMs: number;
}

export const defaultLimits: LoaderLimits = {
  batchRecordsMax: 20_000,
  batchBytesMax: 8 * 1024 * 1024,
  pollMs: 20,
  insertIntervalMs: 200,
  lateIntervalMs: 4_000,
  restMs: 800,
  backoffMsMin: 100,
  backoffMsMax: 5_000,
  drainMs: 10_000,
};

export interface PartitionLoaderOptions {
  readonly reader: LogReader;
  readonly loaded: LoadedTopic;
  readonly partition: number;
  /** The generation that the tables hold. */
  readonly generation: number;
  readonly warehouse: Warehouse;
  readonly checkpoints: CheckpointStore;
  readonly limits: LoaderLimits;
  readonly logger: LoaderLogger;
  /** A batch went in, views included, in so many milliseconds. */
  onInserted(ms: number): void;
  /** Shared by all partitions that write to the same table. */
  readonly turn: Turn;
  /** Of the daily sums. */
  readonly timezone: string;
  /** Aborted by `stop`: what is in the log is still loaded, failures are no longer retried. */
  readonly stopping: AbortSignal;
}
