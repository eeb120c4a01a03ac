/**
 * ROSI's topics as others read them: Confluent's client for Python sees in every record what ROSI
 * sees, with the committed schema files and with a schema registry. What does not fit is refused.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventsCollected, type Topic } from '@rosi/events';
import { wire } from '@rosi/streams';
import { openTopicWriter, registerSchemas, runKafka, type SchemaIds } from '@rosi/streams-kafka';
import {
  makeTopics,
  readValues,
  removeTopics,
  testKafka,
  writeTopic,
} from '@rosi/streams-kafka/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { foreignReader, startSchemaRegistry } from '../harness/foreign-tools.js';
import { testedTopology } from '../property/run-topology.js';
import { GROUP, type KafkaPlace, randomSets, untilSettled } from './kafka-sets.js';

const PARTITIONS = 2;
const SETS = 3;
const schemaFiles = fileURLToPath(new URL('../../schemas/wire/', import.meta.url));
const kafka = await testKafka();
const reader = await foreignReader();
const registry = await startSchemaRegistry();
afterAll(async () => {
  await registry?.close();
});
const brokers = kafka?.brokers ?? [];
const client = { brokers, clientId: 'foreign' };

const topics = [...wire(testedTopology()).topics.values()];

/** Random sets through the collector's writer and the stitcher. */
async function filled(schemaIds: SchemaIds, prefix: string): Promise<KafkaPlace> {
  const place = { kafka: client, prefix, partitions: PARTITIONS };
  const dir = mkdtempSync(join(tmpdir(), 'rosi-foreign-'));
  let fault: Error | undefined;
  const runtime = await runKafka({
    ...place,
    topology: testedTopology(),
    groupId: GROUP,
    dir,
    schemaIds,
    // What is between processors stays, to be looked at.
    purgeEveryMs: 1e9,
    onFault: (error) => {
      fault = error;
    },
  });
  const writer = openTopicWriter({ ...place, topics: [eventsCollected.name], schemaIds });
  for (const { records } of randomSets(Array.from({ length: SETS }, (_, n) => 700 + n))) {
    await writer.append(eventsCollected, records);
  }
  expect(await untilSettled(place, () => fault)).toEqual([]);
  await writer.close();
  await runtime.stop();
  rmSync(dir, { recursive: true });
  return place;
}

const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** As it stands on the wire. */
function wireNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wireNames);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [snake(name), wireNames(one)]),
  );
}

async function expectSame(place: KafkaPlace, way: 'files' | 'registry', where: string) {
  const names = topics.map(({ name }) => `${place.prefix}${name}`);
  const found = (await reader?.read(brokers.join(','), way, where, names)) ?? [];
  const told: Record<string, number> = {};
  for (const topic of topics) {
    const own: unknown[] = await readValues(client, topic as Topic<unknown>, place);
    const theirs = found.filter((one) => one.topic === `${place.prefix}${topic.name}`);
    theirs.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
    expect(theirs.map(({ value }) => value)).toEqual(own.map(wireNames));
    for (const [index, value] of own.entries()) {
      expect(theirs[index]?.key).toBe((topic as Topic<unknown>).keyOf(value));
    }
    told[topic.name] = own.length;
  }
  // The sets reach these; what has no records proves nothing.
  for (const name of [
    'events.collected',
    'events.accepted',
    'ledger.orders',
    'ledger.touchpoints',
  ]) {
    expect(told[name], name).toBeGreaterThan(10);
  }
}

describe.skipIf(kafka === null || reader === null)('a foreign client', { timeout: 300_000 }, () => {
  test('reads every topic with the committed schema files', async () => {
    const prefix = `foreign-${randomUUID()}.`;
    const place = await filled(new Map(), prefix);
    await expectSame(place, 'files', schemaFiles);
    await removeTopics(client, prefix);
  });

  test.skipIf(registry === null)('reads every topic with a schema registry', async () => {
    const prefix = `foreign-${randomUUID()}.`;
    const url = registry?.url ?? '';
    const topology = testedTopology();
    const ids = await registerSchemas({ url, topology, prefix });
    // Each start says the same again.
    expect(await registerSchemas({ url, topology, prefix })).toEqual(ids);
    expect(Math.max(...ids.values())).toBeLessThan(1_000_000_000);
    const place = await filled(ids, prefix);
    await expectSame(place, 'registry', url);
    await removeTopics(client, prefix);
  });
});

describe.skipIf(registry === null)('a schema registry', { timeout: 120_000 }, () => {
  const url = registry?.url ?? '';
  const topology = testedTopology();
  const register = (subject: string, schema: object) =>
    fetch(`${url}/subjects/${subject}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: JSON.stringify(schema) }),
    });
  test('whose subject has a schema that can not be read is refused by name', async () => {
    const prefix = `foreign-${randomUUID()}.`;
    const fields = [{ name: 'workspace', type: 'int' }];
    const other = { type: 'record', name: 'CollectedEvent', namespace: 'rosi', fields };
    expect((await register(`${prefix}events.collected-value`, other)).ok).toBe(true);
    await expect(registerSchemas({ url, topology, prefix })).rejects.toMatchObject({
      code: 'ROSI_TOPIC_UNFIT',
      message: expect.stringContaining(`${prefix}events.collected-value`),
    });
  });
  test('that is away is named, and its password is not', async () => {
    const away = registerSchemas({ url: 'http://ada:secret@127.0.0.1:9/', topology, prefix: 'x.' });
    await expect(away).rejects.toMatchObject({
      code: 'ROSI_LOG_UNAVAILABLE',
      message: expect.stringMatching(/127\.0\.0\.1:9 .*ROSI_SCHEMA_REGISTRY_URL/),
    });
    await expect(away).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
  });
});

test.skipIf(kafka === null)(
  'records without the framing are refused by name',
  { timeout: 120_000 },
  async () => {
    const prefix = `foreign-${randomUUID()}.`;
    const place = { prefix, partitions: 1 };
    await makeTopics(client, testedTopology(), place);
    const [set] = randomSets([705]);
    const [record] = set?.records ?? [];
    if (record === undefined) throw new Error('the set has no records');
    await writeTopic(client, eventsCollected, { ...place, framed: false }, [record]);
    const dir = mkdtempSync(join(tmpdir(), 'rosi-foreign-'));
    const fault = await new Promise<Error>((resolve, reject) => {
      const started = runKafka({
        ...{ kafka: client, ...place, topology: testedTopology(), groupId: GROUP, dir },
        onFault: (error) => void started.then((one) => one.stop()).then(() => resolve(error)),
      });
      started.catch(reject);
    });
    expect(fault).toMatchObject({
      code: 'ROSI_TOPIC_UNFIT',
      message: expect.stringMatching(/events\.collected partition 0 at 0: .*framing/),
    });
    rmSync(dir, { recursive: true });
    await removeTopics(client, prefix);
  },
);
