/** Snowplow's payloads, by the table of docs/connect/snowplow.md. */
import { describe, expect, test } from 'vitest';
import { startedAt } from '../testing/fixture.js';
import { collectedBy, eventOf, messageContext } from '../testing/messages.js';
import { readSnowplow } from './snowplow.js';

const base = {
  eid: '5a305bf5-32fc-40d9-b0e8-66052f0f2c95',
  p: 'web',
  tv: 'js-4.10.1',
  dtm: String(startedAt - 60_000),
  stm: String(startedAt - 1_000),
  uid: 'u-1',
  duid: 'd-1',
  url: 'https://shop.example/?utm_source=x',
  refr: 'https://t.co/a',
  page: 'Hats',
};
const read = (payload: object) => readSnowplow([{ ...base, ...payload }], messageContext, false)[0];
const event = (payload: object) => eventOf(read(payload));
const encoded = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
const described = (schema: string, data: object) => ({ schema: `iglu:${schema}`, data });
const ecommerce = 'com.snowplowanalytics.snowplow.ecommerce';

/** A self-describing event; base64url, as trackers send it unless told otherwise. */
function selfDescribing(schema: string, data: object, entities: readonly object[] = []): object {
  const envelope = (name: string, content: unknown) =>
    described(`com.snowplowanalytics.snowplow/${name}/jsonschema/1-0-0`, content as object);
  return {
    e: 'ue',
    ue_px: encoded(envelope('unstruct_event', described(schema, data))),
    cx: encoded(envelope('contexts', entities)),
  };
}

test('a page view, with everything that it tells', () => {
  expect(event({ e: 'pv' })).toEqual({
    event_id: 'snowplow:5a305bf5-32fc-40d9-b0e8-66052f0f2c95',
    occurred_at: new Date(startedAt - 60_000).toISOString(),
    type: 'page',
    identifiers: { user_id: 'u-1', anonymous_id: 'd-1' },
    page: { url: base.url, referrer: base.refr, title: 'Hats' },
    user_agent: messageContext.requestAgent,
    properties: { event: 'page_view' },
  });
});

describe('what payloads have in common', () => {
  test.each<[string, object, object]>([
    [
      "a user's id that is an address",
      { uid: 'ada@b.org' },
      { identifiers: { user_id: 'ada@b.org', anonymous_id: 'd-1', email: 'ada@b.org' } },
    ],
    ['its own agent', { ua: 'Other/1' }, { user_agent: 'Other/1' }],
    ['a true time', { ttm: '1772359200123' }, { occurred_at: '2026-03-01T10:00:00.123Z' }],
    [
      'a clock that is a day ahead',
      { dtm: String(startedAt + 86_390_000), stm: String(startedAt + 86_400_000) },
      { occurred_at: new Date(startedAt - 10_000).toISOString() },
    ],
    [
      "an app's session",
      {
        duid: undefined,
        co: JSON.stringify({
          data: [
            described('com.snowplowanalytics.snowplow/client_session/jsonschema/1-0-2', {
              userId: 's-1',
              firstEventId: base.eid,
            }),
          ],
        }),
      },
      {
        identifiers: { user_id: 'u-1', anonymous_id: 's-1' },
        properties: { event: 'page_view', session_start: true },
      },
    ],
  ])('%s', (_, payload, expected) => {
    expect(event({ e: 'pv', ...payload })).toMatchObject(expected);
  });

  test("a server's own agent is nobody's", () => {
    expect(event({ e: 'pv', p: 'srv' })).not.toHaveProperty('user_agent');
  });

  const secret = 'S3cret';
  const search = `?utm_source=a&fbclid=${secret}&rosi_click=${secret}`;
  const landing = `https://shop.example/a${search}`;
  const struct = { se_ca: 'a', se_ac: 'b', se_la: landing, se_pr: `gclid=${secret}` };
  const context = described('com.acme/ad/jsonschema/1-0-0', { gclid: secret, url: landing });
  const link = {
    targetUrl: `/out?to=${encodeURIComponent(landing)}`,
    gclid: secret,
    elementId: 'x',
  };
  test.each<[string, object]>([
    ['page view', { e: 'pv', cx: encoded({ data: [context] }), co: undefined }],
    ['page view, plain', { e: 'pv', co: JSON.stringify({ data: [context] }) }],
    ['page ping', { e: 'pp', pp_may: '4' }],
    ['structured', { e: 'se', ...struct }],
    ['transaction', { e: 'tr', tr_id: '7', tr_af: landing }],
    [
      'self-describing',
      selfDescribing('com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1', link, [context]),
    ],
    ['one of your own', selfDescribing('com.acme/a/jsonschema/1-0-0', { deep: [{ search }] })],
  ])('anonymous tracking leaves no click id: %s', (_, payload) => {
    const place = { url: landing, refr: `https://t.example/?gclid=${secret}`, page: landing };
    const [reading] = readSnowplow([{ ...base, ...place, ...payload }], messageContext, true);
    const collected = JSON.stringify(collectedBy(eventOf(reading), 'write'));
    expect(collected).toContain('"consentAnalytics":false');
    expect(collected).not.toMatch(/s3cret/i);
  });

  test('anonymous tracking: nothing identifies', () => {
    const [reading] = readSnowplow([{ ...base, e: 'pv' }], messageContext, true);
    const collected = collectedBy(eventOf(reading), 'write');
    expect(collected).toMatchObject({ identifiers: [], consentAnalytics: false });
  });
});

