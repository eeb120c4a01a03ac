/** Segment's messages, by the table of docs/connect/segment.md. */
import { describe, expect, test } from 'vitest';
import { startedAt } from '../testing/fixture.js';
import { collectedBy, eventOf, messageContext } from '../testing/messages.js';
import { readSegment } from './segment.js';

const base = {
  messageId: 'm-1',
  anonymousId: 'a-1',
  userId: 'u-1',
  timestamp: '2026-03-01T10:00:00.123Z',
  sentAt: new Date(startedAt).toISOString(),
};
const read = (message: object) => readSegment({ ...base, ...message }, messageContext);
const event = (message: object) => eventOf(read(message));
const track = (name: string, properties: object = {}) =>
  event({ type: 'track', event: name, properties });
const common = {
  event_id: 'segment:m-1',
  occurred_at: '2026-03-01T10:00:00.123Z',
  identifiers: { user_id: 'u-1', anonymous_id: 'a-1' },
};

describe('kinds of messages', () => {
  const page = { url: 'https://shop.example/a', referrer: 'https://t.co/x', title: 'A' };
  const context = {
    page: { ...page, path: '/a', search: '' },
    campaign: { name: 'spring', source: 'mastodon', medium: 'social', content: 'c', term: 't' },
    userAgent: 'Mozilla/5.0',
    ip: '192.0.2.7',
    locale: 'en',
  };

  test('page, with everything that its context tells', () => {
    expect(
      event({ type: 'page', name: 'Hats', properties: { category: 'wear' }, context }),
    ).toEqual({
      ...common,
      type: 'page',
      page,
      utm: {
        ...{ campaign: 'spring', source: 'mastodon', medium: 'social' },
        ...{ content: 'c', term: 't' },
      },
      user_agent: 'Mozilla/5.0',
      ip: '192.0.2.7',
      properties: { category: 'wear', event: 'Hats' },
    });
  });

  test.each<[string, object, object]>([
    [
      'the page that a page call states itself, and once',
      { type: 'page', properties: { ...page, path: '/a', search: '', toString: 'a' } },
      { page, properties: { toString: 'a', event: 'page' } },
    ],
    [
      'a path that is not the address',
      { type: 'page', properties: { path: '/step/2' }, context },
      { page, properties: { path: '/step/2', event: 'page' } },
    ],
    [
      'the parts of an address, and what is none of them',
      {
        type: 'page',
        properties: { url: 'https://shop.example/a/b?c=d', path: '/a', search: '?c=d' },
      },
      { page: { url: 'https://shop.example/a/b?c=d' }, properties: { event: 'page' } },
    ],
    [
      'how the visitor was referred, where no page says it',
      {
        type: 'page',
        properties: { url: 'https://shop.example/' },
        context: { referrer: { type: 'social', url: 'https://t.co/y' } },
      },
      { page: { url: 'https://shop.example/', referrer: 'https://t.co/y' } },
    ],
    ['screen', { type: 'screen', name: 'Home' }, { type: 'identify' }],
    [
      'identify: traits are identifiers, and not kept',
      { type: 'identify', traits: { email: 'A@b.org', phone: '+33612345678', lastName: 'L' } },
      {
        type: 'identify',
        identifiers: { ...common.identifiers, email: 'A@b.org', phone: '+33612345678' },
      },
    ],
    [
      "a user's id that is an address",
      { type: 'identify', userId: 'ada@b.org' },
      { identifiers: { user_id: 'ada@b.org', anonymous_id: 'a-1', email: 'ada@b.org' } },
    ],
    [
      'alias: who was a-0 is u-1',
      { type: 'alias', previousId: 'a-0' },
      { type: 'identify', identifiers: { user_id: 'u-1', anonymous_id: 'a-0' } },
    ],
    [
      "group: a company's address is nobody's",
      { type: 'group', groupId: 'g-1', traits: { email: 'office@b.org' } },
      { type: 'identify', identifiers: common.identifiers, properties: { group_id: 'g-1' } },
    ],
  ])('%s', (_, message, expected) => {
    const read = event(message);
    expect(read).toMatchObject(expected);
    if ('identifiers' in expected) expect(read['identifiers']).toEqual(expected.identifiers);
    if ('properties' in expected) expect(read['properties']).toEqual(expected.properties);
    expect(JSON.stringify(read)).not.toContain('lastName');
  });

  const half = 'a'.repeat(600_000);
  test.each<[string, object]>([
    ['an id', { type: 'identify', userId: `a@${'.'.repeat(1_000_000)}@` }],
    [
      'an address and its path',
      {
        type: 'page',
        properties: { url: half.repeat(4), path: `${half}b${half}` },
      },
    ],
  ])('%s of any length takes linear time', (_, message) => {
    // Their square would be hours.
    expect(event(message)).toMatchObject({ type: message['type' as keyof typeof message] });
  });

  test('an unknown kind, and a message for other tools, are ignored', () => {
    expect(read({ type: 'delete' })).toEqual({ kind: 'ignored', reason: 'type' });
    for (const integrations of [{ All: false }, { ROSI: false }, { All: false, Mixpanel: true }]) {
      const reading = read({ type: 'page', integrations });
      expect(reading).toEqual({ kind: 'ignored', reason: 'integrations' });
    }
    for (const integrations of [
      {},
      { All: true },
      { All: false, ROSI: true },
      { Mixpanel: false },
    ]) {
      expect(read({ type: 'page', integrations }).kind).toBe('event');
    }
  });
});

