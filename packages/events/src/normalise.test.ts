import { describe, expect, it } from 'vitest';
import { collectedEventCodec } from './generated/records.js';
import { type NormaliseContext, normalise } from './normalise.js';

const receivedAt = Date.parse('2026-03-02T00:00:00Z');
const server: NormaliseContext = {
  workspace: 'default',
  receivedAt,
  source: 'server',
  keyKind: 'secret',
  ownDomains: ['shop.example'],
  requestUserAgent: 'Googlebot/2.1',
  secGpc: true,
  prefetch: false,
  hash: (text) => `hash(${Buffer.from(text).toString('hex')})`,
  makeEventId: () => 'made',
};
const browser =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36';
const pixel: NormaliseContext = {
  ...server,
  source: 'pixel',
  keyKind: 'write',
  requestUserAgent: browser,
  secGpc: false,
};
const hashed = server.hash;

function accepted(raw: unknown, context = server) {
  const result = normalise(raw, context);
  if (!result.ok) throw new Error(result.code);
  const { event } = result;
  expect(collectedEventCodec.decode(collectedEventCodec.encode(event))).toEqual(event);
  return { ...event, dropped: result.droppedIdentifiers };
}

const codeOf = (raw: unknown, context = server) => {
  const result = normalise(raw, context);
  return result.ok ? 'accepted' : result.code;
};

const identifiers = (raw: object, context = server) =>
  accepted({ type: 'identify', ...raw }, context).identifiers.map(
    ({ type, value }) => `${type}:${value}`,
  );

describe('event_id and type', () => {
  it('keeps an id as it is, makes one when absent', () => {
    expect(accepted({ type: 'click', event_id: ' c1' }).eventId).toBe(' c1');
    expect(accepted({ type: 'click', event_id: 17 }).eventId).toBe('17');
    expect(accepted({ type: 'click', event_id: '😀'.repeat(128) }).eventId).toHaveLength(256);
    expect(accepted({ type: 'click' }).eventId).toBe('made');
    expect(accepted({ type: 'click', event_id: null }).eventId).toBe('made');
  });

  it.each([[''], ['x'.repeat(129)], [1.5], [2 ** 53], [true], [{}], [[]]])(
    'rejects the id %j',
    (event_id) => {
      expect(codeOf({ type: 'click', event_id })).toBe('event_id_invalid');
    },
  );

  it.each(['unattributed', 'coupon:1001:ADA10', 'coupon:a\n:B'])(
    'keeps the name %j for its own touchpoints',
    (event_id) => {
      expect(codeOf({ type: 'click', event_id })).toBe('event_id_reserved');
      const coupon = { code: 'ADA10', influencer_id: 'i' };
      expect(accepted({ type: 'coupon', event_id, coupon }).eventId).toBe(event_id);
    },
  );

  it('rejects what is no event', () => {
    for (const raw of [null, 1, 'x', [], undefined]) expect(codeOf(raw)).toBe('not_an_object');
    expect(codeOf({})).toBe('type_missing');
    expect(codeOf({ type: 'purchased' })).toBe('type_unknown');
    expect(codeOf({ type: 7 })).toBe('type_unknown');
    expect(codeOf({ type: '__proto__' })).toBe('type_unknown');
    expect(codeOf(JSON.parse('{"__proto__": {"type": "click"}}'))).toBe('type_missing');
  });

  it('names the event that it rejects', () => {
    const result = normalise({ type: 'x', event_id: 'e1' }, server);
    expect(result).toMatchObject({ ok: false, eventId: 'e1', code: 'type_unknown' });
    expect(result.ok ? '' : result.message).toContain('purchase');
  });

  it('lets a write key send what a pixel may', () => {
    for (const type of ['view', 'click', 'interaction', 'page', 'lead', 'identify']) {
      expect(codeOf({ type }, pixel)).toBe('accepted');
    }
    expect(codeOf({ type: 'purchase', order: { order_id: '1' } }, pixel)).toBe('accepted');
    for (const type of ['refund', 'unlink', 'post', 'coupon', 'spend']) {
      expect(codeOf({ type }, pixel)).toBe('type_not_allowed');
    }
  });
});

describe('occurred_at', () => {
  it('is cut to milliseconds, and received_at when absent', () => {
    const stated = accepted({ type: 'click', occurred_at: '2026-03-01T10:00:00.9999+01:00' });
    expect(stated.occurredAt).toBe(Date.parse('2026-03-01T09:00:00.999Z'));
    expect(accepted({ type: 'click' }).occurredAt).toBe(receivedAt);
    expect(accepted({ type: 'click' }).receivedAt).toBe(receivedAt);
  });

  it('may be 24 hours ahead, no more', () => {
    expect(codeOf({ type: 'click', occurred_at: '2026-03-03T00:00:00.000Z' })).toBe('accepted');
    expect(codeOf({ type: 'click', occurred_at: '2026-03-03T00:00:00.001Z' })).toBe(
      'occurred_at_in_future',
    );
  });

  it.each([['2026-03-01T10:00:00'], ['yesterday'], [''], [receivedAt], [{}]])(
    'rejects %j',
    (occurred_at) => {
      expect(codeOf({ type: 'click', occurred_at })).toBe('occurred_at_invalid');
    },
  );

  it('rejects the zero of other systems', () => {
    expect(codeOf({ type: 'click', occurred_at: '0001-01-01T00:00:00Z' })).toBe(
      'occurred_at_too_early',
    );
  });
});

