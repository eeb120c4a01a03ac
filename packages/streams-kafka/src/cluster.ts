/** Where in which cluster a topology is at home: what all parts of one installation share. */
import type { KafkaOptions } from './connection.js';

export interface KafkaCluster {
  readonly kafka: KafkaOptions;
  /** Of all topics and ids. */
  readonly prefix: string;
  readonly partitions: number;
  /** Copies of each topic. */
  readonly replicas: number;
  /** How long an instance may be silent before its work goes to others. */
  readonly sessionMs: number;
}
