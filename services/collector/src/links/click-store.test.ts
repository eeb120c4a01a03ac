/** That a kept click reaches the log: through kills, refusals of the log, torn files and full disks. */
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CollectedEvent, normalise } from '@rosi/events';
import { createLogger } from '@rosi/service-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryLog, startedAt, until } from '../testing/fixture.js';
import { clickEvent } from './click-event.js';
import { type ClickStore, type ClickStoreLimits, openClickStore } from './click-store.js';

let dir = '';
const opened: ClickStore[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rosi-clicks-'));
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.stop();
  rmSync(dir, { recursive: true, force: true });
});

function open(log: MemoryLog, limits: Partial<ClickStoreLimits> = {}, folder = dir): ClickStore {
  const logger = createLogger({ name: 'test', level: 'silent' });
  const store = openClickStore({ dir: folder, log, logger, limits: { retryMs: 1, ...limits } });
  opened.push(store);
  return store;
}

function click(id: string): CollectedEvent {
  const target = 'https://shop.example/?rosi_click=k';
  const stated = { linkId: 'l', target, referrer: '', clickId: id, anonymousId: null };
  const result = normalise(clickEvent({ ...stated, counted: true }), {
    workspace: 'default',
    ownDomains: [],
    hash: (text) => text,
    receivedAt: startedAt,
    keyKind: 'write',
    source: 'link',
    requestUserAgent: '',
    secGpc: false,
    prefetch: false,
    makeEventId: () => 'made',
  });
  if (!result.ok) throw new Error(result.code);
  return result.event;
}

const ids = (log: MemoryLog) => log.events.map(({ eventId }) => eventId.slice('click:'.length));
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `c${n}`);

/** The folder as a kill at this moment leaves it. */
function killed(): string {
  const left = mkdtempSync(join(tmpdir(), 'rosi-clicks-killed-'));
  cpSync(dir, left, { recursive: true });
  return left;
}

describe('kept clicks', () => {
  it('reach the log in their order, many in one append, and leave nothing on disk', async () => {
    const log = new MemoryLog();
    const store = open(log);
    for (const id of numbered(2_500)) expect(store.keep(click(id))).toBe(true);
    expect([log.events.length, store.pending(), store.oldestReceivedAt()]).toEqual([
      0,
      2_500,
      startedAt,
    ]);
    await until(() => store.pending() === 0);
    expect(ids(log)).toEqual(numbered(2_500));
    expect(log.appends).toBe(3);
    await store.stop();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('are there after a kill, and are sent by the next start', async () => {
    const held = new MemoryLog();
    held.hold();
    const store = open(held);
    for (const id of numbered(1_200)) store.keep(click(id));
    const left = killed();
    held.release();
    const log = new MemoryLog();
    const next = open(log, {}, left);
    expect(next.pending()).toBeGreaterThan(0);
    next.keep(click('new'));
    await until(() => next.pending() === 0);
    expect(ids(log)).toEqual([...numbered(1_200), 'new']);
    await next.stop();
    rmSync(left, { recursive: true });
  });

  it('wait while the log takes nothing, also beyond what memory holds, in their order', async () => {
    const log = new MemoryLog();
    log.failure = new Error('away');
    const store = open(log, { inMemoryMax: 10, segmentBytesMax: 2_000 });
    for (const id of numbered(300)) store.keep(click(id));
    expect(readdirSync(dir).length).toBeGreaterThan(10);
    await until(() => log.appends > 3);
    for (const id of ['x', 'y']) store.keep(click(id));
    log.failure = null;
    await until(() => store.pending() === 0);
    expect(ids(log)).toEqual([...numbered(300), 'x', 'y']);
    expect(readdirSync(dir)).toHaveLength(1);
  });

  it('are left on disk by a stop while the log takes nothing', async () => {
    const away = new MemoryLog();
    away.failure = new Error('away');
    const store = open(away, { retryMs: 60_000 });
    store.keep(click('a'));
    await until(() => away.appends > 0);
    await store.stop();
    const log = new MemoryLog();
    const next = open(log);
    await until(() => next.pending() === 0);
    expect(ids(log)).toEqual(['a']);
  });

  it('before the place where a power cut tore a file are sent', async () => {
    const held = new MemoryLog();
    held.hold();
    const store = open(held);
    for (const id of numbered(3)) store.keep(click(id));
    const left = killed();
    held.release();
    const [name = ''] = readdirSync(left);
    truncateSync(join(left, name), statSync(join(left, name)).size - 5);
    appendFileSync(join(left, name), Buffer.alloc(64));
    const log = new MemoryLog();
    const next = open(log, {}, left);
    await until(() => next.pending() === 0);
    expect(ids(log)).toEqual(['c0', 'c1']);
    expect(readdirSync(left)).toEqual([]);
    rmSync(left, { recursive: true });
  });

  it('are refused, not lost, once the share of the disk is used up', async () => {
    const log = new MemoryLog();
    log.hold();
    const store = open(log, { bytesMax: 1_000 });
    const kept = numbered(50).filter((id) => store.keep(click(id)));
    expect(kept.length).toBeGreaterThan(1);
    expect(kept.length).toBeLessThan(50);
    log.release();
    await until(() => store.pending() === 0);
    expect(ids(log)).toEqual(kept);
    expect(store.keep(click('again'))).toBe(true);
    await until(() => store.pending() === 0);
  });
});