describe('identifiers', () => {
  it('come strongest first, normalised, personal ones hashed', () => {
    const event = accepted({
      type: 'lead',
      order: { order_id: ' 1001 ' },
      identifiers: {
        click_id: 'k-77',
        anonymous_id: ' a-1 ',
        handle: 'mastodon:@Ada@Social.example',
        phone: ' +33612345678',
        email: ' Ada@Example.org ',
        customer_id: 'shopify:991',
        user_id: 7,
      },
    });
    expect(event.identifiers).toEqual([
      { type: 'order_id', value: '1001' },
      { type: 'user_id', value: '7' },
      { type: 'customer_id', value: 'shopify:991' },
      { type: 'email', value: hashed('ada@example.org') },
      { type: 'phone', value: hashed('+33612345678') },
      { type: 'handle', value: 'mastodon:@ada@social.example' },
      { type: 'anonymous_id', value: 'a-1' },
      { type: 'click_id', value: 'k-77' },
    ]);
    expect(event.order).toBeNull();
  });

  it.each([
    [1.5, 'not_a_text'],
    [2 ** 53, 'not_a_text'],
    [true, 'not_a_text'],
    [null, 'not_a_text'],
    [['a'], 'not_a_text'],
    ['', 'empty'],
    ['  ', 'empty'],
    ['x'.repeat(257), 'too_long'],
    ['NULL', 'placeholder'],
    [' Undefined', 'placeholder'],
    ['none', 'placeholder'],
    [0, 'placeholder'],
    ['Guest', 'placeholder'],
    ['anonymous', 'placeholder'],
    ['unknown', 'placeholder'],
    ['Test@Test.com', 'placeholder'],
  ])('drops %j and counts it; the event stays', (value, reason) => {
    for (const type of ['user_id', 'email', 'anonymous_id', 'click_id'] as const) {
      const event = accepted({ type: 'click', identifiers: { [type]: value } });
      expect(event.identifiers).toEqual([]);
      expect(event.dropped).toEqual([{ type, reason }]);
    }
  });

  it.each([['0612345678'], ['33612345678'], [33612345678], ['+0612345678'], ['+33 612345678']])(
    'drops the phone %j, which is not E.164',
    (phone) => {
      const event = accepted({ type: 'click', identifiers: { phone } });
      expect(event.dropped).toEqual([{ type: 'phone', reason: 'not_e164' }]);
    },
  );

  it('keeps 256 characters, and an order id that looks like a placeholder', () => {
    expect(identifiers({ identifiers: { user_id: 'x'.repeat(256) } })).toHaveLength(1);
    expect(identifiers({ order: { order_id: 0 } })).toEqual(['order_id:0']);
    expect(identifiers({ order: { order_id: 'guest' } })).toEqual(['order_id:guest']);
    expect(identifiers({ order: { order_id: 'x'.repeat(257) } })).toEqual([]);
    expect(identifiers({ refund: { order_id: 'r' } })).toEqual(['order_id:r']);
    expect(identifiers({ order: { order_id: '' }, refund: { order_id: 'r' } })).toEqual([
      'order_id:r',
    ]);
    expect(accepted({ type: 'lead', order: { order_id: '' } }).dropped).toEqual([
      { type: 'order_id', reason: 'empty' },
    ]);
  });

  it('are both orders, each once; of a refund its own first', () => {
    const both = { order: { order_id: 'o' }, refund: { order_id: 'r' } };
    expect(identifiers(both)).toEqual(['order_id:o', 'order_id:r']);
    const refund = { refund_id: '1', order_id: 'r', total: '1.00', currency: 'EUR' };
    const refunded = accepted({ type: 'refund', ...both, refund });
    expect(refunded.identifiers.map(({ value }) => value)).toEqual(['r', 'o']);
    expect(refunded.refund?.orderId).toBe('r');
    const same = { order: { order_id: 'o' }, refund: { order_id: ' o' } };
    expect(identifiers(same)).toEqual(['order_id:o']);
    expect(identifiers({ ...both, consent: { analytics: false } })).toHaveLength(2);
    expect(accepted({ type: 'lead', ...both, order: { order_id: '' } }).dropped).toEqual([
      { type: 'order_id', reason: 'empty' },
    ]);
  });

  it('ignores an order_id among them, unknown ones, and what is no object', () => {
    expect(identifiers({ identifiers: { order_id: '1', cookie: 'x' } })).toEqual([]);
    for (const stated of ['a', 5, ['a'], null]) {
      expect(identifiers({ identifiers: stated })).toEqual([]);
    }
  });

  it('hashes addresses and phone numbers that a shop uses as its ids', () => {
    expect(identifiers({ identifiers: { user_id: 'Ada@example.org' } })).toEqual([
      `user_id:${hashed('Ada@example.org')}`,
    ]);
    expect(identifiers({ identifiers: { customer_id: 'shop:+33612345678' } })).toEqual([
      `customer_id:shop:${hashed('+33612345678')}`,
    ]);
    for (const address of ['user@डेटामेल.भारत', 'jon%40m%C3%BCller.de', 'jon＠plant.example']) {
      expect(identifiers({ identifiers: { user_id: address } })).toEqual([
        `user_id:${hashed(address)}`,
      ]);
    }
  });

  it('takes the click from the url of a page when none is stated', () => {
    const clickOf = (url: string, click_id?: string) =>
      identifiers({ page: { url }, identifiers: { click_id } });
    expect(clickOf('https://s.example/?gclid=g%201+2')).toEqual(['click_id:gclid:g 1 2']);
    expect(clickOf('https://s.example/?yclid=y&fbclid=f')).toEqual(['click_id:fbclid:f']);
    expect(clickOf('https://s.example/?ScCid=s')).toEqual(['click_id:ScCid:s']);
    expect(clickOf('https://s.example/?gclid=g&rosi_click=k')).toEqual(['click_id:k']);
    expect(clickOf('https://s.example/?gclid=g&rosi_click=')).toEqual(['click_id:gclid:g']);
    expect(clickOf('/relative?rosi%5Fclick=k')).toEqual(['click_id:k']);
    expect(clickOf('https://s.example/?gclid=%E0%A4%A')).toHaveLength(1);
    expect(clickOf('https://s.example/?gclid=g', 'mine')).toEqual(['click_id:mine']);
    expect(clickOf('https://s.example/?gclid=g', 'null')).toEqual(['click_id:gclid:g']);
    expect(clickOf('https://s.example/?gclid=#x')).toEqual([]);
    expect(clickOf('https://s.example/#?gclid=g')).toEqual([]);
  });
});

