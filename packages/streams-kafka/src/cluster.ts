/** Where in which cluster a topology is at home: what all parts of one installation share. */
import type { KafkaOptions } from './connection.js';
import type { SchemaIds } from './framing.js';

export interface KafkaCluster {
  readonly kafka: KafkaOptions;
  /** Of all topics and ids. */
  readonly prefix: string;
  readonly partitions: number;
  /** Copies of each topic. */
  readonly replicas: number;
  /** Of a schema registry; null: ids come from schemas/wire. */
  readonly registryUrl: string | null;
  /** What the registry has given; the processes' main thread asks it once. */
  readonly schemaIds?: SchemaIds;
  /** Of a log that was moved here: what its offsets begin with in ClickHouse; default 0. */
  readonly firstTableOffset?: number;
  /** How long an instance may be silent before its work goes to others. */
  readonly sessionMs: number;
}
