/**
 * Erasure through the product: the person is in no table, however it was killed meanwhile; books,
 * totals and everybody else stay; neither late copies nor a replay bring the person back.
 */

import { createHmac } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCommand } from '../harness/command.js';
import { operate } from '../harness/operating.js';
import {
  hashKey,
  makeDataDir,
  type Product,
  removeDataDir,
  startProduct,
} from '../harness/product.js';
import { killAll } from './random-sets-ending.js';
import { booksOf, expectedBooks, postAll, weekEvents } from './shop-week.js';

const testMsMax = 240_000;
const buyers = 60;
const hashed = (text: string) => createHmac('sha256', hashKey).update(text).digest('hex');
let dataDir: string;
let running: Product | null = null;

beforeEach(async () => {
  dataDir = await makeDataDir();
});
afterEach(async () => {
  if (running !== null) await killAll(running);
  running = null;
  await removeDataDir(dataDir);
});
async function start(): Promise<Product> {
  running = await startProduct({ dataDir });
  return running;
}

/** Ada comes before the week begins, and nobody of the week meets her. */
const ada = {
  email: 'ada@private.example',
  device: 'ada-device',
  handle: 'mastodon:@ada@private.example',
};
const adaTraces = [
  ada.device,
  ada.handle,
  hashed(ada.email),
  'ada-secret',
  'ada-click',
  'ada-view',
  'ada-status',
];
const time = (minutes: number) => new Date(Date.UTC(2024, 4, 1, 10, minutes)).toISOString();
const adaEvents = [
  {
    event_id: 'ada-click',
    type: 'click',
    occurred_at: time(0),
    identifiers: { anonymous_id: ada.device },
    post_id: 'week-p1',
    page: { url: 'https://shop.example/ada-secret' },
  },
  {
    event_id: 'ada-view',
    type: 'view',
    occurred_at: time(0),
    identifiers: { handle: ada.handle, anonymous_id: ada.device },
    post_id: 'week-p2',
    properties: { note: 'ada-secret' },
  },
  {
    event_id: 'ada-status',
    type: 'click',
    occurred_at: time(0),
    identifiers: { email: ada.email },
    order: { order_id: 'o-a' },
    page: { url: 'https://shop.example/ada-secret' },
  },
  {
    event_id: 'ada-identify',
    type: 'identify',
    occurred_at: time(1),
    identifiers: { email: ada.email, handle: ada.handle },
  },
  {
    event_id: 'order-of-a',
    type: 'purchase',
    occurred_at: time(2),
    identifiers: { email: ada.email },
    order: { order_id: 'o-a', total: '30.01', currency: 'EUR' },
    properties: { note: 'ada-secret' },
  },
];

const personTables = ['order_records', 'order_times', 'credit_deltas'].concat(
  ...['events', 'touchpoints', 'identities', 'forgetting'],
);

/** Rows of any table, and statements that ClickHouse keeps, which name what is looked for. */
async function rowsNaming(product: Product, traces: readonly string[]): Promise<string[]> {
  const all = personTables.map((name) => `SELECT toString(tuple(*)) AS row FROM rosi.${name}`);
  all.push("SELECT command AS row FROM system.mutations WHERE database = 'rosi'");
  const looked = traces.map((trace) => `position(row, '${trace}') > 0`).join(' OR ');
  const found = await product.sql(`SELECT row FROM (${all.join(' UNION ALL ')}) WHERE ${looked}`);
  return found.map(({ row }) => String(row));
}

/** Touchpoints stand once among the events, and under one id. */
async function expectSameIds(product: Product): Promise<void> {
  const apart = await product.sql(
    `SELECT id, groupArray(place) AS places FROM (
      SELECT event_id AS id, 'events' AS place FROM rosi.events FINAL WHERE touchpoint
      UNION ALL SELECT touchpoint_id AS id, 'touchpoints' AS place FROM rosi.touchpoints FINAL)
    GROUP BY id HAVING arraySort(places) != ['events', 'touchpoints']`,
  );
  expect(apart).toEqual([]);
}

async function totals(product: Product) {
  return product.sql(
    `SELECT post_id, model, sum(credit) AS credit FROM revenue_by_post_daily
    GROUP BY post_id, model HAVING credit != 0 ORDER BY post_id, model`,
  );
}

