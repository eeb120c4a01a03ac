/** The collector on the real embedded log: what was answered 202 is there after a reopening. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventsCollected } from '@rosi/events';
import { openEventLog } from '@rosi/streams-embedded';
import { afterEach, expect, test } from 'vitest';
import { startCollector } from './start.js';
import { bearer, click, optionsFor, secretKey } from './testing/fixture.js';

const dir = mkdtempSync(join(tmpdir(), 'rosi-collector-'));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("every accepted event is read back, once, in its request's order", async () => {
  const log = await openEventLog({ dir });
  const collector = await startCollector(optionsFor(log));
  const headers = { ...bearer(secretKey), 'content-type': 'application/json' };
  const requests = Array.from({ length: 40 }, async (_, at) => {
    const body = JSON.stringify([click(`${at}-0`), { type: 'shout' }, click(`${at}-1`)]);
    const response = await fetch(`${collector.url}/v1/events`, { method: 'POST', headers, body });
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ accepted: 2 });
  });
  await Promise.all(requests);
  await collector.stop();
  await log.close();

  const reopened = await openEventLog({ dir, readOnly: true });
  const limits = { recordsMax: 1_000, bytesMax: 10_000_000 };
  const ids = reopened
    .read(eventsCollected.name, 0, reopened.firstOffset(eventsCollected.name, 0), limits)
    .map((record) => eventsCollected.codec.decode(record.value).eventId);
  await reopened.close();
  expect(ids).toHaveLength(80);
  expect(new Set(ids).size).toBe(80);
  for (let at = 0; at < 40; at += 1) {
    expect(ids.indexOf(`${at}-1`)).toBe(ids.indexOf(`${at}-0`) + 1);
  }
});