describe('consent', () => {
  const raw = {
    type: 'purchase',
    identifiers: { user_id: 'u', email: 'ada@example.org' },
    order: { order_id: '1' },
    page: { url: 'https://s.example/?a=1&gclid=g&rosi_click=k#x' },
  };

  it('drops all identifiers but the order when analytics are refused', () => {
    const event = accepted({ ...raw, consent: { analytics: false, marketing: true } });
    expect(event.identifiers).toEqual([{ type: 'order_id', value: '1' }]);
    expect(event.dropped.map(({ reason }) => reason)).toEqual(Array(3).fill('no_consent'));
    expect(event.consentAnalytics).toBe(false);
    expect(event.consentMarketing).toBe(true);
    expect(event.page?.url).toBe('https://s.example/?a=1&gclid=&rosi_click=#x');
  });

  it('leaves no click id anywhere then, and everything else as it was', () => {
    const secret = 'S3cr%2Dt+ID';
    const landing = `https://s.example/p?utm_source=a&ScCid=${secret}&b=1#/x?fbclid=${secret}`;
    const inner = (times: number): string =>
      times === 0 ? landing : encodeURIComponent(inner(times - 1));
    const clean = 'https://s.example/p?utm_source=a&ScCid=&b=1#/x?fbclid=';
    const properties = {
      url: landing,
      search: `?rosi%5Fclick=${secret}`,
      query: `gclid=${secret}&b=1`,
      once: `/in?to=${inner(1)}&c=2`,
      twice: `/in?to=${inner(2)}`,
      gclid: secret,
      initial_fbclid: secret,
      clickId: 7_000_123,
      deep: [{ li_fat_id: { value: secret }, note: `see ${landing}` }],
      [`?epik=${secret}`]: true,
      click: 'here',
      total: 5,
    };
    const event = accepted({
      ...raw,
      page: { url: landing, referrer: `https://t.example/?dclid=${secret}`, title: landing },
      utm: { source: `a?wbraid=${secret}`, medium: 'social' },
      interaction: { kind: 'share', text: landing },
      order: { order_id: '1', items: [{ sku: 's', url: landing }] },
      properties,
      consent: { analytics: false },
    });
    expect(JSON.stringify(event)).not.toMatch(/s3cr|7000123/i);
    expect(event.page).toEqual({ url: clean, referrer: 'https://t.example/?dclid=', title: clean });
    expect(JSON.parse(event.properties)).toEqual({
      ...{ url: clean, search: '?rosi%5Fclick=', query: 'gclid=&b=1' },
      once: `/in?to=${encodeURIComponent(clean)}&c=2`,
      twice: `/in?to=${encodeURIComponent(encodeURIComponent(clean))}`,
      deep: [{ note: `see ${clean}` }],
      ...{ '?epik=': true, click: 'here', total: 5 },
    });
    expect(event.order?.items).toBe(`[{"sku":"s","url":"${clean}"}]`);
    const allowed = accepted({ ...raw, properties, consent: { analytics: true } });
    expect(JSON.parse(allowed.properties)).toEqual(properties);
  });

  it('leaves no identifier of the contract then but the order, under whole names alone', () => {
    const secret = 'S3cret';
    const search = `user_id=${secret}&anonymousId=${secret}&_fbc=${secret}&_gcl_aw=${secret}&b=1`;
    const cleanSearch = 'user_id=&anonymousId=&_fbc=&_gcl_aw=&b=1';
    const kept = {
      ...{ email_consent: true, userIdentity: 'yes', my_user_id_type: 'x', phone_model: 'Nine' },
      ...{ order_id: '1', transaction_id: 't-1', coupon: 'ADA10', sku: 's-1', name: 'userId' },
      ...{ query: '?order_id=1&transaction_id=2&user_identity=3&coupon_code=C&sku=4&utm_id=5' },
      ...{ json: '{"order_id":"1","email_consent":true,"name":"user_id"}' },
    };
    const properties = {
      ...kept,
      ...{ user_id: secret, userId: secret, customer_id: secret, anonymousId: secret },
      ...{ rosi_anonymous_id: secret, rosi_id: secret, email: secret, handle: secret },
      ...{ _fbc: secret, fbc: secret, _gcl_aw: secret, gcl_dc: secret },
      list: [
        { name: 'gclid', value: secret },
        { key: 'userId', value: secret, type: 'text' },
        { name: 'size', value: 42 },
      ],
      text: `{"gclid":"${secret}","n":1,"user_id": 7000123,"deep":{"initial_fbclid":["${secret}"]}}`,
      escaped: JSON.stringify({ a: JSON.stringify({ userId: `x"${secret}`, b: 1 }) }),
      pairs: `[{"name":"gclid","value":"${secret}"}]`,
      search,
      inner: `/in?to=${encodeURIComponent(`https://s.example/?${search}`)}&c=2`,
      data: `?data=${encodeURIComponent(JSON.stringify({ userId: secret, b: 1, gclid: 7000123 }))}`,
    };
    const page = { url: `https://s.example/?${search}`, referrer: `https://s.example/?${search}` };
    const event = accepted({ ...raw, page, properties, consent: { analytics: false } });
    expect(JSON.stringify(event)).not.toMatch(/s3cret|7000123/i);
    expect(event.page?.url).toBe(`https://s.example/?${cleanSearch}`);
    expect(JSON.parse(event.properties)).toEqual({
      ...kept,
      list: [{ name: 'gclid' }, { key: 'userId', type: 'text' }, { name: 'size', value: 42 }],
      text: '{"gclid":"","n":1,"user_id": null,"deep":{"initial_fbclid":null}}',
      escaped: JSON.stringify({ a: JSON.stringify({ userId: '', b: 1 }) }),
      pairs: '[{"name":"gclid","value":""}]',
      search: cleanSearch,
      inner: `/in?to=${encodeURIComponent(`https://s.example/?${cleanSearch}`)}&c=2`,
      data: `?data=${encodeURIComponent('{"userId":"","b":1,"gclid":null}')}`,
    });
  });

  it('takes linear time to do so', () => {
    // Quadratic, these would take hours.
    const inJson = ['"gclid":', '"gclid":"', '\\"gclid\\":\\"', '%22gclid%22:%22', '\\"', ' ":'];
    const inUrls = ['gclid%', '%25', '%2567', 'gclid%3d', 'gclid=', 'gclid%253D%2526'];
    for (const piece of [...inUrls, ...inJson]) {
      const text = `gclid%${piece.repeat(200_000)}`;
      accepted({ ...raw, properties: { text }, consent: { analytics: false } });
    }
  });

  it('counts Sec-GPC on a write key, whatever the event says, and there alone', () => {
    const consent = { analytics: true };
    const event = accepted({ ...raw, consent }, { ...pixel, secGpc: true });
    expect(event.identifiers).toHaveLength(1);
    expect(event.consentAnalytics).toBe(false);
    expect(accepted({ ...raw, consent }).identifiers).toHaveLength(4);
    expect(accepted({ ...raw, consent }).consentAnalytics).toBe(true);
  });

  it('is not stated when absent', () => {
    expect(accepted({ type: 'click', consent: {} }).consentAnalytics).toBeNull();
    expect(accepted({ type: 'click', consent: null }).consentMarketing).toBeNull();
  });

  it.each([[false], ['no'], [{ analytics: 'false' }], [{ marketing: 0 }]])(
    'is never guessed: %j',
    (consent) => {
      expect(codeOf({ type: 'click', consent })).toBe('consent_invalid');
    },
  );
});

