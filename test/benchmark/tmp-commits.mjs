import { writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openProgress, runKafka } from '@rosi/streams-kafka';
import { makeInput, partitions, startBroker, topology, writeEvents } from './kafka-stand.mjs';
import { prepareEvents } from './prepared-events.mjs';

const events = Number(process.argv[2]);
const broker = await startBroker();
const kafka = broker.kafka;
await makeInput(kafka, 'c.');
const { batches } = prepareEvents({ events, seed: 5 });
const all = [...batches];
await writeEvents(kafka, 'c.', all);
const dir = await mkdtemp(join(tmpdir(), 'cm-'));
let commits = 0,
  records = 0;
const sizes = [];
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.start');
const c0 = process.cpuUsage();
const t0 = performance.now();
const rt = await runKafka({
  kafka,
  topology: topology(),
  partitions,
  prefix: 'c.',
  groupId: 'stitcher',
  dir,
  sessionMs: 10000,
  onCommit: ({ records: r }) => {
    commits++;
    records += r;
    sizes.push(r);
  },
  onFault: (e) => {
    console.error(e);
    process.exit(1);
  },
});
const p = await openProgress({
  kafka,
  prefix: 'c.',
  partitions,
  groupId: 'stitcher',
  topology: topology(),
});
while (!(await p.isSettled())) await wait(50);
const c = process.cpuUsage(c0);
const { profile } = await session.post('Profiler.stop');
writeFileSync('/tmp/kf-cm.cpuprofile', JSON.stringify(profile));
sizes.sort((a, b) => a - b);
console.log({
  commits,
  records,
  cpu: (c.user + c.system) / 1e6,
  wall: (performance.now() - t0) / 1e3,
  perEvent: (c.user + c.system) / events,
  median: sizes[sizes.length >> 1],
  p90: sizes[Math.floor(sizes.length * 0.9)],
  max: sizes.at(-1),
});
await rt.stop();
await p.close();
await broker.close();
process.exit(0);
