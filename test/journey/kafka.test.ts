/**
 * The whole product on a real Kafka: random sets with stops and kills, an erasure, a replay, brokers
 * that go away. What the tables must say is what they must say on the embedded log.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { removeTopics, testKafka } from '@rosi/streams-kafka/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { runCommand } from '../harness/command.js';
import { operate } from '../harness/operating.js';
import { makeDataDir, type Product, removeDataDir, startProduct } from '../harness/product.js';
import { killAgainAndAgain } from './kills-run.js';
import { arrivalOf } from './random-sets-arrival.js';
import { killAll } from './random-sets-ending.js';
import { problemsOf, type Step } from './random-sets-run.js';
import { booksOf, expectedBooks, postAll, tablesOf, weekEvents } from './shop-week.js';

const testMsMax = 400_000;
const buyers = 60;
const killsEach = 2;
const kafka = await testKafka();

/** Where one test is at home in the cluster; short sessions, since killed members are waited for. */
const placeOf = (prefix: string) => ({
  ROSI_KAFKA_BROKERS: (kafka?.brokers ?? []).join(','),
  ROSI_KAFKA_PREFIX: prefix,
  ROSI_KAFKA_SESSION_MS: '3000',
});
const newPrefix = () => `journey-${randomUUID()}.`;
const clear = (prefix: string) =>
  removeTopics({ brokers: kafka?.brokers ?? [], clientId: 'journey' }, prefix);

const sets: readonly (readonly [seed: number, partitions: number, steps: readonly Step[]])[] = [
  [1, 1, ['compare', 'compare']],
  [
    4,
    3,
    [
      { ending: 'kill all', inFlight: true },
      { ending: 'kill', inFlight: false },
      'compare',
      { ending: 'kill all', inFlight: false },
      'compare',
    ],
  ],
  [5, 3, ['compare', { ending: 'stop', inFlight: false }, 'compare']],
];

