/**
 * Restoring a copy on a real broker: while the changelog is compacted under it, and where there is a
 * copy already that has not heard of everything.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Admin, type Producer } from 'kafkajs';
import { afterAll, expect, test } from 'vitest';
import { markKey } from './changelog.js';
import { connectKafka, type KafkaConnection } from './connection.js';
import { type LocalCopy, openLocalState } from './local-state.js';
import { COPY_AGE_MS_MAX, restoreCopy } from './restore.js';
import { readTopic, removeTopics, testKafka } from './testing/index.js';

const KEYS = 300;
const VERSIONS = 20;
/** About ten fetches. */
const LIMITS = { waitMs: 50, bytesMax: 100_000, partitionBytesMax: 100_000 };
const COMPACTED_MS_MAX = 60_000;
const kafka = await testKafka();
const options = { brokers: kafka?.brokers ?? [], clientId: 'restore' };
const prefix = `restore-${randomUUID()}.`;
const dir = mkdtempSync(join(tmpdir(), 'rosi-restore-'));
afterAll(async () => {
  rmSync(dir, { recursive: true });
  if (kafka === null) return;
  await removeTopics(options, prefix);
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
async function writeVersions(producer: Producer, topic: string): Promise<Map<string, string>> {
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

/** The mark of a new owner: what it restores ends there. */
async function writeMark(producer: Producer, topic: string): Promise<number> {
  const mark = { key: Buffer.from(markKey), value: '{}', partition: 0 };
  const [answer] = await producer.send({ topic, acks: -1, messages: [mark] });
  return Number(answer?.baseOffset);
}

/** What a copy has of these keys. */
function contentsOf(copy: LocalCopy): Map<string, string> {
  const entries = [...copy.range({ prefix: Buffer.from('k') })];
  return new Map(entries.map(([key, value]) => [String(key), String(value)]));
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
    const topic = `${prefix}compacted`;
    await withClients(async (admin, producer) => {
      const configEntries = Object.entries({
        'cleanup.policy': 'compact',
        'min.cleanable.dirty.ratio': '0.01',
        'segment.ms': '500',
        'min.compaction.lag.ms': '0',
      }).map(([name, value]) => ({ name, value }));
      await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }] });
      const expected = await writeVersions(producer, topic);
      await delay(600);
      // The next write closes the segment before it, so that all of that can be compacted.
      const markOffset = await writeMark(producer, topic);
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
      const changelog = { topic, partition: 0, markOffset };
      await restoreCopy(interrupted(connection, untilCompacted), copy, changelog, LIMITS);
      expect(contentsOf(copy)).toEqual(expected);
      expect(copy.place()?.changelogOffset).toBe(changelog.markOffset + 1);
      await local.close();
      await connection.close();
    });
  },
);

test.skipIf(kafka === null)(
  'a copy that is there already is caught up, and one that is ahead is built anew',
  { timeout: 60_000 },
  async () => {
    const topic = `${prefix}behind`;
    const connection = await connectKafka(options);
    const local = openLocalState(dir);
    const copy = local.copyOf('behind/0');
    await withClients(async (admin, producer) => {
      await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
      await connection.watch([topic]);
      const send = (entries: Readonly<Record<string, string | null>>) =>
        producer.send({
          ...{ topic, acks: -1 },
          messages: Object.entries(entries).map(([key, value]) => ({ key, value, partition: 0 })),
        });
      const restored = async () => {
        const markOffset = await writeMark(producer, topic);
        await restoreCopy(connection, copy, { topic, partition: 0, markOffset });
        expect(copy.place()?.changelogOffset).toBe(markOffset + 1);
        return contentsOf(copy);
      };
      await send({ k1: 'old', k2: 'old' });
      expect(await restored()).toEqual(new Map(Object.entries({ k1: 'old', k2: 'old' })));
      // As a commit of which the answer was lost: Kafka has it, the copy has never heard of it.
      await send({ k1: 'new', k2: null, k3: 'new' });
      const expected = new Map(Object.entries({ k1: 'new', k3: 'new' }));
      expect(await restored()).toEqual(expected);
      const place = { changelogOffset: 1_000, savedAtMs: Date.now() };
      await copy.apply([{ key: Buffer.from('k4'), value: Buffer.from('foreign') }], place);
      expect(await restored()).toEqual(expected);
      // Older than removals are remembered, by this clock or by one that was ahead when it was saved.
      for (const savedAtMs of [
        Date.now() - 2 * COPY_AGE_MS_MAX,
        Date.now() + 2 * COPY_AGE_MS_MAX,
      ]) {
        const { changelogOffset = 0 } = copy.place() ?? {};
        const removed = [{ key: Buffer.from('k5'), value: Buffer.from('removed meanwhile') }];
        await copy.apply(removed, { changelogOffset, savedAtMs });
        expect(await restored()).toEqual(expected);
      }
    });
    await local.close();
    await connection.close();
  },
);
