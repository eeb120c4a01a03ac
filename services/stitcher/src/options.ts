/** What the parent gives the worker, and what it may rely on. */
import type { KafkaCluster } from '@rosi/streams-kafka';

export interface StitcherOptions {
  readonly dataDir: string;
  /** Of the embedded log. */
  readonly partitions: number;
  /** Null: the embedded runtime. */
  readonly kafka: KafkaCluster | null;
  readonly logLevel: string;
  /** Of the suppression list, and of event ids in state. */
  readonly suppressionKey: string;
  /**
   * Of the ledger topics; what the loader has still to read stays in any case. On Kafka the age
   * alone counts, for events too, and what is older goes whether or not it was read.
   */
  readonly ledgerRetention: { readonly ageMs: number; readonly bytes: number };
}

/** On Kafka, told to the parent: 1 while all tasks of this instance's share are at work. */
export const stitcherAtWork = 'stitcher_at_work';
/** On Kafka: all instances of the stitcher in a cluster. */
export const stitcherGroup = 'stitcher';
/** On Kafka: where in the data folder a copy of the state is kept. */
export const stitcherCopyFolder = 'kafka-state';
