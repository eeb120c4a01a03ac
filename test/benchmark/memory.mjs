/**
 * Memory of the product while it takes in many persons: each is one browser with one touchpoint.
 * RssAnon is what a process has of its own; the maps of LMDB's files are the page cache.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBodies } from './bodies.mjs';
import { startClient } from './client.mjs';
import { secretKey, startProduct, untilSettled } from './product.mjs';
import { uuidOf } from './random.mjs';

const eventsPerBody = 1_000;
const connections = 4;
const targetMb = 1_024;
const personsOfTarget = 1_000_000;

export const memory = {
  name: 'memory',
  title: 'memory of the product, a person an event',
  defaultEvents: personsOfTarget,
  async run({ events }) {
    const dir = await mkdtemp(join(tmpdir(), 'rosi-benchmark-'));
    const product = await startProduct({ dir: join(dir, 'product') });
    try {
      const file = join(dir, 'bodies');
      writeBodies(file, visits(events), eventsPerBody);
      const { httpUrl: url } = product;
      const options = { url, path: '/v1/events', key: secretKey, file, connections };
      const client = await startClient('./send-bodies.mjs', options);
      const watched = product.watch();
      await client.run();
      await untilSettled(product);
      const cost = watched.end();
      await check(product, events);
      return result(events, cost);
    } finally {
      await product.stop();
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};

function* visits(events) {
  for (let at = 0; at < events; at++) {
    yield {
      event_id: uuidOf('visit', at),
      type: 'view',
      occurred_at: new Date(Date.parse('2025-01-01T00:00:00Z') + at).toISOString(),
      identifiers: { anonymous_id: uuidOf('visitor', at) },
      platform: 'mastodon',
      medium: 'social',
    };
  }
}

async function check({ sql }, events) {
  const [{ persons }] = await sql('SELECT uniqExact(person_id) AS persons FROM identities_current');
  if (persons !== events) throw new Error(`${persons} persons instead of ${events}`);
}

function result(persons, { productRssAnonMb: product, clickhouseRssAnonMb: clickhouse }) {
  const met = persons < personsOfTarget ? null : product <= targetMb;
  const verdict = met === null ? `not judged by ${persons}` : met ? 'met' : 'MISSED';
  return {
    figures: { persons, productRssAnonMb: product, clickhouseRssAnonMb: clickhouse, met },
    lines: [
      `${persons} persons: peak RssAnon of the product ${product.toFixed(0)} MB, ` +
        `of ClickHouse ${clickhouse.toFixed(0)} MB`,
      `target ${targetMb} MB for the product at a million: ${verdict}`,
    ],
    profile: null,
  };
}
