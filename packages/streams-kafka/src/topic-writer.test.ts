/** Records from outside on a real broker: all or an error, each once, and refused while it is away. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { note, noteTopic, numbering, topologyOf } from '@rosi/streams/contract';
import { afterAll, expect, test } from 'vitest';
import { openTaking, openTopicWriter } from './index.js';
import {
  makeTopics,
  readTopic,
  removeTopics,
  setTopic,
  startLocalBroker,
  testKafka,
} from './testing/index.js';

const PARTITIONS = 3;
const kafka = await testKafka();
const client = { brokers: kafka?.brokers ?? [], clientId: 'writer' };
const prefix = `writer-${randomUUID()}.`;
const input = noteTopic('contract.input');
const place = { prefix, partitions: PARTITIONS };
const topics = [input.name];
afterAll(async () => {
  if (kafka === null) return;
  await removeTopics(client, prefix);
});

async function written(brokers: readonly string[]): Promise<number[]> {
  const options = { brokers, clientId: 'writer' };
  const records = await readTopic(options, `${prefix}${input.name}`, PARTITIONS);
  return records.map(({ value }) => input.codec.decode(value ?? Buffer.alloc(0)).n);
}

test.skipIf(kafka === null)(
  'what was answered is written once, each call in its order',
  async () => {
    await makeTopics(client, topologyOf(numbering()), place);
    const writer = openTopicWriter({ kafka: client, ...place, topics });
    const calls = Array.from({ length: 60 }, (_, call) =>
      Array.from({ length: 20 }, (_, n) => note(`k${call}`, call * 100 + n)),
    );
    await Promise.all(calls.map((records) => writer.append(input, records)));
    for (let n = 8000; n < 8050; n += 1) await writer.append(input, [note('one by one', n)]);
    await writer.append(input, [note('last', 9999, 'x'.repeat(1_000_000))]);
    await writer.close();
    const seen = await written(client.brokers);
    expect([...seen].sort((a, b) => a - b)).toEqual([
      ...calls.flatMap((records) => records.map(({ value }) => value.n)),
      ...Array.from({ length: 50 }, (_, n) => 8000 + n),
      9999,
    ]);
    for (const [call] of calls.entries()) {
      const own = seen.filter((n) => n < 8000 && Math.floor(n / 100) === call);
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
  },
);

test.skipIf(kafka === null)(
  'a topic takes records where more copies are asked for than it has, and says so',
  async () => {
    const few = `${prefix}few.`;
    const where = { prefix: few, partitions: PARTITIONS };
    await makeTopics(client, topologyOf(numbering()), where);
    const topic = `${few}${input.name}`;
    await setTopic(client, topic, { 'min.insync.replicas': '2' });
    const taking = await openTaking(client, topic);
    expect(await taking.isTaking()).toBe(true);
    await taking.close();
    const writer = openTopicWriter({ kafka: client, ...where, topics });
    await writer.append(input, [note('a', 1)]);
    await writer.close();
  },
);

test.skipIf(kafka === null)('without brokers a call is refused in time', async () => {
  const away = { brokers: ['127.0.0.1:1'], clientId: 'writer' };
  const writer = openTopicWriter({ kafka: away, ...place, topics, answerMsMax: 300 });
  const refused = { code: 'ROSI_LOG_UNAVAILABLE', retryable: true };
  await expect(writer.append(input, [note('a', 1)])).rejects.toMatchObject(refused);
  await expect(writer.append(input, [note('a', 2)])).rejects.toMatchObject(refused);
  await writer.close();
});

test.skipIf(kafka === null || process.env['ROSI_KAFKA_BROKERS'] !== undefined)(
  'a broker that goes and comes back: refused meanwhile, and nothing doubled',
  { timeout: 120_000 },
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'rosi-writer-'));
    let broker = await startLocalBroker({ dir });
    const port = Number(broker.address.split(':')[1]);
    const options = { brokers: [broker.address], clientId: 'writer' };
    await makeTopics(options, topologyOf(numbering()), place);
    const writer = openTopicWriter({ kafka: options, ...place, topics, answerMsMax: 3000 });
    const accepted: number[] = [];
    const refused: number[] = [];
    const send = async (n: number) => {
      try {
        await writer.append(input, [note(`k${n}`, n)]);
        accepted.push(n);
      } catch {
        refused.push(n);
      }
    };
    while (!accepted.includes(0)) await send(0);
    refused.length = 0;
    for (let n = 1; n < 20; n += 1) await send(n);
    await broker.close();
    for (let n = 20; n < 23; n += 1) await send(n);
    broker = await startLocalBroker({ dir, port });
    for (let n = 23; n < 60; n += 1) await send(n);
    await writer.close();
    expect(refused).toEqual(expect.arrayContaining([20, 21, 22]));
    expect(accepted.length).toBeGreaterThan(40);
    const seen = await written([broker.address]);
    // A refused call may have been written; nothing else can be there twice.
    const once = seen.filter((n) => n !== 0 && !refused.includes(n));
    expect(new Set(once).size).toBe(once.length);
    expect(seen).toEqual(expect.arrayContaining(accepted));
    await broker.close();
    rmSync(dir, { recursive: true });
  },
);