describe('words of closed lists', () => {
  it('rejects unknown ones', () => {
    expect(codeOf({ type: 'click', medium: 'banner' })).toBe('medium_unknown');
    expect(codeOf({ type: 'click', medium: 'Social' })).toBe('medium_unknown');
    expect(codeOf({ type: 'click', media_type: 'bought' })).toBe('media_type_unknown');
    expect(codeOf({ type: 'click', medium: 5 })).toBe('medium_unknown');
    expect(codeOf({ type: 'interaction', interaction: { kind: 'poke' } })).toBe(
      'interaction_kind_unknown',
    );
  });

  it('takes null and empty as absent', () => {
    const event = accepted({
      type: 'interaction',
      medium: '',
      media_type: null,
      interaction: { kind: '' },
    });
    expect(event).toMatchObject({ medium: '', mediaType: '', interaction: { kind: '' } });
  });
});

describe('purchase', () => {
  const purchase = (order: object) => accepted({ type: 'purchase', order }).order;
  const code = (order: unknown) => codeOf({ type: 'purchase', order });

  it('keeps what it states', () => {
    expect(
      purchase({
        order_id: 1001,
        total: '129.90',
        currency: 'EUR',
        tax: 21.65,
        shipping: '0',
        coupon_codes: [' ada10', 'ADA10', '', 5, null, 'b'],
        items: [{ sku: 'a', note: 'ada@example.org' }],
      }),
    ).toEqual({
      orderId: '1001',
      total: 12990,
      currency: 'EUR',
      tax: 2165,
      shipping: 0,
      couponCodes: ['ADA10', '5', 'B'],
      items: '[{"sku":"a","note":"[email]"}]',
    });
  });

  it('masks phone numbers in its items, and no other numbers', () => {
    const items = [
      { name: 'Card', note: 'gift for 06 12 34 56 78', by: '(555) 867-5309', phone: '0612345678' },
      { sku: 'ABC-123-456', ean: '4006381333931', price: '10 000 000', at: '2024-03-01 10:00' },
    ];
    const kept = purchase({ order_id: '1', items })?.items ?? '';
    expect(JSON.parse(kept)).toEqual([
      { name: 'Card', note: 'gift for [phone]', by: '[phone]', phone: '[phone]' },
      items[1],
    ]);
  });

  it('may know the number alone', () => {
    const nothing = { total: null, currency: '', tax: null, shipping: null };
    expect(purchase({ order_id: 'x' })).toEqual({
      orderId: 'x',
      ...nothing,
      couponCodes: null,
      items: null,
    });
    expect(purchase({ order_id: 'x', coupon_codes: [], items: 'x' })).toEqual({
      orderId: 'x',
      ...nothing,
      couponCodes: [],
      items: null,
    });
    expect(purchase({ order_id: 'x', currency: 'EUR' })?.currency).toBe('EUR');
  });

  it.each([
    [' ada10 ', ['ADA10']],
    [2026, ['2026']],
    ['', []],
  ])('takes the one code %j as a list of it', (stated, expected) => {
    expect(purchase({ order_id: 'x', coupon_codes: stated })?.couponCodes).toEqual(expected);
  });

  it.each([
    [undefined, 'order_id_missing'],
    ['1', 'order_id_missing'],
    [{}, 'order_id_missing'],
    [{ order_id: ' ' }, 'order_id_missing'],
    [{ order_id: 'x'.repeat(257) }, 'order_id_missing'],
    [{ order_id: 'x', total: '1' }, 'currency_missing'],
    [{ order_id: 'x', tax: '1' }, 'currency_missing'],
    [{ order_id: 'x', shipping: 1 }, 'currency_missing'],
    [{ order_id: 'x', currency: 'eur' }, 'currency_unknown'],
    [{ order_id: 'x', currency: 978 }, 'currency_unknown'],
    [{ order_id: 'x', total: '1', currency: 'ABC' }, 'currency_unknown'],
    [{ order_id: 'x', total: '1.000', currency: 'EUR' }, 'amount_too_precise'],
    [{ order_id: 'x', total: '-1', currency: 'EUR' }, 'amount_negative'],
    [{ order_id: 'x', total: '1,00', currency: 'EUR' }, 'amount_invalid'],
    [{ order_id: 'x', total: {}, currency: 'EUR' }, 'amount_invalid'],
    [{ order_id: 'x', total: 1e21, currency: 'EUR' }, 'amount_too_large'],
    [{ order_id: 'x', total: '1', currency: 'EUR', tax: '0.001' }, 'amount_too_precise'],
    [{ order_id: 'x', coupon_codes: { code: 'ADA10' } }, 'coupon_codes_invalid'],
    [{ order_id: 'x', coupon_codes: true }, 'coupon_codes_invalid'],
  ])('%j: %s', (order, expected) => {
    expect(code(order)).toBe(expected);
  });

  it('reads money of other types not at all', () => {
    expect(codeOf({ type: 'page', order: { order_id: 'x', total: 'lots' } })).toBe('accepted');
  });
});

