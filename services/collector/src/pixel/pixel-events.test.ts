import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { collectedBy } from '../testing/messages.js';
import { type PixelFacts, readPixelEvents } from './pixel-events.js';

const receivedAt = Date.UTC(2026, 5, 1, 12);
const facts: PixelFacts = {
  cookieId: null,
  refused: false,
  receivedAt,
  sentAt: receivedAt,
  hash: (text) => createHash('sha256').update(text).digest('hex'),
};
const read = (item: unknown, more: Partial<PixelFacts> = {}) =>
  readPixelEvents([item], { ...facts, ...more });
const first = (item: unknown, more: Partial<PixelFacts> = {}) =>
  read(item, more).items[0] as Record<string, Record<string, unknown>>;

const stated = { type: 'lead', identifiers: { anonymous_id: 'stated-id', user_id: 'u' } };

describe('who it is', () => {
  test('the cookie before the page', () => {
    const reading = read(stated, { cookieId: 'cookie-id' });
    expect(reading.visitorId).toBe('cookie-id');
    expect(reading.items[0]).toEqual({
      type: 'lead',
      identifiers: { anonymous_id: 'cookie-id', user_id: 'u' },
    });
  });

  test('without a cookie the id that the page states', () => {
    expect(read(stated)).toMatchObject({ visitorId: 'stated-id', withdrawn: false });
  });

  test.each(['short', 'with space', 'semi;colon', 'x'.repeat(65), 7, null])(
    'never a cookie of %j',
    (id) => {
      const event = { type: 'lead', identifiers: { anonymous_id: id } };
      expect(read(event)).toMatchObject({ visitorId: null, items: [event] });
    },
  );

  test.each([
    ['analytics refused', { ...stated, consent: { analytics: false } }, {}],
    ['Global Privacy Control', stated, { refused: true }],
  ])('nobody: %s', (_name, event, more) => {
    const reading = read(event, { cookieId: 'cookie-id', ...more });
    expect(reading).toMatchObject({ visitorId: null, withdrawn: true, items: [event] });
  });

  test.each([{ analytics: 'false' }, { analytics: 0 }, { analytics: {} }, 'no', 0, false, []])(
    'nobody, where consent is %j: such an event is rejected',
    (consent) => {
      const event = { ...stated, consent };
      expect(collectedBy(event, 'write')).toBe('consent_invalid');
      const reading = read(event, { cookieId: 'cookie-id' });
      expect(reading).toMatchObject({ visitorId: null, withdrawn: true, items: [event] });
    },
  );

  test.each([null, {}, { analytics: null }, { analytics: true }])(
    'who it is, where consent is %j',
    (consent) => expect(read({ ...stated, consent }).visitorId).toBe('stated-id'),
  );

  test('the latest event of a request decides', () => {
    const no = { type: 'page', consent: { analytics: false } };
    expect(readPixelEvents([no, stated], facts).visitorId).toBe('stated-id');
    expect(readPixelEvents([stated, no], facts)).toMatchObject({
      visitorId: null,
      withdrawn: true,
    });
  });

  test.each([null, 7, 'text', undefined, Symbol('not JSON')])('%s is passed on', (item) => {
    expect(read(item)).toMatchObject({ items: [item], visitorId: null, withdrawn: false });
  });
});

