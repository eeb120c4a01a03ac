import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judgeBatch, judgeContext } from './judge.js';
import { eventsIn, ordersOf } from './testing.js';

const shopifyHeader =
  'Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,' +
  'Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Cancelled at,' +
  'Refunded Amount,Phone,Id';
const shopify = [
  shopifyHeader,
  '#1001,ada@example.org,partially_refunded,,EUR,120.00,4.90,21.65,129.90,"ADA10, SPRING",' +
    "2026-03-01 10:00:00 +0100,1,Shoe,100.00,S-1,,29.90,'+33 6 12 34 56 78,99",
  '#1001,ada@example.org,,,,,,,,,2026-03-01 10:00:00 +0100,2,Sock,10.00,S-2,,,,',
  '#1002,bob@example.org,voided,,EUR,1.00,0,0,1.00,,2026-03-02 10:00:00 +0100,1,A,1.00,,,0.00,,',
  '#1003,,paid,,EUR,1.00,0,0,1.000,,2026-03-02 10:00:00 +0100,1,A,1.00,,,0.00,,',
].join('\n');

describe('Shopify', () => {
  it("merges an order's rows and makes its refund", async () => {
    const { items, preset } = await ordersOf(shopify);
    expect(preset.name).toBe('shopify');
    const [purchase, refund] = eventsIn(items);
    expect(purchase).toMatchObject({
      type: 'purchase',
      occurred_at: '2026-03-01T09:00:00.000Z',
      identifiers: { email: 'ada@example.org', phone: '+33612345678' },
      order: {
        order_id: '1001',
        total: '129.90',
        currency: 'EUR',
        tax: '21.65',
        shipping: '4.90',
        coupon_codes: ['ADA10', 'SPRING'],
        items: [{ sku: 'S-1' }, { sku: 'S-2', quantity: '2' }],
      },
    });
    expect(refund).toMatchObject({
      type: 'refund',
      refund: { refund_id: '1001:refunded', order_id: '1001', total: '29.90', currency: 'EUR' },
    });
  });
  it("takes the buyer's phone where it stands, and never the parcel's", async () => {
    const columns = 'Name,Financial Status,Created at,Lineitem quantity,Total,Currency';
    const text = [
      `${columns},Phone,Billing Phone,Shipping Phone`,
      "#1,paid,2026-03-01 10:00:00 +0000,1,1.00,EUR,'+33612345678,+33687654321,",
      '#2,paid,2026-03-01 10:00:00 +0000,1,1.00,EUR,,+33 6 87 65 43 21,',
      '#3,paid,2026-03-01 10:00:00 +0000,1,1.00,EUR,,,+33699999999',
    ].join('\n');
    expect(eventsIn((await ordersOf(text)).items)).toMatchObject([
      { identifiers: { phone: '+33612345678' } },
      { identifiers: { phone: '+33687654321' } },
      { identifiers: {} },
    ]);
    expect(eventsIn((await ordersOf(text)).items)[2]?.['identifiers']).toEqual({});
  });
  it('leaves out what was never paid, unless asked for', async () => {
    expect((await ordersOf(shopify)).items).toContainEqual({
      kind: 'skipped',
      line: 4,
      reason: 'status_voided',
    });
    const all = await ordersOf(shopify, { includeUnpaid: true });
    expect(all.items.filter(({ kind }) => kind === 'skipped')).toEqual([]);
  });
  it("lets a later export's refund replace the one before, by its id", async () => {
    const idOf = async (text: string) => eventsIn((await ordersOf(text)).items)[1]?.event_id ?? '';
    const more = await idOf(shopify.replace(',29.90,', ',109.90,'));
    expect(more > (await idOf(shopify))).toBe(true);
  });
  it('tells amounts with too many digits with their line, as the collector would', async () => {
    const batch = (await ordersOf(shopify)).items.flatMap((item) =>
      item.kind === 'event'
        ? [{ line: item.line, event: item.event, json: JSON.stringify(item.event) }]
        : [],
    );
    const tally = judgeBatch(batch, judgeContext('key', Date.parse('2026-04-01T00:00:00Z')));
    expect(tally).toMatchObject({ sent: 3, accepted: 2, rejected: 1 });
    expect(tally.firstRejected).toEqual([
      {
        line: 5,
        code: 'amount_too_precise',
        message:
          'total "1.000" has more digits after the point than EUR has (2): round it in the file',
      },
    ]);
  });
});