describe('refund', () => {
  const whole = { refund_id: 'r1', order_id: '1001', total: '29.90', currency: 'EUR' };

  it('keeps what it states', () => {
    const event = accepted({ type: 'refund', refund: whole, order: { order_id: 'other' } });
    expect(event.refund).toEqual({
      refundId: 'r1',
      orderId: '1001',
      amount: 2990,
      currency: 'EUR',
    });
    expect(event.identifiers[0]).toEqual({ type: 'order_id', value: '1001' });
  });

  it.each([
    ['refund_id', 'refund_id_missing'],
    ['order_id', 'order_id_missing'],
    ['total', 'refund_total_missing'],
    ['currency', 'currency_missing'],
  ])('needs %s', (field, expected) => {
    expect(codeOf({ type: 'refund', refund: { ...whole, [field]: undefined } })).toBe(expected);
  });
});

describe('unlink', () => {
  const unlink = (raw: object) => codeOf({ type: 'unlink', ...raw });
  const bad = 'unlink_needs_two_identifiers';

  it('names exactly two usable identifiers', () => {
    const both = { user_id: 'u', email: 'ada@example.org' };
    expect(unlink({ identifiers: both })).toBe('accepted');
    expect(unlink({ identifiers: { ...both, phone: 'no phone' } })).toBe('accepted');
    expect(unlink({ identifiers: { user_id: 'u' }, order: { order_id: '1' } })).toBe('accepted');
    expect(unlink({ identifiers: { user_id: 'u' }, refund: { order_id: '1' } })).toBe('accepted');
    expect(unlink({})).toBe(bad);
    expect(unlink({ identifiers: { user_id: 'u' } })).toBe(bad);
    expect(unlink({ identifiers: { user_id: 'u', email: 'null' } })).toBe(bad);
    expect(unlink({ identifiers: both, order: { order_id: '1' } })).toBe(bad);
    const orders = { order: { order_id: '1' }, refund: { order_id: '2' } };
    expect(unlink(orders)).toBe('accepted');
    expect(unlink({ ...orders, identifiers: { user_id: 'u' } })).toBe(bad);
    expect(unlink({ ...orders, refund: { order_id: '1' } })).toBe(bad);
  });

  it('is never a bot’s', () => {
    const raw = { identifiers: { user_id: 'u', handle: 'h' }, user_agent: 'curl/8.0' };
    expect(accepted({ type: 'unlink', ...raw }).bot).toBe(false);
  });
});

