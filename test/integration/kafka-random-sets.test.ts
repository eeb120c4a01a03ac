/**
 * The law of scale on a real Kafka: random sets of events give the oracle's tables at any number of
 * partitions and of instances, while instances join and leave.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KafkaRuntime, runKafka } from '@rosi/streams-kafka';
import { removeTopics, testKafka } from '@rosi/streams-kafka/testing';
import { describe, expect, test } from 'vitest';
import { testedTopology } from '../property/run-topology.js';
import {
  GROUP,
  judge,
  type KafkaPlace,
  randomSets,
  untilSettled,
  writeSets,
} from './kafka-sets.js';

const SETS_EACH = 8;
const BATCHES = 6;
const SESSION_MS = 10_000;
const kafka = await testKafka();

const cases = [1, 3, 12].flatMap((partitions) =>
  [1, 2, 4].map((instances) => ({ partitions, instances })),
);

describe('random sets of events on Kafka', () => {
  test.skipIf(kafka === null).each(cases)(
    '$partitions partitions, $instances instances',
    { timeout: 240_000 },
    async ({ partitions, instances }) => {
      const place: KafkaPlace = {
        kafka: { brokers: kafka?.brokers ?? [], clientId: 'random-sets' },
        prefix: `sets-${randomUUID()}.`,
        partitions,
      };
      const first = 1000 * partitions + 100 * instances;
      const sets = randomSets(Array.from({ length: SETS_EACH }, (_, n) => first + n));
      const crew = new Crew(place);
      try {
        await crew.add();
        await writeSets(place, sets, {
          batches: BATCHES,
          between: async () => {
            if (crew.size < instances) await crew.add();
          },
        });
        // One leaves in the middle of the work, so that its tasks move.
        if (instances > 2) await crew.removeFirst();
        expect(await untilSettled(place, () => crew.fault)).toEqual([]);
        expect(await judge(place, sets)).toEqual([]);
      } finally {
        await crew.close();
        await removeTopics(place.kafka, place.prefix);
      }
    },
  );
});

/** Instances of the stitcher, each with a folder of its own. */
class Crew {
  fault: Error | undefined;
  private readonly members: { readonly runtime: KafkaRuntime; readonly dir: string }[] = [];

  constructor(private readonly place: KafkaPlace) {}

  get size(): number {
    return this.members.length;
  }

  async add(): Promise<void> {
    const dir = mkdtempSync(join(tmpdir(), 'rosi-sets-'));
    const runtime = await runKafka({
      ...this.place,
      topology: testedTopology(),
      groupId: GROUP,
      dir,
      sessionMs: SESSION_MS,
      onFault: (error) => {
        this.fault = error;
      },
    });
    this.members.push({ runtime, dir });
  }

  async removeFirst(): Promise<void> {
    const member = this.members.shift();
    await member?.runtime.stop();
    if (member !== undefined) rmSync(member.dir, { recursive: true });
  }

  async close(): Promise<void> {
    while (this.size > 0) await this.removeFirst();
  }
}