async function orderOfA(product: Product) {
  const [order] = await product.sql(
    "SELECT * EXCEPT recorded_at FROM orders_current WHERE order_id = 'o-a'",
  );
  return order;
}

async function expectForgotten(product: Product, traces: readonly string[]): Promise<void> {
  await product.settle();
  expect(await rowsNaming(product, traces)).toEqual([]);
  const exported = await operate(product, 'POST', '/v1/persons/export', {
    identifiers: { email: ada.email },
  });
  expect(exported).toEqual({ persons: [] });
}

it(
  'a person who is erased is nowhere, through kill -9, late copies and a replay',
  async () => {
    let product = await start();
    await postAll(product, [...adaEvents, ...weekEvents(0, buyers)]);
    await product.settle();
    const before = { totals: await totals(product), order: await orderOfA(product) };
    const personId = String(before.order?.['person_id']);
    const traces = [...adaTraces, personId];
    expect((await rowsNaming(product, traces)).length).toBeGreaterThan(5);
    const exported = await operate(product, 'POST', '/v1/persons/export', {
      identifiers: { anonymous_id: ada.device },
    });
    expect(exported).toMatchObject({
      persons: [{ person_id: personId, orders: [{ order_id: 'o-a', net: 3001 }] }],
    });

    await operate(product, 'POST', '/v1/persons/erase', { identifiers: { email: ada.email } });
    for (const pauseMs of [0, 60, 250]) {
      await wait(pauseMs);
      await killAll(product);
      product = await start();
    }
    await expectForgotten(product, traces);
    await expectSameIds(product);
    expect(await totals(product)).toEqual(before.totals);
    const order = await orderOfA(product);
    expect(order).toEqual({ ...before.order, person_id: order?.['person_id'] });

    // Late copies, the same ids and others; a refund of hers, much later, counts and no more.
    await postAll(product, [
      ...adaEvents,
      ...adaEvents.slice(0, 4).map((event) => ({ ...event, event_id: `${event.event_id}-again` })),
      {
        event_id: 'refund-of-a',
        type: 'refund',
        identifiers: { email: ada.email },
        refund: { refund_id: 'r', order_id: 'o-a', total: '10.00', currency: 'EUR' },
      },
    ]);
    await expectForgotten(product, traces);
    await expectSameIds(product);
    expect(await orderOfA(product)).toMatchObject({ net: 2001, person_id: order?.['person_id'] });

    const checked = await runCommand(dataDir, ['check']);
    expect(checked.code, checked.stdout).toBe(0);
    await operate(product, 'POST', '/v1/replay', {});
    await expectForgotten(product, traces);
    await expectSameIds(product);
    expect(await orderOfA(product)).toMatchObject({ net: 2001, person_id: order?.['person_id'] });
    const kept = { totals: await totals(product), order: await orderOfA(product) };
    await operate(product, 'POST', '/v1/persons/erase', { identifiers: { order_id: 'o-a' } });
    await expectForgotten(product, traces);
    await expectSameIds(product);
    expect({ totals: await totals(product), order: await orderOfA(product) }).toEqual(kept);
    const again = await runCommand(dataDir, ['check']);
    expect(again.code, again.stdout).toBe(0);
    const books = await booksOf(product);
    expect(books).toMatchObject({ orders: buyers + 1, net: expectedBooks(buyers).net + 2001 });
  },
  testMsMax,
);

/** A device of two users; one that an unlink has parted from its user, and a bot's. */
const kiosk = { anonymous_id: 'device-of-two' };
const lent = { anonymous_id: 'device-of-one' };
const bot = { user_agent: 'Mozilla/5.0 (compatible; Googlebot/2.1)' };
const withWords = (event_id: string, identifiers: object, more: object = {}) => ({
  event_id,
  type: 'click',
  occurred_at: time(3),
  identifiers,
  page: { url: `https://shop.example/${event_id}` },
  properties: { note: event_id },
  ...more,
});
const sharedEvents = [
  withWords('of-u8', { user_id: 'u-8', ...kiosk }),
  withWords('of-u9', { user_id: 'u-9', ...kiosk }),
  withWords('of-kiosk', kiosk),
  withWords('of-lent', lent),
  withWords('of-both', { user_id: 'u-9', ...lent }),
  withWords('of-bot', { user_id: 'u-9', ...lent }, bot),
  { event_id: 'part', type: 'unlink', identifiers: { user_id: 'u-9', ...lent } },
  withWords('buy', kiosk, {
    type: 'purchase',
    occurred_at: time(9),
    order: { order_id: 'o-k', total: '5.00', currency: 'EUR' },
  }),
  withWords(
    'buy-of-u9',
    { user_id: 'u-9' },
    {
      type: 'purchase',
      occurred_at: time(9),
      order: { order_id: 'o-9', total: '7.00', currency: 'EUR' },
    },
  ),
];

