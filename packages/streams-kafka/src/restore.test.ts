/** Restoring a copy while the changelog is compacted under it, on a real broker. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Admin, type Producer } from 'kafkajs';
import { afterAll, expect, test } from 'vitest';
import { markKey } from './changelog.js';
import { connectKafka, type KafkaConnection } from './connection.js';
import { openLocalState } from './local-state.js';
import { restoreCopy } from './restore.js';
import { readTopic, removeTopics, startTestKafka } from './testing/index.js';

const KEYS = 300;
const VERSIONS = 20;
/** About ten fetches. */
const LIMITS = { waitMs: 50, bytesMax: 100_000, partitionBytesMax: 100_000 };
const COMPACTED_MS_MAX = 60_000;
const kafka = await startTestKafka();
const options = { brokers: kafka?.brokers ?? [], clientId: 'restore' };
const topic = `restore-${randomUUID()}`;
const dir = mkdtempSync(join(tmpdir(), 'rosi-restore-'));
afterAll(async () => {
  rmSync(dir, { recursive: true });
  if (kafka === null) return;
  await removeTopics(options, topic);
  await kafka.close();
});

async function withClients(body: (admin: Admin, producer: Producer) => Promise<void>) {
  const client = new kafkajs.Kafka({ brokers: [...options.brokers], logLevel: 0 });
  const [admin, producer] = [client.admin(), client.producer()];
  await admin.connect();
  await producer.connect();
  try {
    await body(admin, producer);
  } finally {
    await producer.disconnect();
    await admin.disconnect();
  }
}

/** Every key in each version; the last one removes every third. */
async function writeVersions(producer: Producer): Promise<Map<string, string>> {
  const state = new Map<string, string>();
  for (let version = 0; version < VERSIONS; version += 1) {
    const messages = Array.from({ length: KEYS }, (_, n) => {
      const isRemoved = version === VERSIONS - 1 && n % 3 === 0;
      const value = isRemoved ? null : `${n}-${version}`.padEnd(150, '.');
      if (value === null) state.delete(`k${n}`);
      else state.set(`k${n}`, value);
      return { key: `k${n}`, value, partition: 0 };
    });
    await producer.send({ topic, acks: -1, messages });
  }
  return state;
}

/** As `connection`, but the second fetch waits for what `before` does. */
function interrupted(connection: KafkaConnection, before: () => Promise<void>): KafkaConnection {
  let asked = 0;
  return {
    ...connection,
    async leader(of, partition) {
      asked += 1;
      if (asked === 2) await before();
      return connection.leader(of, partition);
    },
  };
}

test.skipIf(kafka === null)(
  'a changelog that is compacted meanwhile gives the same state',
  { timeout: 180_000 },
  async () => {
    await withClients(async (admin, producer) => {
      const configEntries = Object.entries({
        'cleanup.policy': 'compact',
        'min.cleanable.dirty.ratio': '0.01',
        'segment.ms': '500',
        'min.compaction.lag.ms': '0',
      }).map(([name, value]) => ({ name, value }));
      await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }] });
      const expected = await writeVersions(producer);
      await delay(600);
      // The next write closes the segment before it, so that all of that can be compacted.
      const mark = { key: Buffer.from(markKey), value: '{}', partition: 0 };
      const [{ baseOffset } = { baseOffset: '' }] = await producer.send({
        ...{ topic, acks: -1, messages: [mark] },
      });
      const untilCompacted = async () => {
        const end = Date.now() + COMPACTED_MS_MAX;
        for (;;) {
          const left = (await readTopic(options, topic, 1)).length;
          if (left < (KEYS * VERSIONS) / 2) return;
          if (Date.now() > end) throw new Error(`The broker has not compacted: ${left} records`);
          await delay(200);
        }
      };
      const connection = await connectKafka(options);
      await connection.watch([topic]);
      const local = openLocalState(dir);
      const copy = local.copyOf('restored/0');
      const changelog = { topic, partition: 0, markOffset: Number(baseOffset) };
      await restoreCopy(interrupted(connection, untilCompacted), copy, changelog, LIMITS);
      const found = [...copy.range({ prefix: Buffer.from('k') })].map(
        ([key, value]) => [String(key), String(value)] as const,
      );
      expect(new Map(found)).toEqual(expected);
      expect(copy.place()?.changelogOffset).toBe(changelog.markOffset + 1);
      await local.close();
      await connection.close();
    });
  },
);