describe.skipIf(kafka === null)('the product on Kafka', () => {
  it.each(sets)(
    'random set %i on %i partitions equals the oracle',
    async (seed, partitions, steps) => {
      const prefix = newPrefix();
      const env = { ...placeOf(prefix), ROSI_KAFKA_PARTITIONS: String(partitions) };
      const problems = await problemsOf(arrivalOf(seed), seed, steps, env);
      await clear(prefix);
      expect(problems).toEqual([]);
    },
    testMsMax,
  );

  it(
    'killed again and again with lag it equals the oracle',
    async () => {
      const prefix = newPrefix();
      const report = await killAgainAndAgain(71, killsEach, placeOf(prefix));
      await clear(prefix);
      expect(report.problems).toEqual([]);
      expect(report.kills).toEqual({ parent: killsEach, group: killsEach, clickhouse: killsEach });
    },
    testMsMax,
  );

  describe('for an operator', () => {
    let prefix = '';
    let dataDir = '';
    let running: Product | null = null;
    const start = async () => {
      running = await startProduct({ dataDir, env: placeOf(prefix) });
      return running;
    };
    const begin = async () => {
      prefix = newPrefix();
      dataDir = await makeDataDir();
      return start();
    };
    afterEach(async () => {
      if (running !== null) await killAll(running);
      running = null;
      await removeDataDir(dataDir);
      await clear(prefix);
    });

    it(
      'a replay gives the same tables, while events go on and through kill -9',
      async () => {
        let product = await begin();
        await postAll(product, weekEvents(0, buyers));
        await product.settle();
        const before = await tablesOf(product);
        expect(await booksOf(product)).toEqual(expectedBooks(buyers));
        await operate(product, 'POST', '/v1/replay', {});
        await product.settle();
        expect(await tablesOf(product)).toEqual(before);
        await operate(product, 'POST', '/v1/replay', {});
        await postAll(product, weekEvents(buyers, buyers * 2));
        await wait(150);
        await killAll(product);
        product = await start();
        await product.settle();
        expect(await booksOf(product)).toEqual(expectedBooks(buyers * 2));
      },
      testMsMax,
    );

    it(
      '`rosi check` holds the tables against the topics, and `rosi backup` says what to do instead',
      async () => {
        const product = await begin();
        await postAll(product, weekEvents(0, buyers));
        await product.settle();
        const check = async (env: Readonly<Record<string, string>> = placeOf(prefix)) => {
          const { code, stdout, stderr } = await runCommand(dataDir, ['check', '--json'], env);
          expect(stderr).toBe('');
          return { code, report: JSON.parse(stdout) as CheckReport };
        };
        const off = ({ report }: Awaited<ReturnType<typeof check>>) =>
          report.checks.filter(({ count }) => count > 0).map(({ check: name }) => name);
        const whole = await check();
        expect(off(whole)).toEqual([]);
        expect(whole).toMatchObject({ code: 0, report: { clean: true, log_checked: true } });
        // Nothing says where the log is.
        expect((await check({})).report).toMatchObject({ clean: true, log_checked: false });
        // Only the topic tells that there was such an event.
        await execute(product, "ALTER TABLE rosi.events DELETE WHERE event_id = 'week-0-0'");
        const damaged = await check();
        expect(off(damaged)).toEqual(['events-records']);
        expect(damaged.code).toBe(1);
        const target = join(dataDir, 'copy');
        const backup = await runCommand(dataDir, ['backup', target], placeOf(prefix));
        expect(backup).toMatchObject({ code: 2, stdout: '' });
        expect(backup.stderr).toContain('"Backup on Kafka"');
        expect(existsSync(target)).toBe(false);
      },
      testMsMax,
    );

    it(
      'a person who is erased is nowhere, through kill -9 and a replay, and the books stay',
      async () => {
        let product = await begin();
        await postAll(product, weekEvents(0, buyers));
        await product.settle();
        const traces = ['week-a3', 'week-u3', 'week-3-0', 'week-3-1'];
        expect(await rowsNaming(product, traces)).toBeGreaterThan(3);
        const identifiers = { anonymous_id: 'week-a3' };
        await operate(product, 'POST', '/v1/persons/erase', { identifiers });
        await wait(100);
        await killAll(product);
        product = await start();
        await product.settle();
        expect(await rowsNaming(product, traces)).toBe(0);
        expect(await booksOf(product)).toMatchObject(booksOfErased());
        // Late copies of what was erased.
        await postAll(product, weekEvents(3, 4));
        await operate(product, 'POST', '/v1/replay', {});
        await product.settle();
        expect(await rowsNaming(product, traces)).toBe(0);
        expect(await booksOf(product)).toMatchObject(booksOfErased());
      },
      testMsMax,
    );
  });
});

/** Orders and their credit are books, and stay. */
function booksOfErased() {
  const { orders, net, credit, daily, first } = expectedBooks(buyers);
  return { orders, net, credit, daily, first };
}

/** What the test reads of a report of `rosi check --json`. */
interface CheckReport {
  readonly clean: boolean;
  readonly log_checked: boolean;
  readonly checks: readonly { readonly check: string; readonly count: number }[];
}

/** A change of rows, done when it resolves. */
async function execute({ clickhouseUrl }: Product, statement: string): Promise<void> {
  const body = `${statement} SETTINGS mutations_sync = 2`;
  const response = await fetch(clickhouseUrl, { method: 'POST', body });
  if (!response.ok) throw new Error(await response.text());
}

async function rowsNaming(product: Product, traces: readonly string[]): Promise<number> {
  const tables = ['order_records', 'credit_deltas', 'events', 'touchpoints', 'identities'];
  const all = tables.map((name) => `SELECT toString(tuple(*)) AS row FROM rosi.${name}`);
  const rows = await product.sql(
    `SELECT count() AS rows FROM (${all.join(' UNION ALL ')})
    WHERE match(row, '\\\\b(${traces.join('|')})\\\\b')`,
  );
  return Number(rows[0]?.['rows']);
}