const eventsShown = (product: Product) =>
  product.sql(
    `SELECT event_id, identifier_type, identifier, url, properties FROM events_current
    ORDER BY event_id`,
  );
const creditedTo = async (product: Product) =>
  (
    await product.sql(
      `SELECT touchpoint_id FROM credits_current WHERE order_id = 'o-9' AND model = 'linear'
      ORDER BY touchpoint_id`,
    )
  ).map((row) => row['touchpoint_id']);

it(
  'what others did with an erased device stays theirs: at once, late, and after a replay',
  async () => {
    const product = await start();
    await postAll(product, sharedEvents);
    await product.settle();
    const all = await eventsShown(product);
    for (const identifiers of [kiosk, lent]) {
      await operate(product, 'POST', '/v1/persons/erase', { identifiers });
    }
    await product.settle();
    const ofDevice = ['of-kiosk', 'of-lent'];
    const kept = all.filter((row) => !ofDevice.includes(String(row['event_id'])));
    const named = (rows: typeof all) =>
      rows.filter((row) => !String(row['event_id']).startsWith('erased:'));
    expect(named(await eventsShown(product))).toEqual(kept);
    expect(await rowsNaming(product, ['device-of'])).toEqual([]);

    await postAll(product, [
      withWords('late-of-u9', { user_id: 'u-9', ...kiosk }),
      withWords('late-of-both', { user_id: 'u-9', ...lent }),
      withWords('late-of-kiosk', kiosk),
    ]);
    await product.settle();
    expect(await creditedTo(product)).toEqual(['late-of-both', 'late-of-u9', 'of-both', 'of-u9']);
    const live = await eventsShown(product);
    expect(named(live)).toHaveLength(kept.length + 2);
    expect(live).toHaveLength(all.length + 3);
    await operate(product, 'POST', '/v1/replay', {});
    await product.settle();
    expect(await eventsShown(product)).toEqual(live);
    const checked = await runCommand(dataDir, ['check']);
    expect(checked.code, checked.stdout).toBe(0);
  },
  testMsMax,
);

it(
  'an order that is its own person stays as it is',
  async () => {
    const product = await start();
    const guest = {
      event_id: 'order-of-a',
      type: 'purchase',
      occurred_at: time(2),
      order: { order_id: 'o-a', total: '30.01', currency: 'EUR' },
    };
    await postAll(product, [guest]);
    await product.settle();
    const before = { totals: await totals(product), order: await orderOfA(product) };
    const identities = () => product.sql('SELECT identifier, person_id FROM identities_current');
    const persons = await identities();
    expect(persons).toHaveLength(1);
    await operate(product, 'POST', '/v1/persons/erase', { identifiers: { order_id: 'o-a' } });
    await product.settle();
    expect(await totals(product)).toEqual(before.totals);
    expect(await orderOfA(product)).toEqual(before.order);
    expect(await identities()).toEqual(persons);
    const checked = await runCommand(dataDir, ['check']);
    expect(checked.code, checked.stdout).toBe(0);
  },
  testMsMax,
);

it(
  'says what is missing, and takes no identifier that it can not use',
  async () => {
    const product = await start();
    const sent = (body: object) => operate(product, 'POST', '/v1/persons/erase', body);
    await expect(sent({})).rejects.toThrow(/400.*invalid_identifiers/);
    await expect(sent({ identifiers: { email: 'guest' } })).rejects.toThrow(/email is not usable/);
    await expect(sent({ identifiers: { nickname: 'ada' } })).rejects.toThrow(/at least one of/);
  },
  testMsMax,
);