describe('bots', () => {
  const raw = { type: 'click', identifiers: { anonymous_id: 'a' } };

  it('are declared by the event, else by a write key’s request', () => {
    expect(accepted(raw).bot).toBe(false);
    expect(accepted({ ...raw, user_agent: 'Googlebot/2.1' }).bot).toBe(true);
    expect(accepted(raw, { ...pixel, requestUserAgent: 'Googlebot/2.1' }).bot).toBe(true);
    expect(accepted({ ...raw, user_agent: 'Googlebot/2.1' }, pixel).bot).toBe(true);
    const stated = { ...raw, user_agent: browser };
    expect(accepted(stated, { ...pixel, requestUserAgent: 'Googlebot/2.1' }).bot).toBe(false);
    expect(accepted(raw, { ...pixel, requestUserAgent: '' }).bot).toBe(false);
    expect(accepted(raw, { ...pixel, prefetch: true }).bot).toBe(true);
  });

  it('are no touchpoints, and keep their identifiers', () => {
    expect(accepted(raw)).toMatchObject({ touchpoint: true });
    expect(accepted({ ...raw, user_agent: 'Googlebot/2.1' })).toMatchObject({
      touchpoint: false,
      identifiers: [{ type: 'anonymous_id', value: 'a' }],
    });
  });
});

