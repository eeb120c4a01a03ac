/**
 * Services as processes on a real Kafka: collector, loader, page and any number of stitchers, each a
 * `rosi start` of its own. What the tables must say is what they must say of one process.
 */
import { randomUUID } from 'node:crypto';
import { removeTopics, testKafka } from '@rosi/streams-kafka/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../generator/index.js';
import { Processes, SharedClickHouse } from '../harness/processes.js';
import {
  makeDataDir,
  type Product,
  removeDataDir,
  runToEnd,
  secretKey,
} from '../harness/product.js';
import { arrivalOf, longArrivalOf, type Wave } from './random-sets-arrival.js';
import { compared } from './random-sets-comparison.js';
import { type Answers, postUntilTaken } from './random-sets-posting.js';

const testMsMax = 400_000;
const kafka = await testKafka();
let clickhouse: SharedClickHouse;
beforeAll(async () => {
  if (kafka !== null) clickhouse = await SharedClickHouse.start();
});
afterAll(async () => {
  await clickhouse?.close();
});

const newPrefix = () => `processes-${randomUUID()}.`;
const placeOf = (prefix: string, partitions: number) => ({
  ROSI_KAFKA_BROKERS: (kafka?.brokers ?? []).join(','),
  ROSI_KAFKA_PREFIX: prefix,
  ROSI_KAFKA_SESSION_MS: '3000',
  ROSI_KAFKA_PARTITIONS: String(partitions),
  ROSI_CLICKHOUSE_URL: clickhouse.url,
});
const clear = async (prefix: string) => {
  await removeTopics({ brokers: kafka?.brokers ?? [], clientId: 'processes' }, prefix);
  await fetch(clickhouse.url, { method: 'POST', body: 'DROP DATABASE IF EXISTS rosi SYNC' });
};

/** What every process of an arrival is told. */
const envOf = (arrival: ReturnType<typeof arrivalOf>, prefix: string, partitions: number) => ({
  ...placeOf(prefix, partitions),
  ROSI_HASH_KEY: arrival.settings.hashKey,
  ROSI_OWN_DOMAINS: arrival.settings.ownDomains.join(', '),
  ROSI_TIMEZONE: arrival.settings.timezone,
});

type Case = readonly [partitions: number, stitchers: number, seed: number];
/** Each number of partitions and of processes; `npm run soak:kafka` has all pairs of them. */
const cases: readonly Case[] = [
  [1, 1, 21],
  [1, 4, 23],
  [3, 2, 25],
  [12, 1, 28],
  [12, 4, 31],
];
const otherCases: readonly Case[] = [
  [1, 2, 22],
  [3, 1, 24],
  [3, 4, 26],
  [12, 2, 29],
];
const isSoak = process.env['ROSI_SOAK_SECONDS'] !== undefined;

describe.skipIf(kafka === null)('random sets through ClickHouse', () => {
  it.each(isSoak ? [...cases, ...otherCases] : cases)(
    '%i partitions, %i stitcher processes, seed %i',
    async (partitions, stitchers, seed) => {
      const prefix = newPrefix();
      const arrival = arrivalOf(seed);
      const processes = new Processes(envOf(arrival, prefix, partitions));
      const answers: Answers = new Map();
      try {
        const edge = await processes.start(['collector', 'loader']);
        const crew = [await processes.start(['stitcher'])];
        const parts = inParts(arrival.waves, stitchers);
        for (const [number, part] of parts.entries()) {
          if (number > 0) crew.push(await processes.start(['stitcher']));
          await postUntilTaken(edge, part, answers);
        }
        // One leaves amid the work, so that its tasks move.
        if (stitchers > 2 && crew[0] !== undefined) {
          expect(await processes.stop(crew[0])).toEqual([]);
        }
        expect(await compared(edge, arrival, answers)).toEqual([]);
        expect(await processes.close()).toEqual([]);
      } finally {
        await processes.close();
        await clear(prefix);
      }
    },
    testMsMax,
  );

  it(
    'every part a process of its own, killed and stopped while events arrive',
    async () => {
      const prefix = newPrefix();
      const arrival = longArrivalOf(41, 600);
      const random = new Random(41);
      const processes = new Processes(envOf(arrival, prefix, 3));
      const answers: Answers = new Map();
      try {
        const collectors = [await processes.start(['collector'])];
        collectors.push(await processes.start(['collector']));
        const loaderFolder = await processes.newFolder();
        let loader = await processes.start(['loader'], loaderFolder);
        const page = await processes.start(['dashboard']);
        const crew: Product[] = [];
        for (let n = 0; n < 2; n += 1) crew.push(await processes.start(['stitcher']));
        for (const part of inParts(arrival.waves, 6)) {
          const edge = random.pick(collectors);
          const sending = postUntilTaken(edge, part, answers);
          if (random.chance(0.5)) {
            await processes.kill(loader);
            loader = await processes.start(['loader'], loaderFolder);
          } else {
            const gone = crew.shift();
            if (gone !== undefined) await processes.kill(gone);
            crew.push(await processes.start(['stitcher']));
          }
          await sending;
        }
        const [edge] = collectors;
        if (edge === undefined) throw new Error('there is no collector');
        expect(await compared(edge, arrival, answers)).toEqual([]);
        // Whoever is asked says the same.
        for (const one of collectors) expect(await one.status()).toMatchObject({ settled: true });
        const shown = await page.request('/', { headers: authorized });
        expect(shown.status).toBe(200);
        expect(await processes.close()).toEqual([]);
      } finally {
        await processes.close();
        await clear(prefix);
      }
    },
    testMsMax,
  );
});

