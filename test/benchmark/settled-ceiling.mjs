/**
 * What no pipeline on these libraries and this warehouse can beat: each part that any of them must
 * have, alone and at its fastest, on the very bodies and rows of the run before.
 *
 * - parse: fastify takes and parses the same bodies, sent by the same client;
 * - log: LMDB appends the same events as sent, durably, a body at a time;
 * - warehouse: ClickHouse takes as many rows into the same tables with the same views.
 *
 * On a machine of so many cores they take at least as long as the longest of them, and at least
 * their CPU time divided by the cores: the larger of the two is the ceiling. Stitching, attribution,
 * classification and making rows take no time in it at all.
 */
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { openEventLog } from '@rosi/streams-embedded';
import { connectWarehouse, startEmbeddedClickHouse } from '@rosi/warehouse';
import { startClient } from './client.mjs';
import { processCpuSeconds } from './processes.mjs';
import { select } from './product.mjs';
import { rawTopic } from './raw-topic.mjs';
import { startServer } from './servers.mjs';

const tables = ['events', 'touchpoints', 'identities', 'order_records', 'catalogue_entries'];
/** The loader's own batches have as many. */
const rowsPerInsert = 20_000;
/** More would take long and tell nothing else: the parts' costs grow with the rows. */
const insertsMax = 20;

/**
 * Takes rows out of the product's tables, for the warehouse part.
 * @param {{ clickhouseUrl: string }} product @param {string} dir
 */
export async function exportRows(product, dir) {
  mkdirSync(dir, { recursive: true });
  const exported = [];
  for (const table of tables) {
    const [{ recorded, held }] = await select(
      product.clickhouseUrl,
      `SELECT if(count() = 0, 0, max(log_offset) + 1) AS recorded, count() AS held FROM ${table}`,
    );
    const file = join(dir, table);
    const pieces = await exportTable(product.clickhouseUrl, { table, file, held });
    exported.push({ table, recorded, file, pieces });
  }
  return exported;
}

