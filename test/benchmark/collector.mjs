/**
 * The collector's POST /v1/events (checked, normalised, classified, masked, hashed, on disk before
 * the answer) against an empty fastify route that parses the same bodies, and, to tell what the disk
 * takes, against that route with a durable append. In turn, so that whatever else the machine does
 * disturbs all. Besides requests a second, the servers' CPU time a
 * request is compared: with few cores the client's own work is in the throughput of both.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startClient } from './client.mjs';
import { MixedEvents } from './mixed-events.mjs';
import { processCpuSeconds } from './processes.mjs';
import { secretKey } from './product.mjs';
import { profileText, readProfiles } from './profile.mjs';
import { median, spread } from './sampling.mjs';
import { startServer } from './servers.mjs';

const connections = 64;
const bodiesCount = 200;
const rounds = 5;
const seconds = 2;
const warmSeconds = 2;
const targetRatio = 0.5;
const sizes = [1, 100];

export const collector = {
  name: 'collector',
  title: `POST /v1/events against an empty fastify route, ${connections} connections`,
  async run({ profile }) {
    const dir = await mkdtemp(join(tmpdir(), 'rosi-benchmark-'));
    const profileDir = join(dir, 'profiles');
    await mkdir(profileDir);
    const profiling = profile ? ['--cpu-prof', `--cpu-prof-dir=${profileDir}`] : [];
    const options = { dir: join(dir, 'log'), secretKey };
    const server = await startServer('./collector-server.mjs', options, profiling);
    const rival = await startServer('./empty-server.mjs');
    const durable = await startServer('./empty-server.mjs', { dir: join(dir, 'rival-log') });
    const servers = { server, rival, durable };
    try {
      const measured = [];
      for (const size of sizes) {
        measured.push({ size, rounds: await measureRounds({ dir, size, servers }) });
      }
      await server.stop();
      const text = profile ? profileText(readProfiles(profileDir)) : null;
      return result(measured, text);
    } finally {
      await server.stop();
      await rival.stop();
      await durable.stop();
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};

async function measureRounds({ dir, size, servers }) {
  const { server, rival, durable } = servers;
  const file = join(dir, `bodies-${size}.json`);
  const bodies = await writeBodiesOf(file, size);
  const all = [server, rival, durable];
  for (const one of all) await check(one, bodies, size);
  for (const one of all) await load(one, file, warmSeconds);
  const measured = [];
  for (let round = 0; round < rounds; round++) {
    measured.push({
      ours: await checkedLoad(server, file),
      theirs: await load(rival, file, seconds),
      durable: await load(durable, file, seconds),
    });
  }
  return measured;
}

/** Many different bodies, so that no answer of a cache is measured. */
async function writeBodiesOf(file, size) {
  const events = [...new MixedEvents({ events: Math.max(2_000, size * bodiesCount), seed: 3 })];
  const bodies = Array.from({ length: bodiesCount }, (_, at) => {
    const own = events.slice(at * size, (at + 1) * size);
    return JSON.stringify(size === 1 ? own[0] : own);
  });
  await writeFile(file, JSON.stringify(bodies));
  return bodies;
}

/** Every body is accepted whole before anything is timed. */
async function check({ url }, bodies, size) {
  for (const body of bodies) {
    const response = await fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
      body,
    });
    const answer = await response.json();
    if (response.status !== 202 || answer.accepted !== size) {
      throw new Error(`${response.status}: ${JSON.stringify(answer).slice(0, 500)}`);
    }
  }
}

/** A round in which the log grew by exactly what was answered to be accepted. */
async function checkedLoad(server, file) {
  const before = await server.ask('stored');
  const measured = await load(server, file, seconds);
  const after = await server.ask('stored');
  if (after.stored - before.stored !== measured.accepted) {
    throw new Error(
      `${measured.accepted} accepted, ${after.stored - before.stored} in the log: lost or doubled`,
    );
  }
  return measured;
}

async function load({ url, pid }, file, howLong) {
  const options = { url, key: secretKey, file, connections, seconds: howLong };
  const client = await startClient('./send-repeatedly.mjs', options);
  const before = processCpuSeconds(pid);
  const sent = await client.run();
  const cpuSeconds = processCpuSeconds(pid) - before;
  return {
    accepted: sent.accepted,
    perSecond: sent.requests / sent.elapsedSeconds,
    cpuMicros: (cpuSeconds * 1e6) / sent.requests,
  };
}

function result(measured, profile) {
  const told = measured.map(({ size, rounds: all }) => {
    const ratios = all.map(({ ours, theirs }) => ours.perSecond / theirs.perSecond);
    const cpuRatios = all.map(({ ours, theirs }) => theirs.cpuMicros / ours.cpuMicros);
    return {
      size,
      requestsPerSecond: median(all.map(({ ours }) => ours.perSecond)),
      rivalPerSecond: median(all.map(({ theirs }) => theirs.perSecond)),
      cpuMicros: median(all.map(({ ours }) => ours.cpuMicros)),
      durablePerSecond: median(all.map(({ durable }) => durable.perSecond)),
      rivalCpuMicros: median(all.map(({ theirs }) => theirs.cpuMicros)),
      ratio: median(ratios),
      cpuRatio: median(cpuRatios),
      ratioText: spread(ratios, 2),
      targetMet: median(ratios) >= targetRatio,
    };
  });
  return {
    figures: { target: targetRatio, sizes: told },
    lines: told.flatMap(linesOf),
    profile,
  };
}

function linesOf(told) {
  const { size, requestsPerSecond, rivalPerSecond, cpuMicros, rivalCpuMicros } = told;
  const events = size === 1 ? '1 event ' : `${size} events`;
  const rate = (perSecond) => `${Math.round(perSecond)} requests/s`;
  return [
    `${events} a body: ${rate(requestsPerSecond)} (${Math.round(requestsPerSecond * size)} events/s), ` +
      `empty route ${rate(rivalPerSecond)}; ratio ${told.ratioText}`,
    `  target ${targetRatio} of the empty route: ${told.targetMet ? 'met' : 'MISSED'}; server CPU ` +
      `${cpuMicros.toFixed(0)} against ${rivalCpuMicros.toFixed(0)} µs a request ` +
      `(ratio ${told.cpuRatio.toFixed(2)})`,
    `  the empty route with a durable append: ${rate(told.durablePerSecond)}`,
  ];
}
