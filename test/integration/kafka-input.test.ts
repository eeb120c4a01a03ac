/**
 * What can be wrong with a stitcher's input: transactions of others that were taken back between
 * the events, and events that retention has removed before they were read.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { eventsCollected } from '@rosi/events';
import {
  type InterleavedProducers,
  makeTopics,
  openInterleaved,
  removeRecords,
  removeTopics,
  testKafka,
} from '@rosi/streams-kafka/testing';
import { expect, test } from 'vitest';
import { KafkaInstance } from '../harness/kafka-instances.js';
import { testedTopology } from '../property/run-topology.js';
import { heldAgainstOracle, SESSION_MS } from './kafka-held.js';
import { type CollectedRecord, GROUP, randomSets, writeSets } from './kafka-sets.js';

/** More than a fetch of one partition takes, so that a transaction spans several. */
const TAKEN_BACK_MANY = 15_000;
const TAKEN_BACK_FEW = 40;
const kafka = await testKafka();
const brokers = kafka?.brokers ?? [];

/** Events that would change every table if they were read. */
function others(records: readonly CollectedRecord[], count: number): CollectedRecord[] {
  return Array.from({ length: count }, (_, n) => {
    const { value, timestamp } = records[n % records.length] as CollectedRecord;
    return { value: { ...value, eventId: randomUUID() }, timestamp };
  });
}

test.skipIf(kafka === null)(
  'events of transactions that were taken back count for nothing',
  { timeout: 240_000 },
  async () => {
    let producers: InterleavedProducers | undefined;
    let writes = 0;
    const options = {
      ...{ seed: 11_000, brokers, writingMs: 5000 },
      append: async (
        place: Parameters<typeof openInterleaved>[1],
        kept: readonly CollectedRecord[],
      ) => {
        producers ??= await openInterleaved({ brokers, clientId: 'outside' }, place);
        writes += 1;
        const count = writes % 10 === 1 ? TAKEN_BACK_MANY : TAKEN_BACK_FEW;
        await producers.write(eventsCollected, kept, others(kept, count));
      },
    };
    await heldAgainstOracle(options, async ({ make, write }) => {
      const [steady, restarted] = [make(), make()];
      steady.start();
      restarted.start();
      const writing = write();
      await delay(2000);
      // Whoever takes over begins in the middle of what was fetched.
      await restarted.kill();
      restarted.start();
      await writing;
    });
    await producers?.close();
  },
);

test.skipIf(kafka === null)(
  'retention that passes events while an instance works stops it by name',
  { timeout: 120_000 },
  async () => {
    const client = { brokers, clientId: 'retention' };
    const place = { kafka: client, prefix: `retention-${randomUUID()}.`, partitions: 1 };
    await makeTopics(client, testedTopology(), place);
    const instance = new KafkaInstance({ ...place, groupId: GROUP, sessionMs: SESSION_MS });
    const topic = `${place.prefix}${eventsCollected.name}`;
    try {
      instance.start();
      await writeSets(place, randomSets([12_000]), { batches: 3, between: () => delay(1000) });
      instance.send('SIGSTOP');
      await writeSets(place, randomSets([12_001, 12_002]), { batches: 2 });
      await removeRecords(client, { topic, partition: 0 }, 'end');
      await writeSets(place, randomSets([12_003]), { batches: 1 });
      instance.send('SIGCONT');
      await instance.ended();
      expect(instance.fault?.message).toContain('were removed before they were read');
      expect(instance.fault?.message).toContain(topic);
    } finally {
      await instance.close();
      await removeTopics(client, place.prefix);
    }
  },
);