describe('whose address it is', () => {
  const whose = { email: 'b@b.org', phone: '+33612345678' };
  const known = (message: object) => event({ userId: undefined, ...message })['identifiers'];

  test.each(['Signed Up', 'signed in', 'Lead Generated', 'Order Completed', 'Checkout Started'])(
    '%s: of who did it',
    (name) => {
      const message = { type: 'track', event: name, properties: whose };
      expect(known(message)).toEqual({ anonymous_id: 'a-1', ...whose });
    },
  );

  test.each<[string, object]>([
    ['of who was invited', { type: 'track', event: 'Invite Sent' }],
    ['of who was sent it', { type: 'track', event: 'Product Shared' }],
    ["nobody's in particular", { type: 'track', event: 'my own event' }],
    ['that of a profile that is looked at', { type: 'page' }],
    ['the same in an app', { type: 'screen' }],
  ])('perhaps somebody else: %s', (_, message) => {
    expect(known({ ...message, properties: whose })).toEqual({ anonymous_id: 'a-1' });
    const context = { traits: { email: 'a@b.org' } };
    expect(known({ ...message, properties: whose, context })).toEqual({
      ...{ anonymous_id: 'a-1', email: 'a@b.org' },
    });
  });
});

describe('time and id', () => {
  const seconds = (offset: number) => new Date(startedAt + offset * 1_000).toISOString();

  test.each([
    ['a delay is no error', seconds(-100), seconds(-2), seconds(-100)],
    ['a clock that is an hour ahead', seconds(3_590), seconds(3_600), seconds(-10)],
    ['a clock that is a year behind', seconds(-31_536_010), seconds(-31_536_000), seconds(-10)],
    ['no sentAt', seconds(-500), undefined, seconds(-500)],
  ])('%s', (_, timestamp, sentAt, expected) => {
    expect(event({ type: 'page', timestamp, sentAt })['occurred_at']).toBe(expected);
    const original = { timestamp: undefined, originalTimestamp: timestamp };
    expect(event({ type: 'page', ...original, sentAt })['occurred_at']).toBe(expected);
  });

  test.each([
    ['at once, of a clock that is an hour ahead', -1, 3_599, 3_600, -1],
    ['four hours later', -14_400, -14_400, -14_399, -14_398],
  ])('what Segment passes on has its time set right already: %s', (_, timestamp, ...others) => {
    const [originalTimestamp, sentAt, receivedAt] = others.map(seconds);
    const passedOn = { timestamp: seconds(timestamp), originalTimestamp, sentAt, receivedAt };
    for (const absent of ['originalTimestamp', 'receivedAt']) {
      const read = event({ type: 'page', ...passedOn, [absent]: undefined });
      expect(read['occurred_at']).toBe(seconds(timestamp));
    }
  });

  test('a time that is none is rejected by name; an absent one is that of the receipt', () => {
    const odd = event({ type: 'identify', timestamp: 'yesterday' });
    expect(collectedBy(odd, 'write')).toBe('occurred_at_invalid');
    const without = event({ type: 'identify', timestamp: undefined });
    expect(collectedBy(without, 'write')).toMatchObject({ occurredAt: startedAt });
  });

  test('a long messageId is kept by its hash, an absent one is made', () => {
    const long = event({ type: 'page', messageId: 'x'.repeat(300) });
    expect(long['event_id']).toBe(`segment:${messageContext.hash('x'.repeat(300)).slice(0, 40)}`);
    const absent = event({ type: 'identify', messageId: undefined });
    expect(collectedBy(absent, 'write')).toMatchObject({ eventId: 'made' });
  });
});

