/** Settings that change, and records made again, against what would have been there from the start. */
import { defaultSettings, readSettings, stateSettings } from '@rosi/attribution';
import {
  type CollectedEvent,
  eventsAccepted,
  type LedgerOrder,
  ledgerCatalogue,
  ledgerIdentities,
  ledgerOrders,
  ledgerTouchpoints,
  personsAssigned,
  recomputeEvent,
  replayEvent,
  settingsEvent,
  upkeepBegun,
} from '@rosi/events';
import { createTestDriver, type TestDriver } from '@rosi/streams';
import { describe, expect, it } from 'vitest';
import { identifiers } from './identifiers/identifiers.js';
import { defaultPages } from './pages.js';
import { collected } from './testing/collected.js';
import { hash, newestOrders, send, startDriver } from './testing/drive.js';

const PERSONS = 700;
const START = Date.UTC(2026, 2, 1);
const at = (hours: number) => new Date(START + hours * 3_600_000).toISOString();

/** Each person: a click and a view, and an order five days later. */
const events: CollectedEvent[] = Array.from({ length: PERSONS }, (_, n) => [
  touch(`c${n}`, 'click', n, 0),
  touch(`v${n}`, 'view', n, 100),
  collected({
    event_id: `p${n}`,
    type: 'purchase',
    occurred_at: at(120),
    identifiers: { user_id: `u${n}` },
    order: { order_id: `o${n}`, total: '100.01', currency: 'EUR' },
  }),
]).flat();

function touch(id: string, type: string, n: number, hours: number): CollectedEvent {
  return collected({
    event_id: id,
    type,
    occurred_at: at(hours),
    identifiers: { user_id: `u${n}` },
    medium: 'social',
    post_id: id,
  });
}

const settings = (stated: unknown, eventId: string, time = 0) => {
  const reading = readSettings(stated);
  if (!reading.ok) throw new Error(reading.problems.join());
  const text = JSON.stringify(stateSettings(reading.settings));
  return settingsEvent({ workspace: 'default', eventId, at: START + time }, text);
};
const short = settings({ windows_days: { click: 1, view: 2 } }, 's1');

const plain = (order: LedgerOrder) => ({
  ...order,
  revision: 0,
  generation: 0,
  recordedAt: 0,
  deltas: [],
  movedFrom: [],
  // Touches of cancelled differences may stand behind the eligible ones.
  touches: order.touches.slice(0, Math.max(order.eligible, 1)),
});
const state = (driver: TestDriver) =>
  [...newestOrders(driver).values()].map(plain).sort((a, b) => (a.orderId < b.orderId ? -1 : 1));

function run(...parts: CollectedEvent[][]): TestDriver {
  const driver = startDriver();
  for (const part of parts) send(driver, part);
  return driver;
}

describe('settings', () => {
  it('hold for all of history, whenever they come', () => {
    const before = run([short], events);
    const after = run(events, [short]);
    const among = run([...events.slice(0, 900), short, ...events.slice(900)]);
    const orders = state(before);
    expect(orders).toHaveLength(PERSONS);
    expect(orders.map(({ eligible, touches }) => [eligible, touches[0]?.type])).toEqual(
      orders.map(() => [1, 'view']),
    );
    expect(state(after)).toEqual(orders);
    expect(state(among)).toEqual(orders);
    expect(orders).not.toEqual(state(run(events)));
  });

  it('the latest version counts, in whatever order they come', () => {
    const later = settings({ half_life_days: 0.5 }, 's2', 1);
    const wanted = state(run([later], events));
    expect(state(run(events, [short], [later]))).toEqual(wanted);
    expect(state(run([later], events, [short]))).toEqual(wanted);
    expect(wanted).not.toEqual(state(run(events)));
  });

  it('taken back leave what was there', () => {
    const standard = settings(stateSettings(defaultSettings), 's3', 2);
    expect(state(run(events, [short], [standard]))).toEqual(state(run(events)));
  });

  it('gone through again change nothing', () => {
    const driver = run(events);
    const records = driver.output(ledgerOrders).length;
    send(driver, [recomputeEvent({ workspace: 'default', eventId: 'again', at: START })]);
    expect(driver.output(ledgerOrders)).toHaveLength(records);
    const walked = driver.outcomes().filter(({ reason }) => reason === 'walked');
    expect(walked.map(({ processor }) => processor).sort()).toEqual(['identifiers', 'journeys']);
  });
});

