/** Mixed events as the collector would hand them to the log, in batches. */
import { createHmac } from 'node:crypto';
import { normalise } from '@rosi/events';
import { MixedEvents } from './mixed-events.mjs';

const receivedAt = Date.parse('2025-06-01T00:00:00Z');
const batchRecordsMax = 1_000;

const context = {
  workspace: 'default',
  receivedAt,
  source: 'server',
  keyKind: 'secret',
  ownDomains: ['shop.example'],
  requestUserAgent: '',
  secGpc: false,
  prefetch: false,
  hash: (text) => createHmac('sha256', 'benchmark').update(text).digest('hex'),
  makeEventId: () => {
    throw new Error('every event has its id');
  },
};

/** Yields lists of `{ value, timestamp }`; `mixed` knows what the tables must then hold. */
export function prepareEvents({ events, seed }) {
  const mixed = new MixedEvents({ events, seed });
  return { mixed, batches: batchesOf(mixed) };
}

function* batchesOf(mixed) {
  let batch = [];
  for (const event of mixed) {
    const result = normalise(event, context);
    if (!result.ok) throw new Error(result.message);
    batch.push({ value: result.event, timestamp: receivedAt });
    if (batch.length < batchRecordsMax) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
