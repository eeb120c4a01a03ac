/**
 * Brokers of three are killed and come back, the coordinators' among them: the stitcher goes on, and
 * the ledger is the oracle's.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  brokersOf,
  orSkipped,
  type Roles,
  startLocalCluster,
  topicSetting,
  untilInSync,
} from '@rosi/streams-kafka/testing';
import { afterAll, expect, test } from 'vitest';
import { heldAgainstOracle } from './kafka-held.js';
import { GROUP } from './kafka-sets.js';

const REPLICAS = 3;
const AWAY_MS = 4000;
const WORKING_MS = 1500;
const cluster = await orSkipped(startLocalCluster);
const brokers = cluster?.addresses ?? [];
afterAll(() => cluster?.close());

test.skipIf(cluster === null)(
  'the coordinators’ brokers are killed in turn',
  { timeout: 600_000 },
  async () => {
    const options = { seed: 8000, brokers, replicas: REPLICAS, writingMs: 15_000 };
    await heldAgainstOracle(options, async ({ place, make, write }) => {
      const [one, other] = [make(), make()];
      one.start();
      other.start();
      const asked = {
        groupId: `${place.prefix}${GROUP}`,
        transactionalId: `${place.prefix}${GROUP}-identifiers-0`,
      };
      const kill = async (role: keyof Roles) => {
        await delay(WORKING_MS);
        const node = (await brokersOf(place.kafka, asked))[role];
        await cluster?.kill(node);
        // Nor does it hinder one that starts.
        make().start();
        await delay(AWAY_MS);
        await cluster?.restart(node);
        await untilInSync(place.kafka);
      };
      const copies = await topicSetting(
        place.kafka,
        `${place.prefix}events.collected`,
        'min.insync.replicas',
      );
      expect(copies).toBe('2');
      const writing = write();
      // Each broker also leads some partitions.
      await kill('groupCoordinator');
      await kill('transactionCoordinator');
      await writing;
    });
  },
);
