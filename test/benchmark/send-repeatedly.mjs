/**
 * A client in a process of its own: sends bodies over many connections until the time is over, each
 * connection its next one once the last was answered. Run by collector.mjs.
 */
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';

const { url, key, file, connections, seconds } = JSON.parse(process.argv[2] ?? '{}');
const bodies = JSON.parse(readFileSync(file, 'utf8')).map((text) => Buffer.from(text));
const pool = new Pool(url, { connections, pipelining: 1 });
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
const totals = { requests: 0, accepted: 0 };
let next = 0;

async function worker(until) {
  while (performance.now() < until) {
    const body = bodies[next++ % bodies.length];
    const answer = await pool.request({ path: '/v1/events', method: 'POST', headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 202) throw new Error(`${answer.statusCode}: ${text}`);
    totals.requests++;
    totals.accepted += JSON.parse(text).accepted;
  }
}

process.once('message', async () => {
  const startedAt = performance.now();
  const until = startedAt + seconds * 1_000;
  await Promise.all(Array.from({ length: connections }, () => worker(until)));
  const elapsedSeconds = (performance.now() - startedAt) / 1_000;
  await pool.close();
  process.send({ ...totals, elapsedSeconds });
  process.disconnect();
});
process.send('ready');