describe('orders', () => {
  test('a transaction and its items, in one request', () => {
    const tr = { tr_id: '7', tr_tt: '20.5', tr_tx: '3.00', tr_sh: '2', tr_cu: 'eur' };
    const ti = (id: string, sku: string) => ({
      ...base,
      ...{ e: 'ti', ti_id: id, ti_sk: sku, ti_nm: 'Hat', ti_pr: '10.25', ti_qu: '2', ti_cu: 'EUR' },
    });
    const payloads = [{ ...base, e: 'tr', ...tr }, ti('7', 'A'), ti('8', 'B'), ti('7', 'C')];
    const [order, ...items] = readSnowplow(payloads, messageContext, false);
    expect(eventOf(order)).toMatchObject({
      type: 'purchase',
      order: {
        ...{ order_id: '7', total: '20.5', tax: '3.00', shipping: '2', currency: 'EUR' },
        items: [
          { sku: 'A', name: 'Hat', quantity: '2', unit_price: '10.25' },
          { sku: 'C', name: 'Hat', quantity: '2', unit_price: '10.25' },
        ],
      },
    });
    expect(items).toEqual(Array(3).fill({ kind: 'ignored', reason: 'item' }));
    expect(collectedBy(eventOf(order), 'write')).toMatchObject({ order: { total: 2_050 } });
  });

  test('a tax or shipping that can not be read is left out', () => {
    const tr = { e: 'tr', tr_id: '7', tr_tt: '20.5', tr_tx: '3.4166', tr_sh: 'free', tr_cu: 'EUR' };
    expect(collectedBy(event(tr), 'write')).toMatchObject({
      order: { total: 2_050, tax: null, shipping: null },
    });
  });

  test('of copies of a transaction in one request the first has the items: they are read once', () => {
    const payload = (n: number) => ({
      ...base,
      eid: `e-${n}`,
      tr_id: '7',
      ti_id: '7',
      ti_nm: 'Hat',
    });
    const payloads = [1, 2, 3].map((n) => ({ ...payload(n), e: 'tr' }));
    const items = [4, 5].map((n) => ({ ...payload(n), e: 'ti' }));
    const [first, ...others] = readSnowplow([...items, ...payloads], messageContext, false).slice(
      2,
    );
    expect(eventOf(first)).toMatchObject({ order: { items: [{ name: 'Hat' }, { name: 'Hat' }] } });
    for (const other of others) expect(eventOf(other)['order']).toEqual({ order_id: '7' });
  });

  const action = (type: string, entities: readonly object[]) =>
    event(
      selfDescribing(`${ecommerce}/snowplow_ecommerce_action/jsonschema/1-0-2`, { type }, entities),
    );

  test('the ecommerce plugin: transaction, products, user', () => {
    const read = action('transaction', [
      described(`${ecommerce}/transaction/jsonschema/1-0-0`, {
        ...{ transaction_id: 'P1', revenue: 99.9, currency: 'EUR', tax: 16, shipping: 4.9 },
        ...{ discount_code: 'ada', payment_method: 'card', total_quantity: 1 },
      }),
      described(`${ecommerce}/product/jsonschema/1-0-0`, {
        ...{ id: 'A', name: 'Hat', category: 'hats', price: 95, currency: 'EUR', quantity: 1 },
      }),
      described(`${ecommerce}/user/jsonschema/1-0-0`, { id: 'shop-u', email: 'a@b.org' }),
    ]);
    expect(read).toMatchObject({
      type: 'purchase',
      identifiers: { user_id: 'u-1', anonymous_id: 'd-1', email: 'a@b.org' },
      order: {
        ...{ order_id: 'P1', total: '99.9', tax: '16', shipping: '4.9', currency: 'EUR' },
        coupon_codes: ['ada'],
        items: [{ sku: 'A', name: 'Hat', quantity: 1, unit_price: '95' }],
      },
    });
    expect(collectedBy(read, 'write')).toMatchObject({ order: { total: 9_990 } });
  });

  test('the ecommerce plugin: a refund, for the secret key alone', () => {
    const read = action('refund', [
      described(`${ecommerce}/refund/jsonschema/1-0-0`, {
        ...{ transaction_id: 'P1', refund_amount: 9.9, currency: 'EUR' },
      }),
    ]);
    expect(collectedBy(read, 'write')).toBe('type_not_allowed');
    expect(collectedBy(read, 'secret')).toMatchObject({
      refund: { refundId: base.eid, orderId: 'P1', amount: 990 },
    });
  });
});

