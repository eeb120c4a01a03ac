/**
 * The collector in front of a real Kafka: 202 means that the events are in the log, and while Kafka
 * is away the answer is 503 with Retry-After, with nothing kept in memory.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Collector, startCollector } from '@rosi/collector';
import { eventsCollected } from '@rosi/events';
import { createLogger } from '@rosi/service-kit';
import { openTopicWriter } from '@rosi/streams-kafka';
import { makeTopics, readValues, startLocalBroker, testKafka } from '@rosi/streams-kafka/testing';
import { expect, test } from 'vitest';
import { testedTopology } from '../property/run-topology.js';

const PARTITIONS = 3;
// The test needs a broker that it may stop, so that a given one is of no use to it.
const isGiven = process.env['ROSI_KAFKA_BROKERS'] !== undefined;
const kafka = await testKafka();

async function post(collector: Collector, ids: readonly string[]): Promise<Response> {
  const events = ids.map((id) => ({
    event_id: id,
    type: 'click',
    identifiers: { anonymous_id: `a-${id}` },
  }));
  return fetch(`${collector.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });
}

test.skipIf(kafka === null || isGiven)(
  'events are answered once they are in Kafka, and refused while it is away',
  { timeout: 120_000 },
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'rosi-collector-kafka-'));
    let broker = await startLocalBroker({ dir });
    const port = Number(broker.address.split(':')[1]);
    const client = { brokers: [broker.address], clientId: 'collector' };
    const place = { prefix: `collector-${randomUUID()}.`, partitions: PARTITIONS };
    await makeTopics(client, testedTopology(), place);
    const topics = [eventsCollected.name];
    const log = openTopicWriter({ kafka: client, ...place, topics, answerMsMax: 3000 });
    const collector = await startCollector({
      host: '127.0.0.1',
      port: 0,
      keys: { secretKey: 'secret', writeKey: 'write' },
      workspace: 'default',
      hashKey: 'hash-key-of-the-tests',
      ownDomains: [],
      log,
      status: async () => ({ settled: true, freshThrough: null, stages: [] }),
      ready: async () => [],
      logger: createLogger({ name: 'test', level: 'silent' }),
    });
    const accepted: string[] = [];
    const refused = new Set<string>();
    let refusals = 0;
    const send = async (ids: readonly string[]) => {
      const answer = await post(collector, ids);
      if (answer.status === 202) accepted.push(...ids);
      else {
        expect(answer.status).toBe(503);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        refusals += 1;
        for (const id of ids) refused.add(id);
      }
    };
    const requests = Array.from({ length: 30 }, (_, n) => [`${n}-a`, `${n}-b`, `${n}-c`]);
    while (!accepted.includes('first')) await send(['first']);
    for (const ids of requests.slice(0, 15))
      while (!accepted.includes(ids[0] ?? '')) await send(ids);
    await broker.close();
    refusals = 0;
    await send(['away']);
    expect(refusals).toBe(1);
    broker = await startLocalBroker({ dir, port });
    while (!accepted.includes('away')) await send(['away']);
    await Promise.all(requests.slice(15).map(send));
    await collector.stop();
    await log.close();

    const events = await readValues(client, eventsCollected, place);
    const ids = events.map(({ eventId }) => eventId);
    expect(ids).toEqual(expect.arrayContaining(accepted));
    // Only what was refused, and may have been written nevertheless, can be there again.
    const others = ids.filter((id) => !refused.has(id));
    expect(new Set(others).size).toBe(others.length);
    await broker.close();
    rmSync(dir, { recursive: true });
  },
);
