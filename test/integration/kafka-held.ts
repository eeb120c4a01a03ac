/**
 * Instances of the stitcher on a real Kafka while sets of events are written and a test does
 * something to them; then the ledger is held against the oracle. They run the built product:
 * `npx tsc -b` first.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaOptions } from '@rosi/streams-kafka';
import { makeTopics, removeTopics } from '@rosi/streams-kafka/testing';
import { expect } from 'vitest';
import { KafkaInstance } from '../harness/kafka-instances.js';
import { testedTopology } from '../property/run-topology.js';
import {
  type CollectedRecord,
  GROUP,
  judge,
  type KafkaPlace,
  randomSets,
  untilSettled,
  writeSets,
} from './kafka-sets.js';

export const SESSION_MS = 2000;
const PARTITIONS = 3;
const SETS_EACH = 6;
const BATCHES = 40;
const BATCH_MS = 250;

export interface HeldOptions {
  readonly seed: number;
  readonly brokers: readonly string[];
  /** Copies of each topic; default 1. */
  readonly replicas?: number;
  /** How many sets are written, and for how long about; default 6 and 10 s. */
  readonly sets?: number;
  readonly writingMs?: number;
  /** How they are written; default: as the collector does. */
  readonly append?: (place: KafkaPlace, records: readonly CollectedRecord[]) => Promise<void>;
}

export interface Stage {
  readonly place: KafkaPlace;
  /** A new instance, not started; `own`: how it reaches Kafka, where that is not as others do. */
  make(own?: Partial<KafkaOptions>): KafkaInstance;
  /** Resolves when all sets are written. */
  write(): Promise<void>;
}

export type Body = (stage: Stage) => Promise<void>;

/** Runs `body`, waits until everything written is stitched, and judges. */
export async function heldAgainstOracle(options: HeldOptions, body: Body): Promise<void> {
  const { seed, brokers, replicas = 1, sets: count = SETS_EACH } = options;
  const { writingMs = BATCHES * BATCH_MS } = options;
  const prefix = `held-${randomUUID()}.`;
  const place: KafkaPlace = {
    kafka: { brokers, clientId: 'held' },
    prefix,
    partitions: PARTITIONS,
  };
  const sets = randomSets(Array.from({ length: count }, (_, n) => seed + n));
  const instances: KafkaInstance[] = [];
  const make = (own: Partial<KafkaOptions> = {}) => {
    const kafka = { ...place.kafka, ...own };
    const instance = new KafkaInstance({
      ...{ ...place, kafka, groupId: GROUP, sessionMs: SESSION_MS, replicas },
    });
    instances.push(instance);
    return instance;
  };
  const batches = Math.ceil(writingMs / BATCH_MS);
  const { append } = options;
  const write = () =>
    writeSets(place, sets, {
      batches,
      between: () => delay(BATCH_MS),
      ...(append === undefined ? {} : { append: (records) => append(place, records) }),
    });
  await makeTopics(place.kafka, testedTopology(), { ...place, replicas });
  try {
    await body({ place, make, write });
    const fault = () => instances.map((one) => one.fault).find((error) => error !== undefined);
    const left = await untilSettled(place, fault);
    expect([...left, ...(await judge(place, sets))]).toEqual([]);
  } finally {
    for (const instance of instances) await instance.close();
    await removeTopics(place.kafka, prefix);
  }
}