describe('consent', () => {
  test.each([
    [
      { Analytics: false, Advertising: false },
      { analytics: false, marketing: false },
    ],
    [
      { Analytics: true, Advertising: false },
      { analytics: true, marketing: false },
    ],
    [
      { C0002: true, C0004: true },
      { analytics: true, marketing: true },
    ],
    [{ Analytics: true, Performance: false }, { analytics: false }],
    [{ Functional: true }, undefined],
  ])('%j', (categoryPreferences, consent) => {
    const read = event({ type: 'page', context: { consent: { categoryPreferences } } });
    expect(read['consent']).toEqual(consent);
  });

  const secret = 'S3cret';
  const search = `?utm_source=a&fbclid=${secret}&rosi_click=${secret}`;
  const address = { url: `https://shop.example/a${search}`, search, path: '/a' };
  const campaign = { name: 'spring', source: 'x', fbclid: secret };
  const whole = { ...address, referrer: `https://t.example/?gclid=${secret}`, title: 'A' };
  test.each<[string, object]>([
    ['page', { type: 'page', properties: whole, context: { page: whole } }],
    ['page of a context alone', { type: 'page', context: { page: whole, campaign } }],
    ['page of a path alone', { type: 'page', properties: { search, path: `/a${search}` } }],
    ['screen', { type: 'screen', name: `A ${search}`, properties: { gclid: secret, ...whole } }],
    ['identify', { type: 'identify', traits: { gclid: secret }, context: { page: whole } }],
    ['group', { type: 'group', groupId: 'g', traits: { url: address.url } }],
    ['alias', { type: 'alias', previousId: 'a-0', context: { page: whole } }],
    [
      'my own event',
      { properties: { gclid: secret, clickId: secret, last: { search }, ...whole } },
    ],
    ['Deep Link Opened', { properties: { ...whole, referring_application: address.url } }],
    ['Install Attributed', { properties: { provider: 'x', campaign: { ...campaign, ...whole } } }],
    ['Product Shared', { properties: { share_message: address.url, url: address.url } }],
    [
      'Order Completed',
      { properties: { order_id: '7', products: [{ url: address.url }], ...whole } },
    ],
  ])('without it no click id is left: %s', (event, message) => {
    const { context = {} } = message as { readonly context?: object };
    const consent = { categoryPreferences: { Analytics: false } };
    const all = { type: 'track', event, ...message, context: { ...context, consent } };
    const collected = JSON.stringify(collectedBy(eventOf(read(all)), 'write'));
    expect(collected).toContain('"consentAnalytics":false');
    expect(collected).not.toMatch(/s3cret/i);
  });

  test('without it nothing identifies', () => {
    const context = { consent: { categoryPreferences: { Analytics: false } } };
    const read = event({ type: 'identify', context, traits: { email: 'a@b.org' } });
    expect(collectedBy(read, 'write')).toMatchObject({ identifiers: [], consentAnalytics: false });
  });
});