describe('a page of a visit', () => {
  const page = (url: string, referrer: string, visit: object) => {
    const read = first({ type: 'page', page: { url, referrer, title: 't' }, visit });
    return [read['page']?.['url'], read['page']?.['referrer'], read['properties']];
  };
  const begins = { session_start: true };
  const [starts, goesOn] = [
    { starts: true, kept: true },
    { starts: false, kept: true },
  ];
  const shop = 'https://www.shop.example/';
  const social = 'https://mastodon.example/';

  test.each([
    ['its first page', `${shop}?utm_source=a`, social, starts],
    ['directly', shop, '', starts],
    ['by a new campaign from inside', `${shop}?gclid=1`, `${shop}two`, starts],
    ['again after long', `${shop}?utm_source=a`, social, { ...starts, again: true }],
  ])('begins: %s', (_name, url, referrer, visit) => {
    expect(page(url, referrer, visit)).toEqual([url, referrer, begins]);
  });

  test.each([
    ['a page further', `${shop}two`, shop, goesOn, `${shop}two`, shop],
    [
      'the landing page reloaded',
      `${shop}?utm_source=a&b=1#c`,
      social,
      goesOn,
      `${shop}?b=1#c`,
      '',
    ],
    ['back to a page', `${shop}two`, social, { ...goesOn, again: true }, `${shop}two`, ''],
    ['another way in', shop, social, goesOn, shop, social],
    [
      'another subdomain',
      'https://pay.shop.example/',
      shop,
      goesOn,
      'https://pay.shop.example/',
      '',
    ],
    [
      'no memory, from inside',
      `${shop}two`,
      shop,
      { starts: true, kept: false },
      `${shop}two`,
      shop,
    ],
    ['no memory, reloaded', `${shop}?epik=1`, '', { starts: true, again: true }, shop, ''],
    ['encoded as it was', `${shop}?q=a%20b&ScCid=9`, '', goesOn, `${shop}?q=a%20b`, ''],
  ])('goes on: %s', (_name, url, referrer, visit, urlSent, referrerSent) => {
    expect(page(url, referrer, visit)).toEqual([urlSent, referrerSent, {}]);
  });

  test.each([
    ['shop.co.uk', 'other.co.uk'],
    ['a.myshopify.com', 'b.myshopify.com'],
    ['127.0.0.1', '127.0.0.2'],
  ])('%s and %s are two sites', (one, other) => {
    const visit = { starts: true, kept: false };
    expect(page(`https://${one}/`, `https://${other}/`, visit)[2]).toEqual(begins);
  });
});

describe('a purchase', () => {
  const order = { order_id: 'T-1', total: 0.1 + 0.2, tax: 19.9, currency: 'EUR' };
  const purchase = { type: 'purchase', event_id: 'x', order };

  test('is named by what it says, exact', () => {
    const event = first(purchase);
    expect(event['event_id']).toMatch(/^pixel:T-1:[0-9a-f]{16}$/);
    expect(event['order']).toEqual({ ...order, total: 0.3 });
    expect(
      first({ ...purchase, event_id: 'y', occurred_at: '2026-06-01T11:00:00Z' }),
    ).toMatchObject({ event_id: event['event_id'] });
  });

  test('saying something else, or knowing the visitor, is another event', () => {
    const name = (event: object) => first(event)['event_id'];
    expect(name({ ...purchase, order: { ...order, coupon_codes: ['A'] } })).not.toBe(
      name(purchase),
    );
    expect(name({ ...purchase, identifiers: { anonymous_id: 'visitor-1' } })).not.toBe(
      name(purchase),
    );
    // Another browser that opens the same confirmation says the same.
    expect(name({ ...purchase, identifiers: { anonymous_id: 'visitor-1' } })).toBe(
      name({ ...purchase, identifiers: { anonymous_id: 'somebody-else' } }),
    );
  });

  test('of a long order id still has an id that fits', () => {
    const long = { ...purchase, order: { order_id: 'o'.repeat(256) } };
    expect(String(first(long)['event_id']).length).toBeLessThanOrEqual(128);
  });

  test("in GA4's words", () => {
    const ecommerce = {
      transaction_id: 'G-1',
      value: 25.42,
      currency: 'EUR',
      coupon: 'A,B',
      items: [{ item_id: 's', item_name: 'n', quantity: 2, price: 5, discount: 1 }, null],
    };
    expect(first({ type: 'purchase', ecommerce })['order']).toMatchObject({
      order_id: 'G-1',
      total: 25.42,
      currency: 'EUR',
      coupon_codes: ['A', 'B'],
      items: [{ sku: 's', name: 'n', quantity: 2, unit_price: 5 }, {}],
    });
  });
});