const authorized = { authorization: `Bearer ${secretKey}` };

function inParts(waves: readonly Wave[], count: number): Wave[][] {
  const size = Math.ceil(waves.length / count);
  return Array.from({ length: count }, (_, n) => waves.slice(n * size, (n + 1) * size));
}

interface Readiness {
  readonly parts: readonly { readonly part: string; readonly ready: boolean }[];
}
const partsOf = (body: string) => (JSON.parse(body) as Readiness).parts.map(({ part }) => part);

describe.skipIf(kafka === null)('a process tells the truth about itself', () => {
  it(
    'readiness, metrics and status are those of its parts',
    async () => {
      const prefix = newPrefix();
      const processes = new Processes(placeOf(prefix, 3));
      try {
        const collector = await processes.start(['collector']);
        const asked = async (product: Product) =>
          partsOf((await product.request('/health/ready')).body);
        expect(await asked(collector)).toEqual(['collector', 'event_log']);
        await collector.post([{ type: 'click', identifiers: { anonymous_id: 'a-1' } }]);
        // Nobody stitches or loads yet, and nobody says so.
        expect(await collector.status()).toMatchObject({ settled: false });
        const stitcher = await processes.start(['stitcher']);
        expect(await asked(stitcher)).toEqual(['event_log', 'stitcher']);
        expect(await collector.status()).toMatchObject({ settled: false });
        const loader = await processes.start(['loader']);
        expect(await asked(loader)).toEqual(['event_log', 'warehouse_loader', 'clickhouse']);
        await collector.settle();
        const page = await processes.start(['dashboard']);
        expect(await asked(page)).toEqual(['event_log', 'clickhouse']);
        expect((await page.request('/v1/events', { method: 'POST' })).status).toBe(404);
        expect((await page.request('/login')).status).toBe(200);
        for (const one of [collector, stitcher, loader, page]) {
          const { status, body } = await one.request('/metrics');
          expect(status).toBe(200);
          expect(body).toContain('rosi_process_cpu_seconds_total');
          expect(body).toContain('rosi_part_ready{part="event_log"} 1');
        }
        const told = async (one: Product) => (await one.request('/metrics')).body;
        expect(await told(collector)).toContain('rosi_settled 1');
        expect(await told(loader)).toContain('rosi_settled 1');
        expect(await told(stitcher)).not.toContain('rosi_settled ');
        expect(await told(stitcher)).toMatch(/stitcher_commit_duration_seconds_count [1-9]/);
        expect(await collector.status()).toMatchObject({
          stages: expect.arrayContaining([
            expect.objectContaining({
              name: 'stitcher',
              outcomes: expect.objectContaining({ 'repeats.ok.first': 1 }),
            }),
          ]),
        });
        expect(await processes.close()).toEqual([]);
      } finally {
        await processes.close();
        await clear(prefix);
      }
    },
    testMsMax,
  );

  it(
    'keys that would differ are refused by name, and a process apart makes none',
    async () => {
      const prefix = newPrefix();
      const processes = new Processes(placeOf(prefix, 1));
      const folder = await makeDataDir();
      const refused = async (parts: readonly string[], env: Record<string, string | undefined>) => {
        const options = processes.options(parts, folder);
        return runToEnd({ ...options, env: { ...options.env, ...env } });
      };
      try {
        await processes.start(['collector']);
        await processes.start(['stitcher']);
        expect(await refused(['collector'], { ROSI_HASH_KEY: undefined })).toMatchObject({
          code: 2,
          output: expect.stringContaining('ROSI_HASH_KEY'),
        });
        expect(await refused(['stitcher'], { ROSI_SUPPRESSION_KEY: undefined })).toMatchObject({
          code: 2,
          output: expect.stringContaining('ROSI_SUPPRESSION_KEY'),
        });
        const others = await refused(['collector'], { ROSI_HASH_KEY: 'hk_of_somebody_else' });
        expect(others).toMatchObject({
          code: 2,
          output: expect.stringMatching(/ROSI_HASH_KEY .*would be strangers/),
        });
        // All parts in one process would make its own, silently.
        const made = await refused([], { ROSI_SUPPRESSION_KEY: undefined });
        expect(made).toMatchObject({
          code: 2,
          output: expect.stringMatching(/ROSI_SUPPRESSION_KEY was made just now/),
        });
        expect(await refused(['loader'], { ROSI_CLICKHOUSE_URL: undefined })).toMatchObject({
          code: 2,
          output: expect.stringContaining('ROSI_CLICKHOUSE_URL'),
        });
        expect(await refused(['stitcher'], { ROSI_KAFKA_BROKERS: undefined })).toMatchObject({
          code: 2,
          output: expect.stringContaining('ROSI_KAFKA_BROKERS'),
        });
        expect(await refused(['kitchen'], {})).toMatchObject({ code: 2 });
        expect(await processes.close()).toEqual([]);
      } finally {
        await processes.close();
        await clear(prefix);
        await removeDataDir(folder);
      }
    },
    testMsMax,
  );
});
