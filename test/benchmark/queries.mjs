/**
 * Every statement of docs/queries.md against a large shop: filled through the loader's insert path,
 * checked, then asked over HTTP as an analyst's client asks, one at a time. In two sizes, one ten
 * times the other, so that the growth shows.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectWarehouse, startEmbeddedClickHouse } from '@rosi/warehouse';
import { machineCpuSeconds, processCpuSeconds } from './processes.mjs';
import { fill } from './queries-fill.mjs';
import { readQueries } from './queries-page.mjs';
import { median } from './sampling.mjs';

const warmRounds = 2;
const rounds = 20;
const targetMs = 100;
/** No wave is coming in a shop whose people talk evenly. */
const mayBeEmpty = new Set([23]);
const silent = { debug() {}, info() {}, warn() {}, error() {} };

export const queries = {
  name: 'queries',
  title: 'every statement of docs/queries.md, p95',
  defaultCredits: 1_000_000,
  async run({ credits, database, say }) {
    const kept = database ?? (await mkdtemp(join(tmpdir(), 'rosi-queries-')));
    try {
      const small = await measure({ credits: Math.round(credits / 10), dir: kept, say });
      const large = await measure({ credits, dir: kept, say });
      return result(small, large, credits);
    } finally {
      if (database === null) await rm(kept, { recursive: true, force: true });
    }
  },
};

async function measure({ credits, dir, say }) {
  const own = join(dir, String(credits));
  const isFilled = existsSync(join(own, 'filled'));
  mkdirSync(own, { recursive: true });
  const clickhouse = await startEmbeddedClickHouse({ dir: own, port: 0, logger: silent });
  const warehouse = await connectWarehouse({ url: clickhouse.url });
  try {
    if (isFilled) await migrateAgain(warehouse, credits);
    else await fill(warehouse, credits, say);
    mkdirSync(join(own, 'filled'), { recursive: true });
    await quiet(warehouse);
    const statements = await withIdsOf(warehouse);
    if (credits >= 1_000_000) await checkPlans(clickhouse.url, statements);
    return await timings(statements, clickhouse);
  } finally {
    await warehouse.close();
    await clickhouse.stop();
  }
}

const migrateAgain = (warehouse, credits) =>
  warehouse.migrate({ timezone: 'UTC', logUuid: `queries-${credits}`, loadedBefore: true });

/** Merges of the fill are over; those of a running pipeline are smaller. */
async function quiet(warehouse) {
  for (;;) {
    const [{ busy }] = await warehouse.query(
      `SELECT (SELECT count() FROM system.merges) + (SELECT count() FROM system.mutations
        WHERE NOT is_done) AS busy`,
    );
    if (busy === 0) return;
    await new Promise((done) => setTimeout(done, 1_000));
  }
}

/** The page's example ids stand for a busy post and a long journey. */
async function withIdsOf(warehouse) {
  const [{ post_id }] = await warehouse.query(
    `SELECT post_id FROM rosi.revenue_by_post_daily WHERE workspace = 'default'
      AND day = '2026-03-10' AND model = 'linear' AND post_id != '' ORDER BY orders DESC LIMIT 1`,
  );
  const [{ order_id }] = await warehouse.query(
    `SELECT order_id FROM rosi.orders_current WHERE occurred_at >= '2026-03-10'
      AND occurred_at < '2026-03-11' AND net > 0 ORDER BY eligible_touchpoints DESC LIMIT 1`,
  );
  return readQueries().map((query) => ({
    ...query,
    sql: query.sql.replaceAll("'p-1'", `'${post_id}'`).replaceAll("'1001'", `'${order_id}'`),
  }));
}

const inOrderOfTime =
  /FROM (credits(_unresolved)?|(touchpoints|events)_by_time|revenue_daily)( AS [cr])?\n/;
const readsProjection = /ReadFromMergeTree \((by_(model|time|day)|interactions_by_time)\)/;

/** What is in order of time must be read so, or the figures say nothing of the schema. */
async function checkPlans(url, statements) {
  for (const { number, sql } of statements) {
    if (!inOrderOfTime.test(sql)) continue;
    const { data } = await ask(url, `EXPLAIN ${sql}`);
    if (readsProjection.test(`${data}`)) continue;
    throw new Error(`question ${number} reads more than its period`);
  }
}

/** In rounds over all statements, so that a disturbance does not meet one alone. */
async function timings(statements, { url, pid }) {
  const before = spentBy(pid());
  const taken = statements.map(({ number, title }) => ({ number, title, ms: [], cpuMs: [] }));
  for (let round = 0; round < warmRounds + rounds; round++) {
    for (const [at, { sql, number }] of statements.entries()) {
      const cpuBefore = processCpuSeconds(pid());
      const startedAt = performance.now();
      const { rows } = await ask(url, sql);
      const ms = performance.now() - startedAt;
      if (rows === 0 && !mayBeEmpty.has(number)) throw new Error(`question ${number}: no answer`);
      if (round < warmRounds) continue;
      taken[at].ms.push(ms);
      taken[at].cpuMs.push((processCpuSeconds(pid()) - cpuBefore) * 1_000);
      taken[at].rows = rows;
    }
  }
  const after = spentBy(pid());
  const others = (after.others - before.others) / (after.seconds - before.seconds);
  return taken.map(({ number, title, ms, cpuMs, rows }) => ({
    number,
    others,
    title,
    rows,
    p50: median(ms),
    p95: percentile(ms, 0.95),
    least: Math.min(...ms),
    // The kernel counts in ticks of 10 ms: only the mean of many means something.
    cpu: cpuMs.reduce((sum, one) => sum + one, 0) / cpuMs.length,
  }));
}

/** Who asks and who answers aside, what the machine's cores did meanwhile. */
function spentBy(pid) {
  const { user, system } = process.cpuUsage();
  const own = (user + system) / 1e6 + processCpuSeconds(pid);
  return { seconds: performance.now() / 1_000, others: machineCpuSeconds() - own };
}

const percentile = (values, part) =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * part) - 1];

async function ask(url, sql) {
  const search = new URLSearchParams({ database: 'rosi', default_format: 'JSONCompact' });
  const response = await fetch(`${url}/?${search}`, { method: 'POST', body: sql });
  const text = await response.text();
  if (!response.ok) throw new Error(`${text.slice(0, 1_000)}\n${sql}`);
  return JSON.parse(text);
}

function result(small, large, credits) {
  const missed = large.filter(({ p95 }) => p95 > targetMs);
  const line = (query, at) => {
    const cells = [query.p50, query.p95, query.least, query.cpu, small[at].p95, small[at].cpu];
    const growth = (query.cpu / Math.max(small[at].cpu, 1)).toFixed(1);
    const figures = cells.map((cell) => cell.toFixed(0).padStart(6)).join(' ');
    return `${String(query.number).padStart(2)} ${figures} ${growth.padStart(6)}  ${query.title}`;
  };
  return {
    figures: { credits, targetMs, missed: missed.map(({ number }) => number), small, large },
    lines: [
      `load ${loadavg()[0].toFixed(1)}, others used ${large[0].others.toFixed(2)} of a core`,
      `ms at ${credits} credit rows, then at a tenth; growth of CPU`,
      ' #    p50    p95  least    CPU |  p95    CPU growth',
      ...large.map(line),
      missed.length === 0
        ? `target p95 ${targetMs} ms: met by all`
        : `target p95 ${targetMs} ms: MISSED by ${missed.map(({ number }) => number).join(', ')}`,
    ],
  };
}
