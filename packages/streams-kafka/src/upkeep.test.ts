/** What keeps state and topics in order over time, on a real broker: upgrades, purging, refusals. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ProcessorDeclaration, stateKey, type Topology } from '@rosi/streams';
import { looping, note, noteTopic, numbering, topologyOf } from '@rosi/streams/contract';
import kafkajs from 'kafkajs';
import { afterAll, expect, test, vi } from 'vitest';
import { connectKafka } from './connection.js';
import { type KafkaRuntime, type KafkaRuntimeOptions, openProgress, runKafka } from './index.js';
import { firstOffset } from './offsets.js';
import { readTopic, removeTopics, setTopic, testKafka, writeTopic } from './testing/index.js';

vi.setConfig({ testTimeout: 120_000 });
const kafka = await testKafka();
const client = { brokers: kafka?.brokers ?? [], clientId: 'upkeep' };
const dir = mkdtempSync(join(tmpdir(), 'rosi-upkeep-'));
const prefixes: string[] = [];
const input = noteTopic('contract.input');
const output = noteTopic('contract.output');
afterAll(async () => {
  rmSync(dir, { recursive: true });
  if (kafka === null) return;
  for (const prefix of prefixes) await removeTopics(client, prefix);
});

function place(): { readonly prefix: string; readonly partitions: number } {
  const prefix = `upkeep-${randomUUID()}.`;
  prefixes.push(prefix);
  return { prefix, partitions: 1 };
}

const faults: Error[] = [];
function run(
  options: Pick<KafkaRuntimeOptions, 'topology' | 'partitions'> & Partial<KafkaRuntimeOptions>,
): Promise<KafkaRuntime> {
  const { prefix = '' } = options;
  const own = { kafka: client, groupId: 'upkeep', dir: join(dir, prefix), sessionMs: 10_000 };
  return runKafka({ ...own, ...options, onFault: (error) => faults.push(error) });
}

async function untilSettled(topology: Topology, where: ReturnType<typeof place>): Promise<void> {
  const progress = await openProgress({ kafka: client, topology, ...where, groupId: 'upkeep' });
  while (!(await progress.isSettled()) && faults.length === 0) await delay(20);
  await progress.close();
}

async function texts(prefix: string): Promise<string[]> {
  const records = await readTopic(client, `${prefix}${output.name}`, 1);
  return records.map(({ value }) => output.codec.decode(value ?? Buffer.alloc(0)).text);
}

test.skipIf(kafka === null)(
  'state of an older format is upgraded, of a newer one refused',
  async () => {
    const where = place();
    const old = numbering();
    const first = await run({ topology: topologyOf(old), ...where });
    await writeTopic(client, input, where, [note('a', 1), note('a', 2)]);
    await untilSettled(topologyOf(old), where);
    await first.stop();

    const newer: ProcessorDeclaration = {
      ...old,
      stateVersion: 2,
      upgrades: { 1: (state) => state.put(stateKey('a'), Buffer.from('10')) },
    };
    const second = await run({ topology: topologyOf(newer), ...where });
    await writeTopic(client, input, where, [note('a', 3)]);
    await untilSettled(topologyOf(newer), where);
    await second.stop();
    expect(await texts(where.prefix)).toEqual(['1', '2', '11']);

    const third = await run({ topology: topologyOf(old), ...where });
    while (faults.length === 0) await delay(20);
    await third.stop();
    expect(faults.splice(0)).toMatchObject([{ code: 'ROSI_STATE_VERSION' }]);
  },
);

test.skipIf(kafka === null)('handled records between processors are removed', async () => {
  const where = place();
  const topology = looping(5);
  const first = await run({ topology, ...where, purgeEveryMs: 50 });
  await writeTopic(client, input, where, [note('x', 4), note('y', 4)]);
  await untilSettled(topology, where);
  const connection = await connectKafka(client);
  const middle = { topic: `${where.prefix}contract.middle`, partition: 0 };
  await connection.watch([middle.topic]);
  while ((await firstOffset(connection, middle)) < 40) await delay(50);
  await connection.close();
  await first.stop();
  // Without the copy on disk too, the changelog leads to positions that are still there.
  const again = await run({ topology, ...where, dir: join(dir, 'again') });
  await writeTopic(client, input, where, [note('z', 2)]);
  await untilSettled(topology, where);
  await again.stop();
  expect(faults).toEqual([]);
  expect(await texts(where.prefix)).toHaveLength(15);
});

test.skipIf(kafka === null)(
  'retention that passes an unread position is told, not skipped',
  async () => {
    const where = place();
    const topology = topologyOf(numbering());
    const first = await run({ topology, ...where });
    await writeTopic(client, input, where, [note('a', 1)]);
    await untilSettled(topology, where);
    await first.stop();
    await writeTopic(client, input, where, [note('a', 2), note('a', 3)]);
    const connection = await connectKafka(client);
    const topic = `${where.prefix}${input.name}`;
    await connection.watch([topic]);
    const broker = await connection.leader(topic, 0);
    await broker.deleteRecords({
      topics: [{ topic, partitions: [{ partition: 0, offset: '2' }] }],
    });
    await connection.close();
    const second = await run({ topology, ...where });
    while (faults.length === 0) await delay(20);
    await second.stop();
    expect(faults.splice(0)).toMatchObject([{ code: 'ROSI_LOG_CUT_TOO_FAR' }]);
  },
);

test.skipIf(kafka === null)(
  'topics that do not fit are refused, and left as they are',
  async () => {
    const where = place();
    const topology = topologyOf(numbering());
    await (await run({ topology, ...where })).stop();
    const changed = (message: string) => ({
      code: 'ROSI_PARTITIONS_CHANGED',
      message: expect.stringContaining(message),
    });
    await expect(run({ topology, ...where, partitions: 2 })).rejects.toMatchObject(
      changed('set ROSI_KAFKA_PARTITIONS to 1'),
    );
    const admin = new kafkajs.Kafka({ brokers: [...client.brokers], logLevel: 0 }).admin();
    await admin.connect();
    const name = `${where.prefix}numbering.changelog`;
    const configEntries = [{ name: 'cleanup.policy', value: 'delete' }];
    const { TOPIC } = kafkajs.ConfigResourceTypes;
    const resources = [{ type: TOPIC, name, configEntries }];
    await admin.alterConfigs({ validateOnly: false, resources });
    const unfit = (message: string) => ({
      code: 'ROSI_TOPIC_UNFIT',
      message: expect.stringContaining(message),
    });
    await expect(run({ topology, ...where })).rejects.toMatchObject(unfit('cleanup.policy'));
    const outputName = `${where.prefix}contract.output`;
    await setTopic(client, outputName, { 'retention.ms': '-1' });
    await expect(run({ topology, ...where })).rejects.toMatchObject(unfit('max.message.bytes'));
    await admin.createPartitions({ topicPartitions: [{ topic: outputName, count: 2 }] });
    await admin.disconnect();
    await expect(run({ topology, ...where })).rejects.toMatchObject(changed("can't take"));
  },
);

test('brokers that do not answer are told as such', { timeout: 120_000 }, async () => {
  const away = { brokers: ['127.0.0.1:1'], clientId: 'upkeep' };
  const topology = topologyOf(numbering());
  await expect(run({ topology, partitions: 1, kafka: away })).rejects.toMatchObject({
    code: 'ROSI_LOG_UNAVAILABLE',
  });
});
