/** Erasure in the stitcher: the person is nowhere, all others and every total stay as they were. */
import {
  type CollectedEvent,
  erasureEvents,
  type Identifier,
  isErasedId,
  type LedgerOrder,
  ledgerErasures,
  ledgerIdentities,
  ledgerOrders,
  ledgerSuppressions,
  ledgerTouchpoints,
} from '@rosi/events';
import { stateKey, type TestDriver } from '@rosi/streams';
import { describe, expect, it } from 'vitest';
import { collected } from './testing/collected.js';
import { newestOrders, send, startDriver } from './testing/drive.js';

const DAY = 86_400_000;
const START = Date.UTC(2026, 2, 1);
const NOW = Date.UTC(2026, 5, 1);
const at = (days: number) => new Date(START + days * DAY).toISOString();
const EMAIL = 'ada-mail-hash';

const click = (id: string, days: number, identifiers: object) =>
  collected({
    event_id: id,
    type: 'click',
    occurred_at: at(days),
    identifiers,
    medium: 'social',
    post_id: `post-${id}`,
    page: { url: 'https://shop.example/secret-page' },
    properties: { note: 'secret-note' },
  });
const purchase = (id: string, days: number, identifiers: object) =>
  collected({
    event_id: `buy-${id}`,
    type: 'purchase',
    occurred_at: at(days),
    identifiers,
    order: { order_id: id, total: '50.00', currency: 'EUR' },
    properties: { note: 'secret-note' },
  });

/** Ada: three devices' worth of identifiers; a kiosk that she shares with Bob; Bob. */
const ada: CollectedEvent[] = [
  click('a1', 1, { anonymous_id: 'ada-phone' }),
  click('a2', 2, { customer_id: 'shop:ada-number', anonymous_id: 'ada-phone' }),
  click('a3', 3, { email: EMAIL, customer_id: 'shop:ada-number' }),
  purchase('o-1', 4, { email: EMAIL }),
  purchase('o-2', 5, { customer_id: 'shop:ada-number' }),
  click('a4', 4, { user_id: 'ada-user', anonymous_id: 'kiosk' }),
  collected({ type: 'identify', identifiers: { user_id: 'ada-user', email: EMAIL } }),
  collected({
    event_id: 'thanks',
    type: 'page',
    occurred_at: at(4),
    properties: { session_start: true },
    order: { order_id: 'o-1' },
  }),
];
const others: CollectedEvent[] = [
  click('b1', 3, { user_id: 'bob', anonymous_id: 'kiosk' }),
  click('k1', 3, { anonymous_id: 'kiosk' }),
  purchase('o-bob', 5, { user_id: 'bob' }),
];

const erase = (identifiers: Identifier[], id = 'x', at = NOW): CollectedEvent[] => [
  ...erasureEvents(
    { workspace: 'default', eventId: `erase-${id}`, at },
    `secret-${id}`,
    identifiers,
  ),
];
const byEmail = [{ type: 'email', value: EMAIL }];

function run(...parts: CollectedEvent[][]): TestDriver {
  const driver = startDriver(2);
  for (const part of parts) send(driver, part);
  return driver;
}

/** What a post, influencer or channel has got, whoever's order it was. */
function totals(driver: TestDriver): Map<string, number> {
  const sums = new Map<string, number>();
  for (const order of newestOrders(driver).values()) {
    for (const { model, touch, credit } of order.credits) {
      const of = order.touches[touch];
      const key = [model, of?.postId, of?.medium, order.currency].join();
      sums.set(key, (sums.get(key) ?? 0) + credit);
    }
  }
  return new Map([...sums].sort());
}

/** Credits of an order that the differences left in ClickHouse sum up to, by model. */
function summed(driver: TestDriver): Map<string, number> {
  const gone = new Set(driver.output(ledgerErasures).flatMap(({ persons }) => persons));
  const sums = new Map<string, number>();
  for (const { orderId, deltas } of driver.output(ledgerOrders)) {
    for (const { model, personId, credit } of deltas) {
      if (gone.has(personId)) continue;
      const key = `${orderId} ${model}`;
      sums.set(key, (sums.get(key) ?? 0) + credit);
    }
  }
  return new Map([...sums].sort());
}