describe("the ecommerce spec's orders", () => {
  const order = {
    order_id: '50314b8e',
    total: 27.5,
    subtotal: 22.5,
    revenue: 25,
    shipping: 3,
    tax: 2,
    currency: 'usd',
    coupon: 'hasbros',
    products: [
      { product_id: '507f1f77', sku: '45790-32', name: 'Monopoly', price: 19, quantity: 1 },
      { product_id: '505bd76785', name: 'UNO', price: '3.00', quantity: 2 },
    ],
  };

  test('Order Completed', () => {
    const read = track('Order Completed', order);
    expect(read).toMatchObject({
      ...common,
      type: 'purchase',
      order: {
        order_id: '50314b8e',
        total: '27.5',
        currency: 'USD',
        tax: '2',
        shipping: '3',
        coupon_codes: ['hasbros'],
        items: [
          { sku: '45790-32', name: 'Monopoly', quantity: 1, unit_price: '19' },
          { sku: '505bd76785', name: 'UNO', quantity: 2, unit_price: '3.00' },
        ],
      },
    });
    expect(collectedBy(read, 'write')).toMatchObject({ order: { total: 2_750, tax: 200 } });
  });

  test.each<[string, object, object | string]>([
    ['revenue is without tax and shipping', { total: undefined }, { total: 3_000 }],
    ['a number alone', { total: undefined, revenue: undefined }, { total: null }],
    ['no revenue', { total: '', revenue: null }, { total: null, tax: 200 }],
    ['an empty revenue', { total: null, revenue: ' ' }, { total: null, shipping: 300 }],
    ['several coupons', { coupon: 'ada10, HATS' }, { couponCodes: ['ADA10', 'HATS'] }],
    ['no currency is guessed', { currency: undefined }, 'currency_missing'],
    ['nothing is rounded', { total: 27.505 }, 'amount_too_precise'],
    ['nor a part that the total is made of', { total: null, tax: 4.583333 }, 'amount_too_precise'],
    ['a tax that can not be read', { tax: 4.583333 }, { total: 2_750, tax: null, shipping: 300 }],
    ['zeros beyond the currency', { total: '27.5000' }, { total: 2_750 }],
    ['orderId', { order_id: undefined, orderId: 7 }, { orderId: '7' }],
    ['without an id', { order_id: undefined }, 'order_id_missing'],
  ])('%s', (_, changes, expected) => {
    const collected = collectedBy(track('Order Completed', { ...order, ...changes }), 'write');
    if (typeof expected === 'string') expect(collected).toBe(expected);
    else expect(collected).toMatchObject({ order: expected });
  });

  test('refunds and cancellations need the secret key', () => {
    for (const name of ['Order Refunded', 'Order Cancelled']) {
      const read = track(name, { order_id: '1', total: 5, currency: 'EUR' });
      expect(collectedBy(read, 'write')).toBe('type_not_allowed');
      const refundId = name === 'Order Refunded' ? 'm-1' : 'cancelled:1';
      expect(collectedBy(read, 'secret')).toMatchObject({ refund: { refundId, amount: 500 } });
    }
    // As much as the order was, however that was stated.
    const parts = { order_id: '1', revenue: 25, tax: '2', shipping: 3, currency: 'eur' };
    expect(collectedBy(track('Order Cancelled', parts), 'secret')).toMatchObject({
      refund: { amount: 3_000, currency: 'EUR' },
    });
    const all = track('Order Refunded', { order_id: '1' });
    expect(collectedBy(all, 'secret')).toBe('refund_total_missing');
  });
});

describe('other events', () => {
  test.each<[string, object, object, boolean]>([
    ['Signed Up', {}, { type: 'lead' }, false],
    [
      'Product Viewed',
      { sku: 'H' },
      { type: 'identify', properties: '{"sku":"H","event":"Product Viewed"}' },
      false,
    ],
    ['my own event', {}, { type: 'identify' }, false],
    [
      'Email Opened',
      { campaign_name: 'May' },
      { type: 'view', medium: 'email', utm: { campaign: 'May' } },
      true,
    ],
    ['Email Link Clicked', {}, { type: 'click', medium: 'email', mediaType: 'owned' }, true],
    [
      'Install Attributed',
      { campaign: { source: 'tiktok', name: 'App', medium: 'cpc' } },
      { type: 'click', platform: 'tiktok', medium: 'paid_social', mediaType: 'paid' },
      true,
    ],
    [
      'Deep Link Opened',
      { url: 'https://a.example/?utm_source=x' },
      { type: 'page', platform: 'x' },
      true,
    ],
    [
      'Product Shared',
      { share_via: 'Facebook' },
      { type: 'interaction', platform: 'facebook' },
      true,
    ],
    [
      'Product Reviewed',
      { review_body: 'Good, mail me at a@b.org' },
      { interaction: { kind: 'review', text: 'Good, mail me at [email]' } },
      true,
    ],
  ])('%s', (name, properties, expected, touchpoint) => {
    const collected = collectedBy(track(name, properties), 'write');
    expect(collected).toMatchObject({ ...expected, touchpoint });
  });

  test('on whatever stands in a message nothing throws', () => {
    for (const odd of [null, 'x', [], {}, { type: 'track' }, { type: 'page', context: 7 }]) {
      const reading = readSegment(odd, messageContext);
      if (reading.kind === 'event') collectedBy(reading.event, 'write');
    }
    const strange = { properties: { products: [null, 7, {}], total: {}, coupon: [] }, traits: 7 };
    for (const name of ['Order Completed', 'Order Refunded', 'Email Opened', 'Product Shared']) {
      expect(typeof collectedBy(event({ type: 'track', event: name, ...strange }), 'secret')).toBe(
        name.startsWith('Order') ? 'string' : 'object',
      );
    }
  });
});
