/**
 * From the first HTTP request to settled: the whole product, in processes of its own, fed by a
 * client in another, checked against what the generator knows before any figure is printed.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBodies } from './bodies.mjs';
import { startClient } from './client.mjs';
import { MixedEvents } from './mixed-events.mjs';
import { secretKey, startProduct, untilSettled } from './product.mjs';
import { profileText, readProfiles } from './profile.mjs';
import { exportRows, measureCeiling } from './settled-ceiling.mjs';
import { settledDifferences } from './settled-check.mjs';

const seed = 7;
const eventsPerBody = 1_000;
const connections = 4;
const targetPerSecond = 15_000;

export const settled = {
  name: 'settled',
  title: 'HTTP to settled, mixed events',
  defaultEvents: 1_000_000,
  async run({ events, profile }) {
    const dir = await mkdtemp(join(tmpdir(), 'rosi-benchmark-'));
    try {
      const file = join(dir, 'bodies');
      const mixed = new MixedEvents({ events, seed });
      const { bytes } = writeBodies(file, mixed, eventsPerBody);
      const measured = await measureProduct({ dir, file, expected: mixed.expected(), profile });
      const ceiling = await measureCeiling({ dir, file, rows: measured.rows, connections });
      return result({ events, bytes, measured, ceiling });
    } finally {
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};

async function measureProduct({ dir, file, expected, profile }) {
  const profileDir = profile ? join(dir, 'profiles') : null;
  if (profileDir !== null) await mkdir(profileDir);
  const product = await startProduct({ dir: join(dir, 'product'), profileDir });
  try {
    const client = await startClient('./send-bodies.mjs', {
      url: product.httpUrl,
      path: '/v1/events',
      key: secretKey,
      file,
      connections,
    });
    const watched = product.watch();
    const sent = await client.run();
    const settledAt = await untilSettled(product);
    const cost = watched.end();
    const differences = await settledDifferences(product.sql, expected);
    if (sent.accepted !== expected.accepted || sent.rejected > 0) {
      differences.unshift(`accepted ${sent.accepted}, rejected ${sent.rejected}`);
    }
    if (differences.length > 0) {
      throw new Error(`the tables are wrong, so there is no figure:\n${differences.join('\n')}`);
    }
    const rows = await exportRows(product, join(dir, 'rows'));
    await product.stop();
    const profiles = profileDir === null ? null : readProfiles(profileDir);
    return { sent, seconds: (settledAt - sent.startedAt) / 1_000, cost, rows, profiles };
  } finally {
    await product.stop();
    await product.remove();
  }
}

function result({ events, bytes, measured, ceiling }) {
  const { sent, seconds, cost, rows, profiles } = measured;
  const perSecond = events / seconds;
  const ceilingPerSecond = events / ceiling.seconds;
  return {
    figures: {
      events,
      bytesPerEvent: bytes / events,
      seconds,
      eventsPerSecond: perSecond,
      acceptedPerSecond: events / ((sent.endedAt - sent.startedAt) / 1_000),
      refusals: sent.refusals,
      ledgerRows: Object.fromEntries(rows.map(({ table, recorded }) => [table, recorded])),
      ...cost,
      clientSeconds: sent.cpuSeconds,
      ceiling,
      ceilingEventsPerSecond: ceilingPerSecond,
      ratio: perSecond / ceilingPerSecond,
      target: targetPerSecond,
      targetMet: perSecond >= targetPerSecond,
    },
    lines: linesOf({ events, perSecond, ceilingPerSecond, measured, ceiling }),
    profile: profiles === null ? null : profileText(profiles),
  };
}

function linesOf({ events, perSecond, ceilingPerSecond, measured, ceiling }) {
  const { sent, seconds, cost } = measured;
  const acceptSeconds = (sent.endedAt - sent.startedAt) / 1_000;
  const allSeconds = cost.productSeconds + cost.clickhouseSeconds + sent.cpuSeconds;
  const perEvent = (cpuSeconds) => `${((cpuSeconds * 1e6) / events).toFixed(1)} µs an event`;
  const cpu = (name, cpuSeconds) =>
    `  CPU ${name.padEnd(28)} ${cpuSeconds.toFixed(1).padStart(7)} s  ${perEvent(cpuSeconds)}`;
  return [
    `${events} events: ${Math.round(perSecond)} events/s from the first request to settled ` +
      `(${seconds.toFixed(1)} s); all accepted after ${acceptSeconds.toFixed(1)} s`,
    `target ${targetPerSecond} events/s: ${perSecond >= targetPerSecond ? 'met' : 'MISSED'} ` +
      `(${((100 * perSecond) / targetPerSecond).toFixed(0)} %)`,
    ...cost.threads.map(({ name, seconds: cpuSeconds }) => cpu(name, cpuSeconds)),
    cpu('ClickHouse', cost.clickhouseSeconds),
    cpu('client', sent.cpuSeconds),
    `  CPU in all: ${perEvent(allSeconds)}, so at most ` +
      `${Math.round((events / allSeconds) * ceiling.cores)} events/s on ${ceiling.cores} cores`,
    `  peak RssAnon: product ${cost.productRssAnonMb.toFixed(0)} MB, ` +
      `ClickHouse ${cost.clickhouseRssAnonMb.toFixed(0)} MB`,
    ...ceiling.parts.map(
      ({ name, seconds: wall, cpuSeconds }) =>
        `  alone: ${name.padEnd(24)} ${wall.toFixed(1).padStart(7)} s, CPU ${cpuSeconds.toFixed(1)} s`,
    ),
    `ceiling (the parts alone on ${ceiling.cores} cores, no stitching): ` +
      `${Math.round(ceilingPerSecond)} events/s; ratio ${(perSecond / ceilingPerSecond).toFixed(2)}`,
  ];
}