describe('a replay', () => {
  const replay = replayEvent({ workspace: 'default', at: START + 5 });
  const post = collected({
    type: 'post',
    post: { post_id: 'c1', platform: 'x', published_at: at(0) },
  });

  it('records everything current again, whole, in its generation', () => {
    const driver = run(events, [post, short], [replay]);
    const again = driver.output(ledgerOrders).filter(({ generation }) => generation === START + 5);
    expect(again).toHaveLength(PERSONS);
    for (const order of again) {
      expect(order.deltas.map(({ credit }) => credit)).toEqual(
        order.credits.map(({ credit }) => credit),
      );
    }
    for (const [topic, count] of [
      [ledgerTouchpoints, PERSONS * 2],
      [ledgerIdentities, PERSONS * 2],
      [ledgerCatalogue, 2],
    ] as const) {
      const records: { generation: number }[] = driver.output<{ generation: number }>(
        topic as never,
      );
      expect(records.filter(({ generation }) => generation === START + 5)).toHaveLength(count);
    }
  });

  it('goes on among other work, and its differences add up to what is current', () => {
    const driver = startDriver();
    send(driver, events.slice(0, 1500));
    send(driver, [replay, ...events.slice(1500), short]);
    const again = driver.output(ledgerOrders).filter(({ generation }) => generation === START + 5);
    const sums = new Map<string, number>();
    for (const order of again) {
      for (const delta of order.deltas) {
        const key = JSON.stringify([
          order.orderId,
          delta.model,
          order.touches[delta.touch]?.touchpointId,
        ]);
        sums.set(key, (sums.get(key) ?? 0) + delta.credit);
      }
    }
    const wanted = new Map<string, number>();
    for (const order of newestOrders(driver).values()) {
      for (const credit of order.credits) {
        const touchpointId = order.touches[credit.touch]?.touchpointId;
        wanted.set(JSON.stringify([order.orderId, credit.model, touchpointId]), credit.credit);
      }
    }
    const present = [...sums].filter(([, credit]) => credit !== 0).sort();
    expect(present).toEqual([...wanted].filter(([, credit]) => credit !== 0).sort());
  });

  it('records a touchpoint that is contributed while it is under way', () => {
    const pages = { ...defaultPages, entriesMax: 2 };
    const driver = createTestDriver(
      { processors: [identifiers(defaultSettings, hash, pages)] },
      { partitions: 1 },
    );
    const next = () => driver.step(() => 0, { topic: () => 0, cut: () => 1 });
    const click = collected({
      event_id: 'c',
      type: 'click',
      identifiers: { user_id: 'u', anonymous_id: 'a' },
    });
    driver.pipe(eventsAccepted, [{ value: click, timestamp: 1 }]);
    next();
    const begun = { workspace: 'default', work: 'replay', settings: '', revision: 0 };
    driver.pipe(upkeepBegun, [{ value: { ...begun, generation: 7 }, timestamp: 1 }]);
    // It begins, and goes through the first page: the node's items are passed.
    next();
    next();
    const answer = { personId: 'p', shared: false, version: 1, answers: 1 };
    const plain = { forget: false, renamed: '', tied: [], ordersAlone: false };
    const assigned = { workspace: 'default', identifier: 'user_id:u', ...answer, ...plain };
    driver.pipe(personsAssigned, [{ value: assigned, timestamp: 1 }]);
    next();
    driver.drain();
    const again = driver.output(ledgerTouchpoints).filter(({ generation }) => generation === 7);
    expect(again.map(({ touch }) => touch.touchpointId)).toContain('c');
  });
});
