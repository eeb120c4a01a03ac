/** What a runtime on Kafka is given, and what it gives. */
import type { OutcomeCounts, Topology } from '@rosi/streams';
import type { KafkaOptions } from './connection.js';
import type { SchemaIds } from './framing.js';
import type { CommitStep, TaskLimits } from './task-spec.js';

export interface KafkaRuntimeOptions {
  readonly kafka: KafkaOptions;
  readonly topology: Topology;
  readonly partitions: number;
  /** Of all topics and ids in the cluster; default none. */
  readonly prefix?: string;
  /** Instances of one group share the work. */
  readonly groupId: string;
  /** State on this machine; of this instance alone. */
  readonly dir: string;
  /** Copies of each topic; default 1. */
  readonly replicas?: number;
  /** Of topics from or for outside; default for ever. */
  readonly retentionMs?: number;
  /** What a schema registry has given; default: the ids of schemas/wire. */
  readonly schemaIds?: SchemaIds;
  readonly limits?: Partial<TaskLimits>;
  /** How long an instance may be silent before its work goes to others; default 30 s. */
  readonly sessionMs?: number;
  /** How often handled records between processors are removed; default every minute. */
  readonly purgeEveryMs?: number;
  /** The processors' clock; default the system's. */
  readonly now?: () => number;
  readonly onCommit?: (commit: { readonly records: number; readonly ms: number }) => void;
  /** Within a commit; for tests that end the process there. */
  readonly onStep?: (step: CommitStep) => void;
  /** What is waited out or tried again. */
  readonly onTrouble?: (error: unknown) => void;
  /** A task has ended for good; what was committed stays. The runtime is to be stopped. */
  readonly onFault: (error: Error) => void;
}

export interface KafkaRuntime {
  /** Ends after the transactions under way, and leaves the group. */
  stop(): Promise<void>;
  /** Of the tasks that this instance works on, as of their last commits. */
  outcomes(): OutcomeCounts[];
  /** The tasks that this instance works on, as `processor/partition`. */
  tasks(): string[];
  /** Whether the group has given it its share, and all of that is at work and not being restored. */
  isAtWork(): boolean;
}