describe('page, utm, interaction, properties', () => {
  it('masks personal data, and keeps no ip', () => {
    const event = accepted({
      type: 'interaction',
      ip: '203.0.113.7',
      page: {
        url: 'https://s.example/?e=ada%40example.org',
        referrer: 'https://r.example/?t=+33612345678',
        title: 'Mail of ada@example.org',
      },
      utm: { source: 'ada@example.org', campaign: ' spring ' },
      interaction: { kind: 'comment', text: 'ask @ada@social.example or 06 12 34 56 78' },
      properties: { a: { b: ['ada@example.org'] }, total: '1234567890' },
    });
    expect(event).toMatchObject({
      page: {
        url: 'https://s.example/?e=[email]',
        referrer: 'https://r.example/?t=[phone]',
        title: 'Mail of [email]',
      },
      utm: { source: '[email]', campaign: 'spring', medium: '' },
      platform: '[email]',
      interaction: { kind: 'comment', text: 'ask @[email] or [phone]' },
      properties: '{"a":{"b":["[email]"]},"total":"1234567890"}',
    });
    expect(JSON.stringify(event)).not.toContain('203.0.113.7');
  });

  it('reads utm as a whole from the url when the event states none', () => {
    const page = { url: 'https://s.example/?utm_source=a+b&utm_campaign=c%C3%A9' };
    const fromUrl = { source: 'a b', medium: '', campaign: 'cé', content: '', term: '' };
    expect(accepted({ type: 'lead', page }).utm).toEqual(fromUrl);
    expect(accepted({ type: 'lead', page, utm: { source: ' ' } }).utm).toEqual(fromUrl);
    expect(accepted({ type: 'lead', page, utm: { medium: 'email' } }).utm).toEqual({
      ...{ source: '', medium: 'email', campaign: '', content: '', term: '' },
    });
    expect(accepted({ type: 'lead', page: { url: 'https://s.example/?utm_source=' } }).utm).toBe(
      null,
    );
  });

  it('treats what has the wrong type as absent', () => {
    const event = accepted({
      type: 'page',
      page: 'https://s.example/',
      utm: ['x'],
      interaction: 'like',
      properties: [1],
      post_id: {},
      campaign_id: true,
      platform: 5,
      user_agent: 7,
    });
    expect(event).toMatchObject({
      page: null,
      utm: null,
      interaction: null,
      properties: '{}',
      postId: '',
      campaignId: '',
      platform: '',
      medium: 'direct',
    });
  });

  it('cuts what is too long, and repairs what is no text', () => {
    const event = accepted({
      type: 'page',
      page: { url: `https://s.example/${'x'.repeat(100_000)}`, title: '\ud800' },
      interaction: { text: `${'x'.repeat(9_999)}😀` },
      post_id: ' p\udc00 ',
    });
    expect(event.page?.url).toHaveLength(8_192);
    expect(event.page?.title).toBe('\ufffd');
    expect(event.interaction?.text).toBe('x'.repeat(9_999));
    expect(event.postId).toBe('p\ufffd');
  });

  const asEvents = (text: string) => [
    {
      type: 'interaction',
      platform: text,
      utm: { source: text, term: text },
      page: { url: `https://s.example/${text}`, referrer: text, title: text },
      interaction: { text },
    },
    { type: 'page', page: { url: text, referrer: `https://${text}` } },
    { type: 'page', page: { url: 's', referrer: `android-app://${text}` } },
    { type: 'post', post: { post_id: 'p', author: text, url: text, topic: text } },
  ];
  it.each([
    '@',
    'a@',
    'ada@example.org ',
    '+1 ',
    '?',
    '?a',
    'a.',
    'ü',
    '&utm_source=x',
    '😀',
    '%41&',
  ])('reads as much of a long text of %s as of a longer one', (piece) => {
    const read = (pieces: number) => asEvents(piece.repeat(pieces)).map((event) => accepted(event));
    const long = read(40_000);
    expect(long).toEqual(read(400_000));
    expect(JSON.stringify(long).length).toBeLessThan(200_000);
  });

  it('takes no name that no host can have for where a visit came from', () => {
    for (const scheme of ['https', 'android-app']) {
      const referrer = `${scheme}://${'a.'.repeat(200)}example/`;
      const event = accepted({ type: 'page', page: { url: 'https://s.example/', referrer } });
      expect(event).toMatchObject({ platform: '', medium: 'direct', touchpoint: false });
    }
  });

  it('lower-cases the platform and takes ids as texts', () => {
    expect(accepted({ type: 'click', platform: ' Mastodon ', post_id: 5 })).toMatchObject({
      platform: 'mastodon',
      postId: '5',
    });
  });

  it('ignores unknown fields', () => {
    expect(accepted({ type: 'click', colour: 'red' })).toEqual(accepted({ type: 'click' }));
  });
});

