/**
 * `rosi replay`: the stitcher records everything current again, and the loader fills emptied tables
 * with it and with the event log. From the command until settled; rows are those in the tables
 * afterwards, which have to be what they were before.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBodies } from './bodies.mjs';
import { startClient } from './client.mjs';
import { MixedEvents } from './mixed-events.mjs';
import { secretKey, startProduct, untilSettled } from './product.mjs';
import { profileText, readProfiles } from './profile.mjs';
import { settledDifferences } from './settled-check.mjs';

const seed = 13;
const eventsPerBody = 1_000;
const connections = 4;
const targetPerSecond = 50_000;
const tables = ['events', 'order_records', 'touchpoints', 'identities', 'catalogue_entries'];

export const replay = {
  name: 'replay',
  title: 'rosi replay into emptied tables',
  defaultEvents: 200_000,
  async run({ events, profile }) {
    const dir = await mkdtemp(join(tmpdir(), 'rosi-benchmark-'));
    const profileDir = profile ? join(dir, 'profiles') : null;
    if (profileDir !== null) await mkdir(profileDir);
    const product = await startProduct({ dir: join(dir, 'product'), profileDir });
    try {
      const measured = await measure(product, join(dir, 'bodies'), events);
      await product.stop();
      const profiles = profileDir === null ? null : readProfiles(profileDir);
      return { ...result(measured), profile: profiles === null ? null : profileText(profiles) };
    } finally {
      await product.stop();
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};

async function measure(product, file, events) {
  const mixed = new MixedEvents({ events, seed });
  writeBodies(file, mixed, eventsPerBody);
  const url = product.httpUrl;
  const options = { url, path: '/v1/events', key: secretKey, file, connections };
  await (await startClient('./send-bodies.mjs', options)).run();
  await untilSettled(product);
  await check(product, mixed);
  const watched = product.watch();
  const startedAt = Date.now();
  const headers = { authorization: `Bearer ${secretKey}` };
  const asked = await fetch(`${url}/v1/replay`, { method: 'POST', headers });
  if (!asked.ok) throw new Error(`replay: ${asked.status} ${await asked.text()}`);
  const { generation } = await asked.json();
  const settledAt = await untilSettled(product);
  const cost = watched.end();
  await check(product, mixed);
  return { ...(await countRows(product, generation)), settledAt, startedAt, cost };
}

async function check(product, mixed) {
  const differences = await settledDifferences(product.sql, mixed.expected());
  if (differences.length > 0) throw new Error(`the tables are wrong:\n${differences.join('\n')}`);
}

/** The newest order record is of the replay's generation, or nothing was replayed. */
async function countRows({ sql }, generation) {
  let rows = 0;
  for (const table of tables) rows += (await sql(`SELECT count() AS n FROM ${table}`))[0].n;
  const [{ at }] = await sql(
    'SELECT toUnixTimestamp64Milli(min(recorded_at)) AS at FROM order_records',
  );
  if (at < generation) throw new Error('the tables hold records from before the replay');
  return { rows };
}

function result({ rows, settledAt, startedAt, cost }) {
  const seconds = (settledAt - startedAt) / 1_000;
  const perSecond = rows / seconds;
  const met = perSecond >= targetPerSecond;
  const cpu = (name, cpuSeconds) =>
    `  CPU ${name.padEnd(28)} ${cpuSeconds.toFixed(1)} s  ${((cpuSeconds * 1e6) / rows).toFixed(1)} µs a row`;
  return {
    figures: { rows, seconds, rowsPerSecond: perSecond, ...cost, target: targetPerSecond, met },
    lines: [
      `${rows} rows in ${seconds.toFixed(1)} s: ${Math.round(perSecond)} rows/s`,
      `target ${targetPerSecond} rows/s: ${met ? 'met' : 'MISSED'}`,
      ...cost.threads.map(({ name, seconds: used }) => cpu(name, used)),
      cpu('ClickHouse', cost.clickhouseSeconds),
    ],
  };
}
