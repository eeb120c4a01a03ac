/**
 * What stitcher.mjs runs in a process of its own: making the log, stitching it, only reading it.
 * Does its job when told to, and answers what it took or how its result was wrong.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { defaultSettings } from '@rosi/attribution';
import { eventsCollected } from '@rosi/events';
import { suppressionHash } from '@rosi/service-kit';
import { stitcherTopology } from '@rosi/stitcher';
import { openEventLog, openState, runEmbedded } from '@rosi/streams-embedded';
import { checkLedger, same } from './ledger-check.mjs';
import { prepareEvents } from './prepared-events.mjs';
import { threadMicros } from './processes.mjs';

const options = JSON.parse(process.argv[2] ?? '{}');
const batch = { recordsMax: 1_000, bytesMax: 8 * 1024 * 1024 };
const sampleMs = 50;

async function prepare({ logDir, events, seed }) {
  const log = await openEventLog({ dir: logDir });
  const { mixed, batches } = prepareEvents({ events, seed });
  for (const batch of batches) await log.append(eventsCollected, batch);
  await log.close();
  return mixed.expected();
}

async function stitch({ logDir, stateDir, expected }) {
  const input = await openEventLog({ dir: logDir, readOnly: true });
  const end = input.endOffset(eventsCollected.name, 0);
  const clock = startClock();
  let fault = null;
  const runtime = await runEmbedded({
    topology: stitcherTopology({ attribution: defaultSettings, hash: suppressionHash('bench') }),
    dir: stateDir,
    input,
    partitions: 1,
    onFault: (error) => {
      fault = error;
    },
  });
  const state = await openState({ dir: stateDir });
  for (;;) {
    if (fault !== null) throw fault;
    const { positions, queued } = state.progress();
    const position = positions.find(({ topic }) => topic === eventsCollected.name)?.position;
    if (position === end && queued === 0) break;
    await wait(sampleMs);
  }
  const took = clock.stop();
  await runtime.stop();
  checkLedger((topic) => decoded(state, topic), expected);
  await state.close();
  await input.close();
  return took;
}

function* decoded(reader, topic) {
  for (const { value } of records(reader, topic.name)) yield topic.codec.decode(value);
}

function* records(reader, topic) {
  for (let at = 0; ; ) {
    const some = reader.read(topic, 0, at, batch);
    if (some.length === 0) return;
    yield* some;
    at = some.at(-1).offset + 1;
  }
}

async function read({ logDir, expected }) {
  const input = await openEventLog({ dir: logDir, readOnly: true });
  const clock = startClock();
  let count = 0;
  for (const { value } of records(input, eventsCollected.name)) {
    if (eventsCollected.codec.decode(value).eventId !== '') count++;
  }
  const took = clock.stop();
  await input.close();
  same('records', count, expected.accepted);
  return took;
}

/** Time, CPU of the process and of this thread, and the peak of the memory of its own. */
function startClock() {
  const cpuBefore = process.cpuUsage();
  const threadBefore = threadMicros();
  const startedAt = performance.now();
  let rssAnonMb = 0;
  const timer = setInterval(() => {
    const found = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'));
    rssAnonMb = Math.max(rssAnonMb, Number(found?.[1] ?? 0) / 1024);
  }, sampleMs).unref();
  return {
    stop() {
      clearInterval(timer);
      const { user, system } = process.cpuUsage(cpuBefore);
      return {
        seconds: (performance.now() - startedAt) / 1_000,
        cpuSeconds: (user + system) / 1e6,
        threadSeconds: (threadMicros() - threadBefore) / 1e6,
        rssAnonMb,
      };
    },
  };
}

process.once('message', async () => {
  const jobs = { prepare, stitch, read };
  const answer = await jobs[options.job](options).catch((error) => ({ failure: error.stack }));
  process.send(answer);
});
process.once('disconnect', () => process.exit(0));
process.send({ url: '' });
