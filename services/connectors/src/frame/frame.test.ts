/** The pieces that all connectors share. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, RosiError } from '@rosi/service-kit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConnectors } from '../configuration.js';
import { backoffMs } from './backoff.js';
import type { BoundConnector, ConnectorIo, Page } from './connector.js';
import { CursorFile } from './cursor-file.js';
import { linksOf, retryAfterOf } from './http.js';
import { KeyMemory } from './key-memory.js';
import { MessageQueue } from './message-queue.js';
import { ProviderFailure } from './provider-failure.js';
import { type ConnectorRun, runConnector } from './run-connector.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rosi-frame-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test.each([
  [1, null, 0, 500],
  [1, null, 1, 1_000],
  [4, null, 0.5, 6_000],
  [60, null, 1, 300_000],
  [1, 30_000, 0, 30_000],
  [1, 30_000, 1, 31_000],
])(
  'back-off after %i failures, told %j, by chance %d: %i ms',
  (failures, told, random, expected) => {
    expect(backoffMs(failures, told, random, { baseMs: 1_000, capMs: 300_000 })).toBe(expected);
  },
);

test('Retry-After and Link, as they are written', () => {
  const now = Date.UTC(2026, 2, 1);
  expect(retryAfterOf('120', now)).toBe(120_000);
  expect(retryAfterOf('Sun, 01 Mar 2026 00:01:00 GMT', now)).toBe(60_000);
  expect(retryAfterOf('Sun, 01 Mar 2020 00:01:00 GMT', now)).toBe(0);
  expect([retryAfterOf(null, now), retryAfterOf('soon', now)]).toEqual([null, null]);
  const header = '<https://a/?max_id=1>; rel="next", <https://a/?min_id=2,3>; title="x"; rel=prev';
  expect([...linksOf(header)]).toEqual([
    ['next', 'https://a/?max_id=1'],
    ['prev', 'https://a/?min_id=2,3'],
  ]);
});

test('a cursor is whole and of its source', () => {
  const path = join(dir, 'one.json');
  const file = new CursorFile(path, 'bluesky');
  expect(file.read()).toBeNull();
  file.write('17');
  expect(new CursorFile(path, 'bluesky').read()).toBe('17');
  expect(() => new CursorFile(path, 'mastodon').read()).toThrow(RosiError);
  writeFileSync(path, '{"version": 1, "sou');
  expect(() => file.read()).toThrow('Remove the file to begin anew');
});

describe('keys', () => {
  const path = () => join(dir, 'one.keys');

  test('outlive a restart once they are saved; half a line of a crash does not count', () => {
    const memory = new KeyMemory(path());
    memory.add('a');
    memory.add('b');
    memory.save();
    memory.remove('a');
    memory.add('c');
    expect(new KeyMemory(path()).has('a')).toBe(true);
    memory.save();
    appendFileSync(path(), '+half');
    const again = new KeyMemory(path());
    expect(['a', 'b', 'c', 'half'].map((key) => again.has(key))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    again.add('d');
    again.save();
    expect(new KeyMemory(path()).has('d')).toBe(true);
  });

  test('go back to what was saved, and do not grow with changes', () => {
    const memory = new KeyMemory(path());
    memory.add('a');
    memory.save();
    memory.remove('a');
    memory.forgetUnsaved();
    expect(memory.has('a')).toBe(true);
    for (let round = 0; round < 6_000; round += 1) {
      memory.remove('a');
      memory.add('a');
      if (round % 1_000 === 999) memory.save();
    }
    memory.save();
    expect(readFileSync(path(), 'utf8').split('\n').length).toBeLessThan(6_000);
    expect(new KeyMemory(path()).has('a')).toBe(true);
  });
});

test('a queue keeps order, holds back its source, and fails behind what it has', async () => {
  const told: boolean[] = [];
  const queue = new MessageQueue<number>(3, (isFull) => told.push(isFull));
  for (const item of [1, 2, 3, 4]) queue.push(item);
  queue.fail(new Error('over'));
  expect(told).toEqual([true]);
  expect(await queue.take(2)).toEqual([1, 2]);
  expect(await queue.takeWithin(9, 1)).toEqual([3, 4]);
  expect(told).toEqual([true, false]);
  await expect(queue.take(1)).rejects.toThrow('over');
  const empty = new MessageQueue<number>(1, () => undefined);
  expect(await empty.takeWithin(1, 1)).toEqual([]);
});

describe('the loop', () => {
  /** Pages by script; what is thrown fails the run. */
  function scripted(script: readonly (Page | Error)[]) {
    const stop = new AbortController();
    const asked: (string | null)[] = [];
    const waits: number[] = [];
    const delivered: unknown[] = [];
    const log: string[] = [];
    let at = 0;
    const connector: BoundConnector = {
      restMs: 60_000,
      async *pages(cursor) {
        asked.push(cursor);
        while (at < script.length) {
          const step = script[at];
          at += 1;
          if (step === undefined) return;
          if (step instanceof Error) throw step;
          yield step;
        }
        stop.abort();
      },
    };
    const io: ConnectorIo = {
      http: { get: () => Promise.reject(), stream: () => Promise.reject() },
      memory: new KeyMemory(join(dir, 'loop.keys')),
      logger: createLogger({ name: 'test', level: 'silent' }),
      signal: stop.signal,
      now: () => 0,
      wait: async (ms) => {
        waits.push(ms);
      },
      count: () => undefined,
    };
    const cursor = new CursorFile(join(dir, 'loop.json'), 'scripted');
    const run: ConnectorRun = {
      ...{ connector, io, cursor, logger: io.logger },
      backoff: { baseMs: 1_000, capMs: 8_000 },
      random: () => 1,
      async deliver(events) {
        delivered.push(...events);
        log.push(`${events.length} at ${cursor.read()}`);
        return { accepted: events.length, rejected: 0 };
      },
      report: {
        accepted: () => undefined,
        rejected: () => undefined,
        ignored: () => undefined,
        failed: (kind) => log.push(kind),
        connected: () => undefined,
      },
    };
    return { run, asked, waits, delivered, log, cursor };
  }

  const page = (cursor: string | null, events = 1): Page => ({
    events: Array(events).fill({}),
    cursor,
    ignored: {},
  });

  test('goes on from the last page that was delivered, ever more patiently', async () => {
    const away = () => new ProviderFailure('away', 'x');
    const script = [page('1'), away(), away(), away(), page('2'), page(null), away()];
    const { run, asked, waits, log, cursor } = scripted(script);
    await runConnector(run);
    expect(asked).toEqual([null, '1', '1', '1', '2']);
    // The rest is that of pages which have ended.
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 60_000]);
    expect(log.filter((line) => line.includes('at'))).toEqual(['1 at null', '1 at 1', '1 at 2']);
    expect(cursor.read()).toBe('2');
  });

  test('what the provider asks for goes before our own patience', async () => {
    const { run, waits } = scripted([new ProviderFailure('limited', 'x', 90_000)]);
    await runConnector(run);
    expect(waits).toEqual([91_000, 60_000]);
  });

  test('a fault of the connector ends nothing: it is waited out as well', async () => {
    const { run, asked, log } = scripted([page('1'), new TypeError('x'), page('2')]);
    await runConnector(run);
    expect(asked).toEqual([null, '1']);
    expect(log).toContain('fault');
  });

  test('an event that was not taken keeps the cursor where it is', async () => {
    const { run, cursor } = scripted([page('1'), page('2')]);
    const { deliver } = run;
    let left = 1;
    const failing: ConnectorRun = {
      ...run,
      deliver: (events) => {
        left -= 1;
        return left < 0
          ? Promise.reject(new RosiError('ROSI_WORKER_FAULT', 'full'))
          : deliver(events);
      },
    };
    await expect(runConnector(failing)).rejects.toThrow('full');
    expect(cursor.read()).toBe('1');
  });
});