describe('WooCommerce', () => {
  const header =
    'order_id,order_number,date,status,order_total,order_currency,customer_id,' +
    'billing_email,coupon_items,refunded_total';
  it('knows guests, statuses and coupon cells', async () => {
    const text = [
      header,
      '7,1007,2026-03-01 10:00:00,completed,35.00,EUR,0,a@example.org,code:ADA|amount:5.00;code:B|amount:1,0',
      '8,1008,2026-03-01 11:00:00,wc-cancelled,35.00,EUR,12,,,0',
      '9,1009,2026-03-01 11:00:00,processing,35.00,EUR,12,,,0',
    ].join('\n');
    const time = { order: 'iso', timezone: 'Europe/Paris' } as const;
    const { items, preset } = await ordersOf(text, { time, shop: 'woo' });
    expect(preset.name).toBe('woocommerce');
    expect(items[1]).toMatchObject({ kind: 'skipped', reason: 'status_wc-cancelled' });
    expect(eventsIn(items)).toMatchObject([
      {
        occurred_at: '2026-03-01T09:00:00.000Z',
        identifiers: { email: 'a@example.org' },
        order: { order_id: '1007', coupon_codes: ['ADA', 'B'] },
      },
      { identifiers: { customer_id: 'woo:12' }, order: { coupon_codes: [] } },
    ]);
    expect(eventsIn(items)[0]?.['identifiers']).not.toHaveProperty('customer_id');
  });
  it('knows the address of all whose personal data the shop has removed', async () => {
    const text = `${header}\n7,1007,2026-03-01,completed,35.00,EUR,0,Deleted@site.invalid,,0`;
    const time = { order: 'iso', timezone: 'UTC' } as const;
    const [event] = eventsIn((await ordersOf(text, { time, shop: 'woo' })).items);
    expect(event).toMatchObject({ order: { order_id: '1007' } });
    expect(event?.['identifiers'] ?? {}).not.toHaveProperty('email');
  });
});

describe('a column that says it is in UTC', () => {
  const text =
    'order_id,order_total,order_currency,status,date,date_gmt\n' +
    '7,35.00,EUR,completed,2026-07-01 11:00:00,2026-07-01 09:00:00\n';
  it.each([null, 'Europe/Paris', 'UTC'])('is, whatever zone is named: %s', async (timezone) => {
    const { items } = await ordersOf(text, { time: { order: 'iso', timezone } });
    expect(eventsIn(items)).toMatchObject([{ occurred_at: '2026-07-01T09:00:00.000Z' }]);
  });
  it('says nothing of the other columns', async () => {
    const time = { order: 'iso', timezone: 'America/New_York' } as const;
    const { items } = await ordersOf(text, { time, map: 'occurred_at=date' });
    expect(eventsIn(items)).toMatchObject([{ occurred_at: '2026-07-01T15:00:00.000Z' }]);
  });
});

describe('any table', () => {
  const time = { order: 'iso', timezone: 'UTC' } as const;
  it('reads the plain header, and gives the same ids again', async () => {
    const path = new URL('../../test/fixtures/orders.csv', import.meta.url);
    const text = readFileSync(path, 'utf8');
    const events = eventsIn((await ordersOf(text, { time })).items);
    expect(events).toHaveLength(199);
    expect(new Set(events.map((event) => event.event_id)).size).toBe(199);
    expect(eventsIn((await ordersOf(text, { time })).items)).toEqual(events);
  });
  it('asks for the zone, naming the flag', async () => {
    await expect(ordersOf('order_id,date,total,currency\n1,2026-01-01,1,EUR\n')).rejects.toThrow(
      '--timezone',
    );
  });
  it('refuses totals of items for the total of an order', async () => {
    const text = 'order_id,date,total,currency\n1,2026-01-01,1.00,EUR\n1,2026-01-01,2.00,EUR\n';
    expect((await ordersOf(text, { time })).items).toMatchObject([
      { kind: 'rejected', line: 2, code: 'totals_differ' },
    ]);
  });
  it('reads decimal commas, and tells what it can not read', async () => {
    const text = 'order_id,date,total\n1,2026-01-01,"1.234,50"\n2,never,1\n3,2026-01-01,\n';
    const { items } = await ordersOf(text, { time, decimal: ',', currency: 'EUR' });
    expect(items).toMatchObject([
      { kind: 'event', event: { order: { total: '1234.50', currency: 'EUR' } } },
      { kind: 'rejected', line: 3, code: 'time_unreadable' },
      { kind: 'rejected', line: 4, code: 'total_missing' },
    ]);
  });
  it('names the column of an amount that is none', async () => {
    const text = 'order_id,date,total,currency\n1,2026-04-01,1.00,EUR\n';
    expect((await ordersOf(text, { time, map: 'total=date' })).items).toMatchObject([
      { message: expect.stringContaining('"2026-04-01" is no amount: is --map total=date right?') },
    ]);
  });
});