/** Every key and value in state, as text. */
function stateText(driver: TestDriver): string {
  const processors = ['repeats', 'identifiers', 'identity', 'journeys'];
  return processors
    .flatMap((processor) => [0, 1].map((partition) => driver.state(processor, partition)))
    .flatMap((state) => [...state.range({ prefix: stateKey() })])
    .map(([key, value]) => `${key.toString('latin1')} ${value.toString('latin1')}`)
    .join('\n');
}

const newest = <T extends { readonly revision: number }>(records: T[], key: (one: T) => string) => [
  ...new Map(
    records.sort((a, b) => a.revision - b.revision).map((one) => [key(one), one]),
  ).values(),
];

/** The tables' rows once ClickHouse has forgotten what it was told to forget. */
function rows(driver: TestDriver) {
  const gone = new Set(driver.output(ledgerErasures).flatMap(({ members }) => members));
  const orders = new Set(driver.output(ledgerErasures).flatMap((one) => one.orders));
  const keyOf = (one: { identifierType: string; identifier: string }) =>
    `${one.identifierType}:${one.identifier}`;
  const persons = new Set(driver.output(ledgerErasures).flatMap((one) => one.persons));
  const identities = newest(driver.output(ledgerIdentities), keyOf).filter(
    (one) => !gone.has(keyOf(one)) && !persons.has(one.personId),
  );
  const touchpoints = driver
    .output(ledgerTouchpoints)
    .filter((one) => !gone.has(keyOf(one)))
    .filter(
      (one) =>
        !(one.identifierType === 'order_id' && orders.has(one.identifier)) ||
        isErasedId(one.touch.touchpointId),
    );
  return { identities, touchpoints };
}

const traces = ['ada-', EMAIL, 'secret-page', 'secret-note'];