describe("a purchase in GA4's words, as shops push it", () => {
  const ecommerce = { transaction_id: 'G-1', value: 72.05, currency: 'EUR', tax: 3.6, shipping: 5 };
  const collected = (more: object) => {
    const event = first({ type: 'purchase', ecommerce: { ...ecommerce, ...more } });
    const read = collectedBy(event, 'write');
    return typeof read === 'string' ? read : read.order;
  };
  const all = { orderId: 'G-1', total: 7_205, currency: 'EUR', tax: 360, shipping: 500 };

  test.each<[string, object, object]>([
    ['all of it', {}, all],
    ['a currency in lower case', { currency: ' eur' }, all],
    ['texts', { value: '72.05', tax: '3.60', shipping: '5' }, all],
    ['zeros beyond the currency', { value: '72.0500', tax: '3.6000', shipping: '5.000' }, all],
    ['yen with a fraction of zeros', { currency: 'JPY', value: '1000.00' }, { total: 1_000 }],
    ['what is empty is not stated', { tax: '', shipping: ' ' }, { tax: null, shipping: null }],
    ['a tax that nobody can pay', { tax: 3.6041666 }, { ...all, tax: null }],
    ['words for a shipping', { shipping: 'free' }, { ...all, shipping: null }],
    ['a negative tax', { tax: -1 }, { ...all, tax: null }],
    ['an empty value', { value: '' }, { ...all, total: null }],
    [
      'a currency on the items alone',
      { currency: undefined, items: [{ currency: 'eur' }, { currency: 'EUR ' }] },
      all,
    ],
    ["the event's own goes before", { items: [{ currency: 'USD' }] }, all],
    [
      'the number alone',
      { value: undefined, currency: '' },
      { orderId: 'G-1', total: null, tax: null, shipping: null, currency: '' },
    ],
  ])('%s', (_name, more, order) => {
    expect(collected(more)).toMatchObject(order);
  });

  test.each<[string, object]>([
    ['amount_too_precise', { value: 3.6041666 }],
    ['amount_too_precise', { value: '3.6041' }],
    ['amount_invalid', { value: '72,05' }],
    ['amount_negative', { value: '-72.05' }],
    ['currency_unknown', { currency: 'EURO' }],
    ['currency_unknown', { currency: 978 }],
    ['currency_missing', { currency: undefined }],
    ['currency_missing', { currency: '', items: [{ currency: 'EUR' }, { currency: 'USD' }] }],
    ['currency_missing', { currency: '', items: [{ currency: 'EUR' }, { item_id: 'a' }, null] }],
  ])('a total is never guessed: %s', (code, more) => {
    expect(collected(more)).toBe(code);
  });

  test("only GA4's words are read so", () => {
    const order = { order_id: 'T-1', total: '72.0500', currency: 'eur' };
    expect(collectedBy(first({ type: 'purchase', order }), 'write')).toBe('currency_unknown');
    const tax = { ...order, total: '72.05', currency: 'EUR', tax: '' };
    expect(collectedBy(first({ type: 'purchase', order: tax }), 'write')).toBe('amount_invalid');
  });
});

describe('a wrong clock', () => {
  const at = (occurredAt: string, sentAt: number | null) =>
    first({ type: 'lead', occurred_at: occurredAt }, { sentAt })['occurred_at'];
  const day = 86_400_000;

  test('two days ahead, and a year behind', () => {
    expect(at('2026-06-03T11:59:00.000Z', receivedAt + 2 * day)).toBe('2026-06-01T11:59:00.000Z');
    expect(at('2025-06-01T11:00:00.000Z', receivedAt - 365 * day)).toBe('2026-06-01T11:00:00.000Z');
  });

  test('nothing happens later than it is told', () => {
    expect(at('2026-06-05T00:00:00.000Z', receivedAt + day)).toBe('2026-06-01T12:00:00.000Z');
  });

  test.each([
    ['a right one', '2026-06-01T11:00:00.000Z', receivedAt - 59_000],
    ['none stated', '2026-06-01T11:00:00.000Z', null],
    ['no time', 'yesterday', receivedAt - day],
  ])('%s is left as it is', (_name, text, sentAt) => {
    expect(at(text, sentAt)).toBe(text);
  });

  test('one that is absurd throws nothing', () => {
    expect(at('2026-06-01T11:00:00Z', -1e300)).toBe('2026-06-01T12:00:00.000Z');
    expect(at('2026-06-01T11:00:00Z', 1e300)).toBe('2026-06-01T11:00:00Z');
  });
});
