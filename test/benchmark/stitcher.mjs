/**
 * The stitcher's topology alone, on the embedded runtime, from a log of mixed events that was made
 * before; against the same log only being read and decoded. Each run is a process of its own, so
 * that memory and profiles are the stitcher's alone.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { profileText, readProfiles } from './profile.mjs';
import { median, spread } from './sampling.mjs';
import { startServer } from './servers.mjs';

const seed = 5;
const rounds = 3;

export const stitcher = {
  name: 'stitcher',
  title: "the stitcher's topology alone, from a prepared log",
  defaultEvents: 100_000,
  async run({ events, profile }) {
    const dir = await mkdtemp(join(tmpdir(), 'rosi-benchmark-'));
    try {
      const logDir = join(dir, 'events');
      const expected = await inProcess({ job: 'prepare', logDir, events, seed });
      const pairs = [];
      for (let round = 0; round < rounds; round++) {
        const stateDir = join(dir, `state-${round}`);
        const job = { logDir, stateDir, expected };
        const ours = await inProcess({ ...job, job: 'stitch' });
        const ceiling = await inProcess({ ...job, job: 'read' });
        pairs.push({ ours, ceiling });
        await rm(stateDir, { recursive: true, force: true });
      }
      return result(events, pairs, profile ? await profiled({ dir, logDir, expected }) : null);
    } finally {
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};

/** A job of stitcher-jobs.mjs; throws when its result is wrong. */
async function inProcess(options, execArgv = []) {
  const job = await startServer('./stitcher-jobs.mjs', options, execArgv);
  const answer = await job.ask('run');
  await job.stop();
  if (answer.failure !== undefined) throw new Error(answer.failure);
  return answer;
}

async function profiled({ dir, logDir, expected }) {
  const profileDir = join(dir, 'profiles');
  await mkdir(profileDir);
  const job = { job: 'stitch', logDir, stateDir: join(dir, 'state-profiled'), expected };
  await inProcess(job, ['--cpu-prof', `--cpu-prof-dir=${profileDir}`]);
  return profileText(readProfiles(profileDir));
}

function result(events, pairs, profile) {
  const perSecond = pairs.map(({ ours }) => events / ours.seconds);
  const ceilings = pairs.map(({ ceiling }) => events / ceiling.seconds);
  const cpuMicros = pairs.map(({ ours }) => (ours.cpuSeconds * 1e6) / events);
  const threadMicros = pairs.map(({ ours }) => (ours.threadSeconds * 1e6) / events);
  const ratios = perSecond.map((rate, at) => rate / ceilings[at]);
  return {
    figures: {
      events,
      eventsPerSecond: median(perSecond),
      cpuMicrosPerEvent: median(cpuMicros),
      threadMicrosPerEvent: median(threadMicros),
      ceilingEventsPerSecond: median(ceilings),
      ratio: median(ratios),
      rssAnonMb: Math.max(...pairs.map(({ ours }) => ours.rssAnonMb)),
    },
    lines: [
      `${events} events: ${spread(perSecond, 0)} events/s`,
      `  CPU ${spread(cpuMicros, 1)} µs an event, of it ${spread(threadMicros, 1)} on its own thread`,
      `  peak RssAnon ${Math.max(...pairs.map(({ ours }) => ours.rssAnonMb)).toFixed(0)} MB`,
      `ceiling (the same log only read and decoded): ${spread(ceilings, 0)} events/s; ` +
        `ratio ${spread(ratios, 3)}`,
    ],
    profile,
  };
}