describe('erasure', () => {
  it('leaves no trace of the person in state, and none in what the tables keep', () => {
    const driver = run([...ada, ...others], erase(byEmail));
    const text = stateText(driver);
    for (const trace of traces) expect(text).not.toContain(trace);
    const before = run([...ada, ...others]);
    const persons = [...newestOrders(before).values()]
      .filter(({ orderId }) => orderId !== 'o-bob')
      .map(({ personId }) => personId);
    for (const person of persons) expect(text).not.toContain(person);
    const kept = JSON.stringify(rows(driver));
    for (const trace of ['ada-', EMAIL]) expect(kept).not.toContain(trace);
    for (const id of ['a1', 'a2', 'a3', 'a4']) expect(kept).not.toContain(`"touchpointId":"${id}"`);
  });

  it('keeps orders, totals, first orders and all others as they were', () => {
    const before = run([...ada, ...others]);
    const after = run([...ada, ...others], erase(byEmail));
    expect(totals(after)).toEqual(totals(before));
    expect(summed(after)).toEqual(summed(before));
    const facts = ({ orderId, net, newCustomer, orderedAt, eligible }: LedgerOrder) => ({
      orderId,
      net,
      newCustomer,
      orderedAt,
      eligible,
    });
    const of = (driver: TestDriver) =>
      new Map([...newestOrders(driver)].map(([id, one]) => [id, facts(one)]));
    expect(of(after)).toEqual(of(before));
    expect(newestOrders(after).get('o-bob')).toEqual(newestOrders(before).get('o-bob'));
    const shapes = (driver: TestDriver) =>
      rows(driver)
        .touchpoints.map(
          ({ touch, identifierType }) => `${touch.touchedAt} ${touch.postId} ${identifierType}`,
        )
        .sort();
    expect(shapes(after)).toEqual(shapes(before));
    const types = (driver: TestDriver) =>
      rows(driver)
        .identities.map(({ identifierType, shared }) => `${identifierType} ${shared}`)
        .sort();
    expect(types(after)).toEqual(types(before));
    const [adas] = new Set(
      [...newestOrders(after).values()]
        .filter(({ orderId }) => orderId !== 'o-bob')
        .map((one) => one.personId),
    );
    const renamed = rows(after).identities.filter(({ personId }) => personId === adas);
    expect(renamed.map(({ identifierType }) => identifierType).sort()).toEqual(
      ['anonymous_id', 'customer_id', 'email', 'order_id', 'order_id', 'user_id'].sort(),
    );
    expect(
      renamed.find(({ identifierType }) => identifierType === 'customer_id')?.identifier,
    ).toMatch(/^shop:/);
  });

  it('is not undone by late copies, nor by others of its events', () => {
    const before = run([...ada, ...others], erase(byEmail));
    const late = [
      click('late', 6, { email: EMAIL, anonymous_id: 'never-seen' }),
      purchase('o-late', 6, { email: EMAIL, phone: 'never-told' }),
      collected({
        event_id: 'refund',
        type: 'refund',
        identifiers: { customer_id: 'shop:other' },
        refund: { refund_id: 'r', order_id: 'o-1', total: '10.00', currency: 'EUR' },
      }),
    ];
    const after = run([...ada, ...others], erase(byEmail), [...ada, ...late]);
    const text = stateText(after);
    for (const trace of [...traces, 'never-seen', 'never-told', 'shop:other']) {
      expect(text).not.toContain(trace);
    }
    expect(newestOrders(after).get('o-1')?.net).toBe(40_00);
    expect(newestOrders(after).get('o-1')?.personId).toBe(
      newestOrders(before).get('o-1')?.personId,
    );
    expect(newestOrders(after).get('o-late')).toMatchObject({ net: 50_00, newCustomer: false });
  });

  it('is not undone by an event that names another order beside an erased person’s', () => {
    const back = (id: string, orderId: string, beside: string) =>
      collected({
        event_id: id,
        type: 'refund',
        refund: { refund_id: id, order_id: orderId, total: '1.00', currency: 'EUR' },
        order: { order_id: beside },
      });
    const late = [back('r1', 'o-1', 'o-bob'), back('r2', 'o-bob', 'o-2')];
    const driver = run([...ada, ...others], erase(byEmail), late);
    const orders = newestOrders(driver);
    expect(orders.get('o-1')?.personId).toBe(orders.get('o-2')?.personId);
    expect(orders.get('o-1')?.personId).not.toBe(orders.get('o-bob')?.personId);
    expect([...orders.values()].map(({ net }) => net)).toEqual([49_00, 50_00, 49_00]);
  });

  it('lets somebody come who comes with the same identifiers later', () => {
    const later = collected({
      event_id: 'back',
      type: 'click',
      occurred_at: new Date(NOW + 1).toISOString(),
      identifiers: { email: EMAIL },
      medium: 'social',
    });
    const back = { ...later, receivedAt: NOW + 1 };
    const driver = run([...ada, ...others], erase(byEmail), [back]);
    const found = driver
      .output(ledgerTouchpoints)
      .filter(({ touch }) => touch.touchpointId === 'back');
    expect(found).toHaveLength(1);
    expect(found[0]?.identifier).toBe(EMAIL);
    const person = driver
      .output(ledgerIdentities)
      .filter(({ identifier }) => identifier === EMAIL)
      .at(-1)?.personId;
    expect([...newestOrders(driver).values()].map(({ personId }) => personId)).not.toContain(
      person,
    );
  });

  it('forgets removed links too: somebody who comes later is linked anew', () => {
    const both = { anonymous_id: 'ada-phone', user_id: 'bob' };
    const unlinked = collected({ event_id: 'unlink', type: 'unlink', identifiers: both });
    const linked = collected({ event_id: 'linked', type: 'identify', identifiers: both });
    const back = collected({ event_id: 'back', type: 'identify', identifiers: both });
    const later = { ...back, occurredAt: NOW + 1, receivedAt: NOW + 1 };
    const named = [{ type: 'anonymous_id', value: 'ada-phone' }];
    const driver = run([unlinked, linked], erase(named), [later]);
    const personOf = (name: string) =>
      driver
        .output(ledgerIdentities)
        .filter(({ identifier }) => identifier === name)
        .at(-1)?.personId;
    expect(personOf('bob')).toBeDefined();
    expect(personOf('ada-phone')).toBe(personOf('bob'));
  });

  it('of a shared identifier takes it alone from late events of others', () => {
    const kiosk = { type: 'anonymous_id', value: 'kiosk' };
    const late = [
      click('of-bob', 4, { user_id: 'bob', anonymous_id: 'kiosk' }),
      click('of-kiosk', 4, { anonymous_id: 'kiosk', click_id: 'never-seen' }),
      purchase('o-kiosk', 6, { anonymous_id: 'kiosk' }),
    ];
    const driver = run([...ada, ...others], erase([kiosk]), late);
    expect(stateText(driver)).not.toMatch(/anonymous_id:kiosk|never-seen/);
    const touchpoints = rows(driver).touchpoints.map(({ touch, identifier }) => [
      touch.touchpointId,
      identifier,
    ]);
    expect(touchpoints).toContainEqual(['of-bob', 'bob']);
    expect(touchpoints.filter(([id]) => id === 'of-kiosk')).toEqual([]);
    const orders = newestOrders(driver);
    expect(orders.get('o-bob')?.touches.map(({ touchpointId }) => touchpointId)).toContain(
      'of-bob',
    );
    // As without the device.
    const without = run([...ada, ...others], [purchase('o-kiosk', 6, {})]);
    expect(orders.get('o-kiosk')?.personId).toBe(newestOrders(without).get('o-kiosk')?.personId);
  });

  it.each([
    ['shared and then not', true],
    ['not shared and then so', false],
  ])('of an identifier that is %s: the one next after an event decides', (_, isSharedFirst) => {
    const named = [{ type: 'anonymous_id', value: 'tablet' }];
    const used = (id: string, by: string[], at: number) =>
      by.map((user) => {
        const identifiers = { user_id: user, anonymous_id: 'tablet' };
        const event = collected({ event_id: `${id}-${user}`, type: 'identify', identifiers });
        return { ...event, occurredAt: at, receivedAt: at };
      });
    const many = ['carl', 'dora'];
    const few = ['emil'];
    const late = click('late', 4, { user_id: 'bob', anonymous_id: 'tablet' });
    const between = { ...late, eventId: 'between', occurredAt: NOW + 2, receivedAt: NOW + 2 };
    const driver = run(
      others,
      used('first', isSharedFirst ? many : few, START),
      erase(named),
      used('then', isSharedFirst ? few : many, NOW + 1),
      erase(named, 'y', NOW + 3),
      [late, between],
    );
    const ids = rows(driver).touchpoints.map(({ touch }) => touch.touchpointId);
    expect(ids.filter((id) => id === 'late' || id === 'between')).toEqual([
      isSharedFirst ? 'late' : 'between',
    ]);
  });

  it('of an identifier that an unlink has parted leaves the others their events', () => {
    const both = { user_id: 'bob', anonymous_id: 'lent' };
    const unlinked = collected({ event_id: 'unlink', type: 'unlink', identifiers: both });
    const parts = [
      [...others, click('before', 3, both), unlinked],
      erase([{ type: 'anonymous_id', value: 'lent' }]),
      [
        click('late', 4, both),
        click('of-device', 4, { anonymous_id: 'lent' }),
        click('of-other', 4, { user_id: 'carl', anonymous_id: 'lent' }),
      ],
    ];
    const driver = run(...parts);
    expect(stateText(driver)).not.toMatch(/lent|carl/);
    const touchpoints = rows(driver).touchpoints.map(({ touch }) => touch.touchpointId);
    expect(touchpoints.filter((id) => !isErasedId(id)).sort()).toEqual(
      ['b1', 'before', 'k1', 'late'].sort(),
    );
    // What the tables are told at once, and what they are filled with.
    const [told] = driver.output(ledgerErasures);
    expect(told?.apart).toHaveLength(1);
    expect(driver.output(ledgerSuppressions).map(({ name }) => name)).toContain(told?.apart[0]);
  });

  it('of an order that an unlink has parted from another leaves that its events for good', () => {
    const both = { order: { order_id: 'o-bob' }, refund: { order_id: 'o-1' } };
    const unlinked = collected({ event_id: 'unlink', type: 'unlink', ...both });
    const visit = click('visit', 3, {});
    const identifiers = ['o-bob', 'o-1'].map((value) => ({ type: 'order_id', value }));
    const later = { ...visit, identifiers, occurredAt: NOW + 1, receivedAt: NOW + 1 };
    const driver = run([...ada, ...others, unlinked], erase(byEmail), [later]);
    const visits = rows(driver).touchpoints.filter(({ touch }) => touch.touchpointId === 'visit');
    expect(visits.map(({ identifier }) => identifier)).toEqual(['o-bob']);
  });

  it('names whom it names, also where one of its identifiers was erased before', () => {
    const bob = { type: 'user_id', value: 'bob' };
    const driver = run([...ada, ...others], erase(byEmail), erase([...byEmail, bob], 'y'));
    expect(driver.output(ledgerErasures).at(-1)?.members).toContain('user_id:bob');
    expect(stateText(driver)).not.toContain('user_id:bob');
  });

  it('tells under which ids touchpoints of one time go on, a click of an order too', () => {
    const ofOrder = { ...click('a5', 3, {}), identifiers: [{ type: 'order_id', value: 'o-1' }] };
    const driver = run([...ada, ...others, ofOrder], erase(byEmail));
    const [told] = driver.output(ledgerErasures);
    const touchpoints = rows(driver).touchpoints.map(({ touch }) => touch.touchpointId);
    // At the third day: a3 and a5; at the fourth: a4 and the thank-you page.
    expect(told?.placed).toHaveLength(4);
    for (const id of told?.placed ?? []) expect(touchpoints).toContain(id);
    const listed = driver.output(ledgerSuppressions).map(({ name }) => name);
    expect(listed.filter(isErasedId).sort()).toEqual([...(told?.placed ?? [])].sort());
    expect(touchpoints).not.toContain('a5');
    const late = click('late', 2, { email: EMAIL });
    send(driver, [{ ...late, identifiers: [...ofOrder.identifiers, ...late.identifiers] }]);
    const after = rows(driver).touchpoints.map(({ touch }) => touch.touchpointId);
    expect(after.filter((id) => !isErasedId(id)).sort()).toEqual(['b1', 'k1']);
    expect(after).toHaveLength(touchpoints.length + 1);
  });

  it('of somebody unknown suppresses the identifier alone, and tells the tables in the end', () => {
    const driver = run(others, erase([{ type: 'email', value: 'nobody' }]));
    expect(driver.output(ledgerIdentities)).toEqual(run(others).output(ledgerIdentities));
    expect(driver.output(ledgerSuppressions)).toHaveLength(1);
    expect(driver.output(ledgerErasures)).toMatchObject([
      { members: ['email:nobody'], orders: [] },
    ]);
  });

  it('of an identifier that is linked to nothing moves what it has', () => {
    const alone = click('alone', 1, { anonymous_id: 'ada-alone' });
    const driver = run([alone], erase([{ type: 'anonymous_id', value: 'ada-alone' }]));
    expect(stateText(driver)).not.toContain('ada-alone');
    const { touchpoints, identities } = rows(driver);
    expect(touchpoints).toHaveLength(1);
    expect(identities).toHaveLength(1);
    expect(touchpoints[0]?.identifier).toBe(identities[0]?.identifier);
  });

  it('of many items is done page by page', () => {
    const many = Array.from({ length: 1300 }, (_, n) =>
      click(`m${n}`, n / 1000, { anonymous_id: 'ada-phone' }),
    );
    const driver = run([...ada, ...many, ...others], erase(byEmail));
    expect(stateText(driver)).not.toContain('ada-');
    expect(rows(driver).touchpoints).toHaveLength(1300 + 5 + 2);
    expect(totals(driver)).toEqual(totals(run([...ada, ...many, ...others])));
  });

  it('of orders that are their own person leaves what they have', () => {
    const guests = [
      purchase('o-guest', 4, {}),
      purchase('o-pair-1', 4, {}),
      purchase('o-pair-2', 5, {}),
      { ...click('g1', 3, {}), identifiers: [{ type: 'order_id', value: 'o-pair-1' }] },
      collected({
        event_id: 'pair',
        type: 'refund',
        refund: { refund_id: 'pair', order_id: 'o-pair-2', total: '1.00', currency: 'EUR' },
        order: { order_id: 'o-pair-1' },
      }),
    ];
    const named = ['o-guest', 'o-pair-2'].map((value) => ({ type: 'order_id', value }));
    const before = run([...guests, ...others]);
    const after = run([...guests, ...others], erase(named));
    expect(after.output(ledgerErasures)[0]?.orders.toSorted()).toEqual(
      ['o-guest', 'o-pair-1', 'o-pair-2'].toSorted(),
    );
    expect(totals(after)).toEqual(totals(before));
    expect(summed(after)).toEqual(summed(before));
    const persons = (driver: TestDriver) =>
      rows(driver).identities.map(({ identifier, personId }) => [identifier, personId]);
    expect(persons(after)).toEqual(persons(before));
  });

  it('again, by an order, finds nothing to rename', () => {
    const alone = click('g1', 3, { anonymous_id: 'guest' });
    const before = run([...ada, ...others, alone], erase(byEmail));
    const named = { type: 'order_id', value: 'o-1' };
    const after = run(
      [...ada, ...others, alone],
      erase(byEmail),
      erase([named, { type: 'anonymous_id', value: 'guest' }], 'y'),
    );
    expect(totals(after)).toEqual(totals(before));
    expect(summed(after)).toEqual(summed(before));
    expect(after.output(ledgerErasures).at(-1)?.members).toEqual(['anonymous_id:guest']);
    const shapes = (driver: TestDriver) =>
      rows(driver)
        .touchpoints.map(({ touch }) => `${touch.touchedAt} ${touch.postId}`)
        .sort();
    expect(shapes(after)).toEqual(shapes(before));
    expect(rows(after).identities).toHaveLength(rows(before).identities.length);
  });

  it('again renames whoever was linked to an erased person since', () => {
    const unlinked = collected({
      event_id: 'unlink',
      type: 'unlink',
      identifiers: { user_id: 'bob', anonymous_id: 'kiosk' },
    });
    const parts = [[...ada, ...others], erase(byEmail), [unlinked]];
    const before = run(...parts);
    const after = run(...parts, erase([{ type: 'order_id', value: 'o-1' }], 'y'));
    expect(totals(after)).toEqual(totals(before));
    expect(summed(after)).toEqual(summed(before));
    expect(after.output(ledgerErasures).at(-1)?.members).toEqual(['anonymous_id:kiosk']);
    expect(stateText(after)).not.toContain('kiosk');
    expect(rows(after).touchpoints).toHaveLength(rows(before).touchpoints.length);
    const persons = (driver: TestDriver) =>
      new Set(rows(driver).identities.map(({ personId }) => personId)).size;
    expect(persons(after)).toBe(persons(before));
  });

  it('of several persons and again is as one each', () => {
    const all = [...ada, ...others];
    const driver = run(
      all,
      erase([...byEmail, { type: 'user_id', value: 'bob' }]),
      erase(byEmail, 'y'),
    );
    expect(stateText(driver).replaceAll('o-bob', '')).not.toMatch(/ada-|bob|mail-hash/);
    expect(totals(driver)).toEqual(totals(run(all)));
    expect(driver.output(ledgerOrders).length).toBeGreaterThan(0);
  });
});