describe('all other events are kept, and are no touchpoints', () => {
  const own = { se_ca: 'video', se_ac: 'play', se_la: 'intro', se_pr: '', se_va: '0.5' };
  test.each<[string, object, object]>([
    ['page ping', { e: 'pp', pp_may: '400' }, { event: 'page_ping', y_max: '400' }],
    [
      'structured',
      { e: 'se', ...own },
      { event: 'struct', category: 'video', action: 'play', label: 'intro', value: '0.5' },
    ],
    [
      'link click',
      selfDescribing('com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1', {
        targetUrl: 'https://elsewhere.example/',
      }),
      {
        targetUrl: 'https://elsewhere.example/',
        event: 'link_click',
        schema: 'com.snowplowanalytics.snowplow/link_click',
      },
    ],
    [
      'one of your own',
      selfDescribing('com.acme/tasted/jsonschema/2-0-0', { tea: 'green' }),
      { tea: 'green', event: 'tasted', schema: 'com.acme/tasted' },
    ],
  ])('%s', (_, payload, properties) => {
    const read = event(payload);
    expect(read).toMatchObject({ type: 'identify' });
    expect(read['properties']).toEqual(properties);
    expect(collectedBy(read, 'write')).toMatchObject({ touchpoint: false });
  });

  test('forms are not read; what is none of these is ignored', () => {
    const form = 'com.snowplowanalytics.snowplow/submit_form/jsonschema/1-0-0';
    const typed = selfDescribing(form, { elements: [{ name: 'iban', value: 'FR76' }] });
    expect(read(typed)).toEqual({ kind: 'ignored', reason: 'form' });
    expect(read({ e: 'xx' })).toEqual({ kind: 'ignored', reason: 'type' });
    for (const odd of [null, 7, [], { e: 'ue' }, { e: 'ue', ue_px: '%%%', cx: '!', co: '[' }]) {
      expect(() => readSnowplow([odd], messageContext, false)).not.toThrow();
    }
  });
});