describe('catalogue', () => {
  const entry = (raw: object) => {
    const { catalogue } = accepted(raw);
    return { ...catalogue, entry: JSON.parse(catalogue?.entry ?? 'null') as unknown };
  };

  it('keeps a post', () => {
    const post = {
      post_id: ' p-1 ',
      platform: 'Mastodon',
      url: 'https://social.example/@ada@other.example/1?m=ada@example.org',
      author: '@ada@social.example',
      media_type: 'owned',
      topic: 'Shoes, ask ada@example.org',
      published_at: '2026-03-01T10:00:00+01:00',
      unknown: 1,
    };
    expect(entry({ type: 'post', post })).toEqual({
      kind: 'post',
      id: 'p-1',
      entry: {
        post_id: 'p-1',
        platform: 'mastodon',
        url: 'https://social.example/@ada@other.example/1?m=[email]',
        author: '@ada@social.example',
        media_type: 'owned',
        topic: 'Shoes, ask [email]',
        published_at: '2026-03-01T09:00:00.000Z',
      },
    });
  });

  it('takes a user name and password out of an url', () => {
    const post = { post_id: 'p', url: 'https://ada:secret@x.example/@ada@y.example?m=a@b.example' };
    expect(entry({ type: 'post', post }).entry).toEqual({
      post_id: 'p',
      url: 'https://x.example/@ada@y.example?m=[email]',
    });
    // A link that leads elsewhere than it seems to leads nowhere.
    const link = { link_id: 'l', url: 'https://shop.example@evil.example/' };
    expect(entry({ type: 'link', link }).entry).toEqual({ link_id: 'l' });
  });

  it.each([
    ['@ada, mail ada@x.example', '@ada, mail [email]'],
    ['x:@a ada@x.example +33612345678', 'x:@a [email] [phone]'],
    ['Ada (@ada@social.example) 06 12 34 56 78', 'Ada (@ada@social.example) [phone]'],
    ['mastodon:@ada@social.example', 'mastodon:@ada@social.example'],
    ['ada@x.example', '[email]'],
  ])('masks what stands beside a handle: %s', (author, expected) => {
    expect(entry({ type: 'post', post: { post_id: 'p', author } }).entry).toEqual({
      post_id: 'p',
      author: expected,
    });
  });

  it('keeps the other kinds', () => {
    const influencer = {
      ...{ influencer_id: 'i', name: 'Ada', commission_rate: '0.1' },
      handles: ['@Ada@Social.example', '', '@ada@social.example'],
    };
    expect(entry({ type: 'influencer', influencer }).entry).toEqual({
      ...{ influencer_id: 'i', name: 'Ada', commission_rate: 0.1 },
      handles: ['@ada@social.example'],
    });
    const campaign = { campaign_id: 'c', name: 'Spring', starts_at: '2026-03-01' };
    expect(entry({ type: 'campaign', campaign }).entry).toEqual({
      ...campaign,
      starts_at: '2026-03-01T00:00:00.000Z',
    });
    const link = { link_id: 'l', url: 'https://s.example/', post_id: 'p', program_id: 'r' };
    expect(entry({ type: 'link', link }).entry).toEqual(link);
    const coupon = { code: ' ada10 ', influencer_id: 'i' };
    expect(entry({ type: 'coupon', coupon })).toEqual({
      kind: 'coupon',
      id: 'ADA10',
      entry: { code: 'ADA10', influencer_id: 'i' },
    });
    const spend = { spend_id: 's', date: '2026-03-01', amount: 12.5, currency: 'EUR' };
    expect(entry({ type: 'spend', spend: { ...spend, platform: 'X' } }).entry).toEqual({
      ...spend,
      amount: 1250,
      platform: 'x',
    });
  });

  it('describes no person', () => {
    const raw = { type: 'post', post: { post_id: 'p' }, identifiers: { user_id: 'u' } };
    expect(accepted({ ...raw, user_agent: 'curl/8', order: { order_id: '1' } })).toMatchObject({
      ...{ identifiers: [], bot: false, touchpoint: false, order: null, page: null },
    });
  });

  const spend = { spend_id: 's', date: '2026-03-01', amount: '1', currency: 'EUR' };
  it.each([
    [{ type: 'post' }, 'catalogue_id_missing'],
    [{ type: 'post', post: 'p' }, 'catalogue_id_missing'],
    [{ type: 'post', post: { post_id: ' ' } }, 'catalogue_id_missing'],
    [{ type: 'post', link: { link_id: 'l' } }, 'catalogue_id_missing'],
    [{ type: 'influencer', influencer: { name: 'x' } }, 'catalogue_id_missing'],
    [{ type: 'campaign', campaign: {} }, 'catalogue_id_missing'],
    [{ type: 'link', link: { url: 'x' } }, 'catalogue_id_missing'],
    [{ type: 'coupon', coupon: { code: '' } }, 'catalogue_id_missing'],
    [{ type: 'spend', spend: { ...spend, spend_id: null } }, 'catalogue_id_missing'],
    [{ type: 'spend', spend: { ...spend, amount: undefined } }, 'spend_amount_missing'],
    [{ type: 'spend', spend: { ...spend, currency: undefined } }, 'currency_missing'],
    [{ type: 'spend', spend: { ...spend, amount: '-1' } }, 'amount_negative'],
    [{ type: 'spend', spend: { ...spend, date: undefined } }, 'spend_date_invalid'],
    [{ type: 'spend', spend: { ...spend, date: '2026-02-30' } }, 'spend_date_invalid'],
    [{ type: 'post', post: { post_id: 'p', media_type: 'x' } }, 'media_type_unknown'],
    [{ type: 'post', post: { post_id: 'p', published_at: 'x' } }, 'catalogue_field_invalid'],
    [
      { type: 'influencer', influencer: { influencer_id: 'i', commission_rate: -1 } },
      'catalogue_field_invalid',
    ],
  ])('%j: %s', (raw, expected) => {
    expect(codeOf(raw)).toBe(expected);
  });

  it.each([
    [{ type: 'campaign', campaign: { campaign_id: 'c', ends_at: '9999-12-31T23:59:59Z' } }, 2299],
    [{ type: 'post', post: { post_id: 'p', published_at: '1850-01-01' } }, 1970],
    [{ type: 'spend', spend: { ...spend, date: '9999-12-31' } }, 2299],
    [{ type: 'spend', spend: { ...spend, date: '1850-01-01' } }, 1900],
  ])('%j: the message names the year %i', (raw, year) => {
    const result = normalise(raw, server);
    expect(result.ok ? '' : result.message).toContain(String(year));
  });

  it('needs no more than the id', () => {
    expect(codeOf({ type: 'post', post: { post_id: 'p' } })).toBe('accepted');
    expect(codeOf({ type: 'link', link: { link_id: 'l' } })).toBe('accepted');
  });
});
