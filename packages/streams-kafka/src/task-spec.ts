/** What a task is made of, and the names that it goes by in Kafka. */
import type { ProcessorDeclaration } from '@rosi/streams';
import type { KafkaConnection, KafkaOptions } from './connection.js';
import type { Framing } from './framing.js';
import type { GateOptions } from './gate.js';
import type { LocalCopy } from './local-state.js';

export interface TaskSpec {
  readonly declaration: ProcessorDeclaration;
  readonly partition: number;
  readonly partitions: number;
  readonly names: TopicNames;
  readonly transactionalId: string;
  readonly kafka: KafkaOptions;
  /** For reading changelogs and asking for offsets; shared by the instance's tasks. */
  readonly connection: KafkaConnection;
  readonly copy: LocalCopy;
  readonly limits: TaskLimits;
  readonly framing: Framing;
  /** Topics that come from outside. */
  readonly sources: ReadonlySet<string>;
  /** Of a topology that has barriers. */
  readonly gate: GateOptions | undefined;
  now(): number;
  onStep(step: CommitStep): void;
}

/** What a task has just done of a commit: `saved` is the copy on this machine. */
export type CommitStep = 'sent' | 'committed' | 'saved';

export interface TaskLimits {
  /** Records that a processor gets at once. */
  readonly batchRecordsMax: number;
  /** Records and bytes of writes after which a transaction is committed although more are left. */
  readonly commitRecordsMax: number;
  readonly commitBytesMax: number;
  /** Records that wait in memory for one input. */
  readonly bufferRecordsMax: number;
}

/** Names in the cluster, which may be shared with others: all begin with the prefix. */
export class TopicNames {
  constructor(readonly prefix: string) {}

  /** What tasks tell one another about barriers. */
  get barriers(): string {
    return `${this.prefix}barriers`;
  }

  /** What all processes of the installation must have alike. */
  get installation(): string {
    return `${this.prefix}installation`;
  }

  of(topic: string): string {
    return `${this.prefix}${topic}`;
  }

  changelogOf(processor: string): string {
    return `${this.prefix}${processor}.changelog`;
  }
}

export function taskName(processor: string, partition: number): string {
  return `${processor}/${partition}`;
}