/** In the format that the loader sends: the cheapest for ClickHouse to read. */
async function exportTable(clickhouseUrl, { table, file, held }) {
  const out = openSync(file, 'w');
  const pieces = [];
  const end = Math.min(held, insertsMax * rowsPerInsert);
  for (let at = 0; at < end; at += rowsPerInsert) {
    const search = new URLSearchParams({ database: 'rosi', max_block_size: `${rowsPerInsert}` });
    const response = await fetch(`${clickhouseUrl}/?${search}`, {
      method: 'POST',
      body: `SELECT * FROM ${table} ORDER BY log_offset LIMIT ${at}, ${rowsPerInsert} FORMAT Native`,
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (!response.ok) throw new Error(bytes.toString('utf8').slice(0, 1_000));
    writeSync(out, bytes);
    pieces.push({ bytes: bytes.length, rows: Math.min(rowsPerInsert, held - at) });
  }
  closeSync(out);
  return pieces;
}

/** @returns {Promise<{ parts: { name: string, seconds: number, cpuSeconds: number }[], seconds: number }>} */
export async function measureCeiling({ dir, file, rows, connections }) {
  const parts = [
    ...(await parsePart(file, connections)),
    await logPart(file, join(dir, 'ceiling-log')),
    await warehousePart(rows, join(dir, 'ceiling-clickhouse')),
  ];
  const longest = Math.max(...parts.map(({ seconds }) => seconds));
  const cpuSeconds = parts.reduce((sum, part) => sum + part.cpuSeconds, 0);
  const cores = cpus().length;
  return { parts, cores, seconds: Math.max(longest, cpuSeconds / cores) };
}

async function parsePart(file, connections) {
  const server = await startServer('./empty-server.mjs');
  try {
    const client = await startClient('./send-bodies.mjs', {
      url: server.url,
      path: '/v1/events',
      key: 'none',
      file,
      connections,
    });
    const before = processCpuSeconds(server.pid);
    const sent = await client.run();
    const cpuSeconds = processCpuSeconds(server.pid) - before;
    const seconds = (sent.endedAt - sent.startedAt) / 1_000;
    return [
      { name: 'parse (fastify)', seconds, cpuSeconds },
      { name: 'client', seconds: sent.cpuSeconds, cpuSeconds: sent.cpuSeconds },
    ];
  } finally {
    await server.stop();
  }
}

async function logPart(file, dir) {
  const bodies = eventsOf(file);
  const log = await openEventLog({ dir });
  try {
    const cpuBefore = process.cpuUsage();
    const startedAt = performance.now();
    let last = Promise.resolve();
    // As the collector does with four connections: some appends wait while one is committed.
    for (let at = 0; at < bodies.length; at += 4) {
      const group = bodies.slice(at, at + 4).map((events) => log.append(rawTopic, events));
      last = Promise.all(group);
      await last;
    }
    const { user, system } = process.cpuUsage(cpuBefore);
    const seconds = (performance.now() - startedAt) / 1_000;
    return { name: 'log (LMDB)', seconds, cpuSeconds: (user + system) / 1e6 };
  } finally {
    await log.close();
  }
}

/** The events of every body as sent, cut before the clock starts. */
function eventsOf(file) {
  const bytes = readFileSync(file);
  const index = JSON.parse(readFileSync(`${file}.index.json`, 'utf8'));
  let from = 0;
  return index.map(({ bytes: length, type }) => {
    const text = bytes.toString('utf8', from, from + length);
    from += length;
    const lines =
      type === 'application/x-ndjson'
        ? text.split('\n').filter((line) => line !== '')
        : JSON.parse(text).map((event) => JSON.stringify(event));
    return lines.map((line) => ({ value: Buffer.from(line), timestamp: 0 }));
  });
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

async function warehousePart(rows, dir) {
  const clickhouse = await startEmbeddedClickHouse({ dir, port: 0, logger: silent });
  const warehouse = await connectWarehouse({ url: clickhouse.url });
  try {
    const logUuid = 'ceiling';
    await warehouse.migrate({ timezone: 'UTC', logUuid, loadedBefore: false });
    const pid = clickhouse.pid();
    const cpuBefore = processCpuSeconds(pid);
    let seconds = 0;
    let cpuSeconds = 0;
    let at = cpuBefore;
    for (const { table, recorded, file, pieces } of rows) {
      const startedAt = performance.now();
      const inserted = await insertPieces(clickhouse.url, { table, file, pieces, recorded });
      const scale = inserted === 0 ? 0 : recorded / inserted;
      const now = processCpuSeconds(pid);
      seconds += scale * ((performance.now() - startedAt) / 1_000);
      cpuSeconds += scale * (now - at);
      at = now;
    }
    return { name: 'warehouse (ClickHouse)', seconds, cpuSeconds };
  } finally {
    await warehouse.close();
    await clickhouse.stop();
  }
}

const insertSettings = {
  database: 'rosi',
  async_insert: '0',
  max_insert_block_size: '1000000000',
  min_insert_block_size_rows: '1000000000',
  min_insert_block_size_bytes: '4000000000',
  wait_end_of_query: '1',
};

/** One insert a piece, as the loader makes them. Answers the rows that went in. */
async function insertPieces(url, { table, file, pieces, recorded }) {
  const bytes = readFileSync(file);
  let from = 0;
  let inserted = 0;
  for (const piece of pieces) {
    if (inserted >= recorded) break;
    const query = `INSERT INTO ${table} FORMAT Native`;
    const search = new URLSearchParams({ ...insertSettings, query });
    const body = bytes.subarray(from, from + piece.bytes);
    const response = await fetch(`${url}/?${search}`, { method: 'POST', body });
    if (!response.ok) throw new Error((await response.text()).slice(0, 1_000));
    await response.arrayBuffer();
    from += piece.bytes;
    inserted += piece.rows;
  }
  return inserted;
}
