/**
 * Extreme but valid events through the stitcher's processors, in two random arrivals: nothing
 * throws, every record's credits are its order's net, signed differences add up to what stands, and
 * both arrivals end in the same tables. See budget.ts for longer runs and other seeds.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { OracleEvent } from '../oracle/index.js';
import { runTopology } from '../property/run-topology.js';
import { budget, timeoutMs } from './budget.js';

const receivedAt = Date.UTC(2026, 5, 1);
const settings = { hashKey: 'k', ownDomains: [], timezone: 'UTC' };

/** Few, so that they meet; alike, so that keys made of them must tell them apart. */
const ids = [
  'a',
  'a\0',
  'a\0b',
  'a/b',
  'a:b',
  ':',
  '\0',
  '😀'.repeat(256),
  '\uffff',
  '～',
  'order_id:a',
  'default/order_id:a',
  '__proto__',
  '0'.repeat(256),
  'İ'.repeat(200),
] as const;
const id = fc.constantFrom(...ids);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
/** From the first millisecond to the last that is accepted, and the bounds of windows. */
const time = fc
  .constantFrom(
    0,
    1,
    receivedAt - 30 * 86_400_000,
    receivedAt - 86_400_000,
    receivedAt - 1,
    receivedAt,
    receivedAt + 86_400_000,
  )
  .map((ms) => new Date(ms).toISOString());
const money = fc.constantFrom(
  { total: '0', currency: 'JPY' },
  { total: '999999999999999', currency: 'JPY' },
  { total: '9999999999999.99', currency: 'EUR' },
  { total: '0.001', currency: 'KWD' },
  { total: '0.01', currency: 'EUR' },
);
const identifiers = fc.record({
  user_id: maybe(id),
  customer_id: maybe(id),
  anonymous_id: maybe(id),
  click_id: maybe(id),
  handle: maybe(id),
});
const owners = { post_id: maybe(id), influencer_id: maybe(id), campaign_id: maybe(id) };
const codes = fc.array(fc.constantFrom('ß', 'ss', 'SS', 'a:b', 'a', 'ı', '\0', 'É'.repeat(256)));

const order = fc
  .tuple(id, money, maybe(codes))
  .map(([order_id, stated, coupon_codes]) => ({ order_id, ...stated, coupon_codes }));
const refund = fc
  .tuple(id, id, money)
  .map(([refund_id, order_id, stated]) => ({ refund_id, order_id, ...stated }));

const body = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('purchase'), identifiers, occurred_at: time, order }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('refund'), occurred_at: time, identifiers, refund }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom('click', 'view', 'identify', 'lead'),
      occurred_at: time,
      identifiers,
      link_id: maybe(id),
      ...owners,
    }),
  },
  fc.record({
    type: fc.constant('unlink'),
    identifiers: fc
      .uniqueArray(fc.constantFrom('user_id', 'customer_id', 'anonymous_id', 'click_id'), {
        minLength: 2,
        maxLength: 2,
      })
      .chain(([a = '', b = '']) => fc.tuple(id, id).map(([x, y]) => ({ [a]: x, [b]: y }))),
  }),
  fc.record({
    type: fc.constant('coupon'),
    occurred_at: time,
    coupon: fc.tuple(codes, fc.record(owners)).map(([[code = 'a'], rest]) => ({ code, ...rest })),
  }),
  fc.record({
    type: fc.constant('link'),
    occurred_at: time,
    link: fc.record({ link_id: id, ...owners }),
  }),
  fc.record({
    type: fc.constant('post'),
    occurred_at: time,
    post: fc.record({ post_id: id, influencer_id: maybe(id), campaign_id: maybe(id) }),
  }),
);

/** A dozen refunds of one order, whose sum no double could hold. */
const flood = fc.tuple(id, fc.constantFrom('JPY', 'EUR')).map(([order_id, currency]) =>
  Array.from({ length: 12 }, (_, nth) => {
    const total = currency === 'JPY' ? '999999999999999' : '9999999999999.99';
    return { type: 'refund', refund: { refund_id: `flood ${nth}`, order_id, total, currency } };
  }),
);
const bodies = fc
  .tuple(
    fc.array(body, { minLength: 1, maxLength: 30 }),
    fc.oneof(flood, fc.constant([])),
    fc.array(body, { maxLength: 10 }),
  )
  .map((parts) => parts.flat());

const eventOf = (stated: object, index: number): OracleEvent => ({
  body: { event_id: `${ids[index % ids.length]?.slice(0, 60)}${index}`, ...stated },
  keyKind: 'secret',
  receivedAt,
});
const arrivals = bodies
  .map((stated) => stated.map(eventOf))
  .chain((events) =>
    fc.tuple(
      fc.constant(events),
      fc.shuffledSubarray([...events, ...events.slice(0, 5)], { minLength: events.length }),
      fc.nat(),
    ),
  );

const sorted = (tables: object) =>
  Object.entries(tables).map(([name, rows]) => [
    name,
    (rows as readonly object[]).map((row) => JSON.stringify(row)).sort(),
  ]);

it(
  'bear extreme events, and end in the same tables however these arrive',
  () => {
    let orders = 0;
    fc.assert(
      fc.property(arrivals, ([events, others, seed]) => {
        const missing = events.filter((event) => !others.includes(event));
        const one = runTopology(events, settings, { partitions: 1 + (seed % 3), seed });
        const two = runTopology([...others, ...missing], settings, {
          partitions: 2,
          seed: seed + 1,
        });
        expect(one.accepted.filter((accepted) => !accepted).length).toBeLessThan(events.length);
        expect(one.unbalanced).toEqual([]);
        expect(two.unbalanced).toEqual([]);
        expect(sorted(two.tables)).toEqual(sorted(one.tables));
        for (const row of one.tables.orders_current ?? []) {
          orders += 1;
          const net = Number(row['net']);
          const credits = (one.tables.credits_current ?? []).filter(
            (credit) => credit['order_id'] === row['order_id'] && credit['model'] === 'linear',
          );
          expect(credits.reduce((sum, credit) => sum + Number(credit['credit']), 0)).toBe(net);
        }
      }),
      budget(80),
    );
    expect(orders).toBeGreaterThan(100);
  },
  timeoutMs,
);