describe('the configuration', () => {
  const good = {
    id: 'brand',
    source: 'bluesky',
    settings: { accounts: [{ did: 'did:plc:a', handle: 'shop.example' }] },
  };
  const problems = (...connectors: object[]) => {
    const read = readConnectors({ connectors });
    return read.ok ? [] : read.problems;
  };

  test('all problems are told together, without the secret', () => {
    expect(problems(good)).toEqual([]);
    const secret = 'a-secret-that-nobody-sees';
    const wrong = { id: 'm', source: 'mastodon', settings: { server: 'http://a.example' } };
    expect(problems(good, { ...good, id: 'BRAND' }, wrong, { ...wrong, id: 'n', secret })).toEqual([
      'connector BRAND: is there twice',
      expect.stringContaining('connector m: secret: must hold the access token'),
      'connector m: settings.server: must begin with https://',
      'connector n: settings.server: must begin with https://',
    ]);
    expect(problems({ ...good, source: 'myspace' })).toEqual([
      'connectors.0.source: must be one of bluesky, mastodon',
    ]);
    expect(problems({ ...good, id: '../x', secret: 7 }).join()).not.toContain(secret);
  });

  test.each([
    [{}, 'settings.accounts'],
    [{ accounts: [{ did: 'x', handle: 'shop.example' }] }, 'must be a DID'],
    [{ accounts: [{ did: 'did:plc:a', handle: '@shop' }] }, 'must be a handle without @'],
    [{ ...good.settings, jetstream: 'ws://a.example/subscribe' }, 'must begin with wss://'],
    [
      { ...good.settings, jetsream: 'x' },
      'connector brand: settings: Unrecognized key: "jetsream"',
    ],
  ])('%j', (settings, told) => {
    expect(problems({ ...good, settings }).join()).toContain(told);
  });
});
