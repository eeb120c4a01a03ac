/**
 * The oracle against examples computed by hand: one table per group of rules. Each line names the
 * rule, the events, the question, and the answer as a person works it out from the contract.
 */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  evaluate,
  type OracleEvent,
  type OracleTables,
  type Row,
  type TableName,
} from './index.js';

const dayMs = 86_400_000;
const day0 = Date.parse('2026-03-01T00:00:00Z');
const settings = { hashKey: 'k', ownDomains: ['shop.example'], timezone: 'UTC' };
let serial = 0;

type Body = Record<string, unknown>;

/** An event `days` after the first of March, by the secret key. */
function server(type: string, days: number, body: Body = {}): OracleEvent {
  const at = day0 + days * dayMs;
  const occurred_at = new Date(at).toISOString();
  serial += 1;
  return {
    body: { event_id: `e${serial}`, type, occurred_at, ...body },
    keyKind: 'secret',
    receivedAt: at + 1_000,
  };
}

function pixel(type: string, days: number, body: Body = {}, more: Partial<OracleEvent> = {}) {
  return { ...server(type, days, body), keyKind: 'write' as const, ...more };
}

const user = (id: string): Body => ({ identifiers: { user_id: id } });
const click = (id: string, days: number, body: Body = {}): OracleEvent =>
  server('click', days, { event_id: id, ...user('u'), ...body });
const bought = (days: number, total: string, order: Body = {}, body: Body = {}): OracleEvent =>
  server('purchase', days, {
    ...user('u'),
    order: { order_id: 'o', total, currency: 'EUR', ...order },
    ...body,
  });
const refunded = (id: string, total: string, days = 1, refund: Body = {}): OracleEvent =>
  server('refund', days, {
    refund: { refund_id: id, order_id: 'o', total, currency: 'EUR', ...refund },
  });
const page = (body: Body, more: Partial<OracleEvent> = {}): OracleEvent =>
  pixel('page', 0, { event_id: 'p', identifiers: { anonymous_id: 'a' }, ...body }, more);
const entry = (type: string, body: Body, days = 0, eventId?: string): OracleEvent =>
  server(type, days, { [type]: body, ...(eventId === undefined ? {} : { event_id: eventId }) });
const link = (...identifiers: Body[]): OracleEvent[] =>
  identifiers.map((one) => server('identify', 0, { identifiers: one }));
const url = (text: string): Body => ({ page: { url: text } });

/** `touchpoint_id → credit` of one model of order `o`. */
const credits =
  (model: string) =>
  (tables: OracleTables): Record<string, number> =>
    Object.fromEntries(
      tables.credits_current
        .filter((row) => row['model'] === model && row['order_id'] === 'o')
        .map((row) => [String(row['touchpoint_id']), Number(row['credit'])]),
    );

const column =
  (table: TableName, name: string) =>
  (tables: OracleTables): unknown[] =>
    tables[table].map((row: Row) => {
      const value = row[name];
      return typeof value === 'bigint' ? Number(value) : value;
    });
const columns =
  (table: TableName, ...names: string[]) =>
  (tables: OracleTables): unknown[] =>
    tables[table].map((row) => names.map((name) => row[name]).join(' '));

/** Identifiers in groups of one person, shared ones marked by a star. */
function persons(tables: OracleTables): string[] {
  const groups = new Map<string, string[]>();
  for (const row of tables.identities_current) {
    const person = String(row['person_id']);
    const name = `${String(row['identifier'])}${row['shared'] ? '*' : ''}`;
    groups.set(person, [...(groups.get(person) ?? []), name]);
  }
  return [...groups.values()].map((group) => group.sort().join('+')).sort();
}

/** The ids of the events that were accepted, in the input's order; '-' for a rejected one. */
function verdicts(events: readonly OracleEvent[]): string {
  return evaluate({ events, settings })
    .decisions.map(({ accepted }) => (accepted ? '+' : '-'))
    .join('');
}

const hmac = (text: string): string => createHmac('sha256', 'k').update(text).digest('hex');

type Line = readonly [
  rule: string,
  events: readonly OracleEvent[],
  question: (tables: OracleTables) => unknown,
  answer: unknown,
];

function table(name: string, lines: readonly Line[]): void {
  describe(name, () => {
    it.each(lines)('%s', (_, events, question, answer) => {
      const { tables } = evaluate({ events, settings });
      expect(question(tables)).toEqual(answer);
      // The oracle itself has to obey the law of order.
      const backwards = evaluate({ events: [...events].reverse(), settings }).tables;
      const sorted = (value: unknown): unknown =>
        Array.isArray(value) ? [...value].sort() : value;
      expect(sorted(question(backwards))).toEqual(sorted(answer));
    });
  });
}

const order = { order_id: 'o' };
const eur = { ...order, currency: 'EUR' };

describe('acceptance', () => {
  it.each<readonly [string, OracleEvent[], string]>([
    ['a known type', [server('lead', 0)], '+'],
    ['an unknown type', [server('sneeze', 0)], '-'],
    ['no object', [{ body: 'x', keyKind: 'secret', receivedAt: 0 }], '-'],
    ['a write key may not refund', [{ ...refunded('r', '1.00'), keyKind: 'write' }], '-'],
    ['a write key may buy', [pixel('purchase', 0, { order })], '+'],
    [
      'digits: EUR 2, JPY 0, KWD 3',
      [
        server('purchase', 0, { order: { ...eur, total: '1.23' } }),
        server('purchase', 0, { order: { ...eur, total: '1.230' } }),
        server('purchase', 0, { order: { ...order, total: '5', currency: 'JPY' } }),
        server('purchase', 0, { order: { ...order, total: '5.0', currency: 'JPY' } }),
        server('purchase', 0, { order: { ...order, total: '5.123', currency: 'KWD' } }),
      ],
      '+-+-+',
    ],
    [
      'a number means its shortest decimal',
      [
        server('purchase', 0, { order: { ...eur, total: 1.1 } }),
        server('purchase', 0, { order: { ...eur, total: 0.1 + 0.2 } }),
        server('purchase', 0, { order: { ...eur, total: 1e-7 } }),
      ],
      '+--',
    ],
    [
      'negative, unknown and lower-case',
      [
        server('purchase', 0, { order: { ...eur, total: '-1.00' } }),
        server('purchase', 0, { order: { ...order, total: '1.00', currency: 'ZZZ' } }),
        server('purchase', 0, { order: { ...order, total: '1.00', currency: 'eur' } }),
      ],
      '---',
    ],
    [
      'a refund needs ids and amount',
      [
        refunded('r', '1.00'),
        refunded('', '1.00'),
        server('refund', 0, { refund: { refund_id: 'r', order_id: 'o' } }),
      ],
      '+--',
    ],
    [
      'vocabulary',
      [
        server('click', 0, { medium: 'cpc', media_type: 'paid' }),
        server('click', 0, { medium: 'carrier pigeon' }),
        server('click', 0, { media_type: 'borrowed' }),
        server('interaction', 0, { interaction: { kind: 'like' } }),
        server('interaction', 0, { interaction: { kind: 'hug' } }),
      ],
      '+--+-',
    ],
    [
      'event_id of 1 to 128 characters',
      [
        server('view', 0, { event_id: '😀'.repeat(128) }),
        server('view', 0, { event_id: 'x'.repeat(129) }),
        server('view', 0, { event_id: '' }),
      ],
      '+--',
    ],
    [
      'an instant with a zone',
      [
        server('view', 0, { occurred_at: '2026-03-01T00:00:00+01:00' }),
        server('view', 0, { occurred_at: '2026-03-01T00:00:00' }),
        server('view', 0, { occurred_at: '2026-02-29T00:00:00Z' }),
      ],
      '+--',
    ],
    [
      '24 hours ahead and no more',
      [
        { ...server('view', 1), receivedAt: day0 },
        { ...server('view', 1), receivedAt: day0 - 1 },
      ],
      '+-',
    ],
    [
      'unlink takes exactly two usable identifiers',
      [
        server('unlink', 0, { identifiers: { user_id: 'u', handle: 'h' } }),
        server('unlink', 0, { identifiers: { user_id: 'u' } }),
        server('unlink', 0, { identifiers: { user_id: 'u', handle: 'none' } }),
        server('unlink', 0, { identifiers: { user_id: 'u' }, order }),
        server('unlink', 0, { identifiers: { user_id: 'u', handle: 'h' }, order }),
        server('unlink', 0, { order, refund: { order_id: 'other' } }),
        server('unlink', 0, { ...user('u'), order, refund: { order_id: 'other' } }),
      ],
      '+--+-+-',
    ],
    [
      'a catalogue entry needs its id',
      [
        entry('link', { link_id: 'l', url: 'https://x.example/' }),
        entry('link', { url: 'https://x.example/' }),
        entry('coupon', { influencer_id: 'i' }),
      ],
      '+--',
    ],
  ])('%s', (_, events, expected) => {
    expect(verdicts(events)).toBe(expected);
  });
});

const identifier = columns('identities_current', 'identifier_type', 'identifier');

table('identifiers', [
  ['trimmed', link({ user_id: ' u ' }), identifier, ['user_id u']],
  ['an integer is its text', link({ user_id: 7 }), identifier, ['user_id 7']],
  ['other values are dropped', link({ user_id: 1.5, handle: true, phone: null }), identifier, []],
  ['handles are lower-cased', link({ handle: 'X:@Ada' }), identifier, ['handle x:@ada']],
  [
    'e-mail is lower-cased, then hashed',
    link({ email: ' Ada@Example.org' }),
    identifier,
    [`email ${hmac('ada@example.org')}`],
  ],
  [
    'phone is hashed',
    link({ phone: '+33612345678' }),
    identifier,
    [`phone ${hmac('+33612345678')}`],
  ],
  ['no E.164, no phone', link({ phone: '0612345678' }), identifier, []],
  ['junk in any case', link({ user_id: 'NULL', handle: 'Guest', customer_id: 0 }), identifier, []],
  [
    '256 characters and no more',
    link({ user_id: 'a'.repeat(256) }, { user_id: 'a'.repeat(257) }),
    identifier,
    [`user_id ${'a'.repeat(256)}`],
  ],
  [
    'an order may be number 0',
    [server('lead', 0, { order: { order_id: '0' } })],
    identifier,
    ['order_id 0'],
  ],
  [
    'click id of rosi_click, decoded',
    [page(url('https://shop.example/?rosi_click=k%207'))],
    identifier,
    ['anonymous_id a', 'click_id k 7'],
  ],
  [
    'click id of the first ad parameter of the list',
    [page(url('https://shop.example/?yclid=y&gclid=g+1'))],
    identifier,
    ['anonymous_id a', 'click_id gclid:g 1'],
  ],
  [
    'rosi_click before an ad click id',
    [page(url('https://shop.example/?gclid=g&rosi_click=k'))],
    identifier,
    ['anonymous_id a', 'click_id k'],
  ],
  [
    'a stated click id wins',
    [page({ identifiers: { click_id: 'k' }, ...url('https://shop.example/?gclid=g') })],
    identifier,
    ['click_id k'],
  ],
  [
    'without consent the order alone is left',
    [bought(0, '1.00', {}, { consent: { analytics: false } })],
    identifier,
    ['order_id o'],
  ],
  [
    'Sec-GPC counts for a write key whatever the event says',
    [page({ consent: { analytics: true } }, { secGpc: true })],
    identifier,
    [],
  ],
  [
    'Sec-GPC does not count for a server',
    [{ ...server('lead', 0, user('u')), secGpc: true }],
    identifier,
    ['user_id u'],
  ],
  ['a bot carries nothing', [page({}, { userAgent: 'Twitterbot/1.0' })], identifier, []],
  [
    'the catalogue carries nothing',
    [server('link', 0, { ...user('u'), link: { link_id: 'l', url: 'https://x.example/' } })],
    identifier,
    [],
  ],
]);

const tablet = link({ anonymous_id: 'a', user_id: 'u1' }, { anonymous_id: 'a', user_id: 'u2' });
const fans = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ user_id: 'hub', handle: `f${i}` }));
const unlink = (identifiers: Body, body: Body = {}) =>
  server('unlink', 5, { identifiers, ...body });
const emails = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ anonymous_id: 'a', email: `m${i}@x.example` }));

table('persons', [
  [
    'one event links all its identifiers',
    link({ user_id: 'u', handle: 'h', anonymous_id: 'a' }),
    persons,
    ['a+h+u'],
  ],
  [
    'links chain',
    link({ user_id: 'u', handle: 'h' }, { handle: 'h', anonymous_id: 'a' }),
    persons,
    ['a+h+u'],
  ],
  ['two users share a tablet', tablet, persons, ['a*', 'u1', 'u2']],
  [
    'two users may share an e-mail',
    link(
      { email: 'e@x.example', user_id: 'u1' },
      {
        email: 'e@x.example',
        user_id: 'u2',
      },
    ),
    persons,
    [`${hmac('e@x.example')}+u1+u2`],
  ],
  [
    'two customers of one shop',
    link({ anonymous_id: 'a', customer_id: 's:1' }, { anonymous_id: 'a', customer_id: 's:2' }),
    persons,
    ['a*', 's:1', 's:2'],
  ],
  [
    'customers of two shops',
    link({ anonymous_id: 'a', customer_id: 's:1' }, { anonymous_id: 'a', customer_id: 't:1' }),
    persons,
    ['a+s:1+t:1'],
  ],
  [
    'no colon: one shop without a name',
    link({ anonymous_id: 'a', customer_id: '1' }, { anonymous_id: 'a', customer_id: '2' }),
    persons,
    ['1', '2', 'a*'],
  ],
  ['three e-mails on a device', link(...emails(3)), (t) => persons(t).length, 1],
  ['four e-mails on a device', link(...emails(4)), (t) => persons(t).length, 5],
  [
    'a click in two browsers',
    link({ click_id: 'k', anonymous_id: 'a1' }, { click_id: 'k', anonymous_id: 'a2' }),
    persons,
    ['a1', 'a2', 'k*'],
  ],
  ['50 strong ones are not too many', link(...fans(50)), (t) => persons(t).length, 1],
  ['51 strong ones are', link(...fans(51)), (t) => persons(t).length, 52],
  [
    'orders are not counted',
    Array.from({ length: 51 }, (_, i) =>
      server('lead', 0, { ...user('u'), order: { order_id: `o${i}` } }),
    ),
    (t) => persons(t).length,
    1,
  ],
  [
    'two orders of one event are both its identifiers',
    [
      server('identify', 0, {
        ...user('u'),
        order: { order_id: 'o1' },
        refund: { order_id: 'o2' },
      }),
    ],
    persons,
    ['o1+o2+u'],
  ],
  [
    "a refund is of its own order, and its order's person has it too",
    [
      server('refund', 0, {
        order: { order_id: 'o1' },
        refund: { refund_id: 'r', order_id: 'o2', total: '1.00', currency: 'EUR' },
      }),
    ],
    (t) => [...persons(t), ...column('events_current', 'identifier')(t)],
    ['o1+o2', 'o2'],
  ],
  [
    'an unlink separates, also when it comes first',
    [...link({ user_id: 'u', anonymous_id: 'a' }), unlink({ user_id: 'u', anonymous_id: 'a' })],
    persons,
    ['a', 'u'],
  ],
  [
    'an unlink by order',
    [bought(0, '1.00'), unlink({ user_id: 'u' }, { order: { order_id: 'o' } })],
    persons,
    ['o', 'u'],
  ],
  [
    'sharing is judged after unlinks',
    [...tablet, unlink({ anonymous_id: 'a', user_id: 'u2' })],
    persons,
    ['a+u1', 'u2'],
  ],
  [
    'shared neighbours count',
    [
      // k meets a1 (shared by u1 and u2) and a2: two anonymous ids all the same.
      ...link({ anonymous_id: 'a1', user_id: 'u1' }, { anonymous_id: 'a1', user_id: 'u2' }),
      ...link({ click_id: 'k', anonymous_id: 'a1' }, { click_id: 'k', anonymous_id: 'a2' }),
    ],
    persons,
    ['a1*', 'a2', 'k*', 'u1', 'u2'],
  ],
  [
    'an event belongs to its strongest identifier, shared or not',
    [...tablet, server('click', 0, { event_id: 'c', identifiers: { anonymous_id: 'a' } })],
    column('touchpoints_current', 'person_id'),
    ['anonymous_id:a'],
  ],
  ['nobody', [server('click', 0)], column('touchpoints_current', 'person_id'), ['']],
]);

const net = columns('orders_current', 'currency', 'gross', 'refunded', 'net');
const ordered = column('orders_current', 'occurred_at');
const newCustomer = columns('orders_current', 'order_id', 'new_customer');

table('orders', [
  ['minor units', [bought(0, '129.9')], net, ['EUR 12990 0 12990']],
  ['yen', [bought(0, '500', { currency: 'JPY' })], net, ['JPY 500 0 500']],
  [
    'server before a later pixel',
    [bought(0, '1.00'), pixel('purchase', 3, { order: { ...eur, total: '2.00' } })],
    net,
    ['EUR 100 0 100'],
  ],
  ['the later server', [bought(0, '1.00'), bought(1, '2.00')], net, ['EUR 200 0 200']],
  [
    'at one instant the larger event_id',
    [bought(0, '1.00', {}, { event_id: '～' }), bought(0, '2.00', {}, { event_id: '😀' })],
    net,
    ['EUR 200 0 200'],
  ],
  [
    'field by field',
    [bought(0, '1.00', { tax: '0.20', shipping: '0.10' }), bought(1, '2.00', { tax: '0.30' })],
    columns('orders_current', 'gross', 'tax', 'shipping'),
    ['200 30 10'],
  ],
  [
    'an update does not move the order',
    [bought(1, '1.00'), bought(10, '2.00')],
    ordered,
    [day0 + dayMs],
  ],
  [
    'a pixel does not move it either',
    [bought(1, '1.00'), pixel('purchase', 0, { order: { ...eur, total: '1.00' } })],
    ordered,
    [day0 + dayMs],
  ],
  [
    'a pixel alone decides',
    [pixel('purchase', 2, { order: { ...eur, total: '1.00' } })],
    ordered,
    [day0 + 2 * dayMs],
  ],
  ['a number alone has no row', [pixel('purchase', 0, { order })], net, []],
  [
    '… until an event states the total',
    [pixel('purchase', 0, { order }), bought(0, '3.00')],
    net,
    ['EUR 300 0 300'],
  ],
  [
    'partial refunds',
    [bought(0, '5.00'), refunded('a', '1.00'), refunded('b', '0.50')],
    net,
    ['EUR 500 150 350'],
  ],
  [
    'a refund before the purchase',
    [refunded('a', '1.00', -3), bought(0, '5.00')],
    net,
    ['EUR 500 100 400'],
  ],
  [
    'refunded is not capped, net is',
    [bought(0, '5.00'), refunded('a', '7.00')],
    net,
    ['EUR 500 700 0'],
  ],
  [
    'another currency is not subtracted',
    [bought(0, '5.00'), refunded('a', '1.00', 1, { currency: 'USD' })],
    net,
    ['EUR 500 0 500'],
  ],
  [
    'copies of one refund_id: the later',
    [bought(0, '5.00'), refunded('a', '1.00', 1), refunded('a', '2.00', 2)],
    net,
    ['EUR 500 200 300'],
  ],
  [
    'a repeat counts once',
    [bought(0, '5.00'), ...Array(3).fill(refunded('a', '1.00'))],
    net,
    ['EUR 500 100 400'],
  ],
  [
    'new customer: the first order',
    [bought(2, '1.00', { order_id: 'second' }), bought(1, '1.00', { order_id: 'first' })],
    newCustomer,
    ['second false', 'first true'],
  ],
  [
    'new customer: at one time the smaller order_id',
    [bought(1, '1.00', { order_id: 'b' }), bought(1, '1.00', { order_id: 'a' })],
    newCustomer,
    ['b false', 'a true'],
  ],
  ['known by orders alone', [bought(0, '1.00', {}, { identifiers: {} })], newCustomer, ['o false']],
  [
    "a bot's purchase is nobody's",
    [
      pixel(
        'purchase',
        0,
        { ...user('u'), order: { ...eur, total: '1.00' } },
        {
          userAgent: 'Googlebot/2.1',
        },
      ),
    ],
    columns('orders_current', 'person_id', 'new_customer'),
    [' false'],
  ],
]);

const seen = column('touchpoints_current', 'touchpoint_id');

table('touchpoints', [
  [
    'view, click, interaction',
    ['view', 'click', 'interaction', 'lead', 'identify'].map((type) =>
      server(type, 0, { event_id: type }),
    ),
    seen,
    ['view', 'click', 'interaction'],
  ],
  [
    'session start',
    [page({ ...url('https://shop.example/'), properties: { session_start: true } })],
    seen,
    ['p'],
  ],
  ['a page within a visit', [page(url('https://shop.example/'))], seen, []],
  [
    'an external referrer',
    [page({ page: { url: 'https://shop.example/', referrer: 'https://www.google.com/' } })],
    seen,
    ['p'],
  ],
  [
    'the same host without www.',
    [page({ page: { url: 'https://x.example/', referrer: 'https://www.x.example/' } })],
    seen,
    [],
  ],
  [
    'an own domain',
    [page({ page: { url: 'https://x.example/', referrer: 'https://www.shop.example/' } })],
    seen,
    [],
  ],
  ['utm in the url', [page(url('https://shop.example/?utm_campaign=c'))], seen, ['p']],
  ['utm stated', [page({ utm: { source: 's' } })], seen, ['p']],
  ['an ad click id', [page(url('https://shop.example/?ScCid=1'))], seen, ['p']],
  ['a tracked link', [page(url('https://shop.example/?rosi_click=k&utm_source=s'))], seen, []],
  ['a bot', [page(url('https://shop.example/?gclid=1'), { userAgent: 'bingbot/2.0' })], seen, []],
  [
    "the event's agent before the request's",
    [
      page(
        { ...url('https://shop.example/?gclid=1'), user_agent: 'Firefox' },
        {
          userAgent: 'bingbot/2.0',
        },
      ),
    ],
    seen,
    ['p'],
  ],
  [
    "a server's own agent says nothing",
    [{ ...server('click', 0, { event_id: 'c' }), userAgent: 'bingbot/2.0' }],
    seen,
    ['c'],
  ],
]);

const where = columns('touchpoints_current', 'platform', 'medium', 'media_type');
const ids = columns('touchpoints_current', 'post_id', 'influencer_id', 'campaign_id', 'program_id');
const visit = { properties: { session_start: true } };

const twice = click('c', 0);

table('repeats', [
  ['one touchpoint', [twice, { ...twice }, { ...twice }], seen, ['c']],
  ['one share', [bought(0, '1.00'), twice, { ...twice }], credits('linear'), { c: 100 }],
  ['one event', [twice, { ...twice }], column('events_current', 'event_id'), ['c']],
]);

table('dimensions', [
  [
    'stated ones win',
    [
      page({
        platform: 'x',
        medium: 'other',
        media_type: 'earned',
        ...url('https://s.example/?gclid=1'),
      }),
    ],
    where,
    ['x other earned'],
  ],
  [
    'direct',
    [page({ ...url('https://shop.example/'), ...visit })],
    column('touchpoints_current', 'medium'),
    ['direct'],
  ],
  [
    'an internal referrer is none',
    [page({ page: { url: 'https://x.example/', referrer: 'https://shop.example/' }, ...visit })],
    column('touchpoints_current', 'medium'),
    ['direct'],
  ],
  [
    "the event's own, the link's, its post's",
    [
      click('c', 0, { link_id: 'l', campaign_id: 'own' }),
      entry('link', { link_id: 'l', url: 'https://x.example/', post_id: 'p', program_id: 'r' }),
      entry('post', { post_id: 'p', platform: 'x', influencer_id: 'i', campaign_id: 'of-post' }),
    ],
    ids,
    ['p i own r'],
  ],
  [
    'the catalogue as it ends',
    [
      click('c', 0, { post_id: 'p' }),
      entry('post', { post_id: 'p', platform: 'x', influencer_id: 'late' }, 9),
      entry('post', { post_id: 'p', platform: 'x', influencer_id: 'early', campaign_id: 'c' }, 1),
    ],
    ids,
    ['p late  '],
  ],
  [
    'versions at one time: the larger event_id',
    [
      click('c', 0, { post_id: 'p' }),
      entry('post', { post_id: 'p', platform: 'x', influencer_id: 'z' }, 1, 'z'),
      entry('post', { post_id: 'p', platform: 'x', influencer_id: 'a' }, 1, 'a'),
    ],
    ids,
    ['p z  '],
  ],
  [
    'stated before utm.campaign',
    [page({ campaign_id: 'own', ...url('https://s.example/?utm_campaign=c') })],
    ids,
    ['  own '],
  ],
  ['utm.campaign comes last', [page(url('https://s.example/?utm_campaign=c'))], ids, ['  c ']],
  [
    'utm as a whole',
    [page({ utm: { source: 's' }, ...url('https://s.example/?utm_campaign=c') })],
    ids,
    ['   '],
  ],
]);

const code = (names: Body) => entry('coupon', { code: ' ada10 ', ...names });
const couponOrder = bought(0, '1.00', { coupon_codes: ['Ada10', 'ADA10 ', 'nope'] });

const from = (query: string, referrer?: string): OracleEvent[] => [
  page({ page: { url: `https://shop.example/?${query}`, referrer } }),
];

table('classification', [
  ['utm', from('utm_source=google&utm_medium=cpc'), where, ['google cpc paid']],
  [
    'a social visit with utm is owned',
    from('utm_source=mastodon&utm_medium=social'),
    where,
    ['mastodon social owned'],
  ],
  [
    'cpc of a social source',
    from('utm_source=facebook&utm_medium=cpc'),
    where,
    ['facebook paid_social paid'],
  ],
  ['an ad click id', from('gclid=1'), where, ['google cpc paid']],
  ['the first one of the list', from('msclkid=1&gclid=1'), where, ['google cpc paid']],
  ['fbclid alone is social', from('fbclid=1'), where, ['facebook social earned']],
  [
    'fbclid from Instagram',
    from('fbclid=1', 'https://instagram.com/'),
    where,
    ['instagram social earned'],
  ],
  ['a search engine', from('', 'https://www.bing.com/'), where, ['bing organic earned']],
  ['any other site', from('', 'https://www.lemonde.fr/'), where, ['lemonde.fr referral earned']],
  [
    'a source leaves the medium to the ad click',
    from('utm_source=google&gclid=1'),
    where,
    ['google cpc paid'],
  ],
  [
    'a source before fbclid',
    from('utm_source=newsletter&fbclid=1'),
    where,
    ['newsletter email owned'],
  ],
  [
    'direct has no media type',
    [page({ ...url('https://shop.example/'), ...visit })],
    where,
    [' direct '],
  ],
  ['another event with none keeps what it states', [click('c', 0)], where, ['  ']],
  ['a stated medium alone', [click('c', 0, { medium: 'cpc' })], where, [' cpc ']],
]);

table('coupons', [
  [
    'one touchpoint for a code that names somebody',
    [couponOrder, code({ influencer_id: 'i' })],
    columns('touchpoints_current', 'touchpoint_id', 'type', 'medium', 'influencer_id'),
    ['coupon:o:ADA10 coupon coupon i'],
  ],
  ['a campaign alone names nobody', [couponOrder, code({ campaign_id: 'c' })], seen, []],
  [
    'platform and media type of its post',
    [
      couponOrder,
      code({ post_id: 'p' }),
      entry('post', { post_id: 'p', platform: 'x', media_type: 'paid', influencer_id: 'i' }),
    ],
    columns('touchpoints_current', 'platform', 'media_type', 'influencer_id'),
    ['x paid i'],
  ],
  [
    'for its own order alone',
    [couponOrder, code({ influencer_id: 'i' }), bought(1, '5.00', { order_id: 'later' })],
    (tables) =>
      tables.credits_current
        .filter((row) => row['model'] === 'linear')
        .map((row) => `${row['order_id']} ${row['touchpoint_id']}`),
    ['o coupon:o:ADA10', 'later unattributed'],
  ],
  [
    "a server's empty list is a statement",
    [
      pixel('purchase', 3, { order: { ...eur, total: '1.00', coupon_codes: ['ADA10'] } }),
      bought(0, '1.00', { coupon_codes: [] }),
      code({ influencer_id: 'i' }),
    ],
    seen,
    [],
  ],
]);

const ms = 1 / dayMs;
const bounds = (type: string, days: number): OracleEvent[] => [
  bought(0, '1.00'),
  server(type, -days, { event_id: 'out', ...user('u') }),
  server(type, -days + ms, { event_id: 'first', ...user('u') }),
  server(type, 0, { event_id: 'last', ...user('u') }),
  server(type, ms, { event_id: 'after', ...user('u') }),
];
const direct = { medium: 'direct' };

table('windows and models', [
  ['click 30 days', bounds('click', 30), credits('linear'), { first: 50, last: 50 }],
  ['interaction 7 days', bounds('interaction', 7), credits('linear'), { first: 50, last: 50 }],
  ['view 1 day', bounds('view', 1), credits('linear'), { first: 50, last: 50 }],
  [
    'first touch',
    [bought(0, '1.00'), click('a', -2), click('b', -1)],
    credits('first_touch'),
    {
      a: 100,
    },
  ],
  [
    'last touch, direct included',
    [bought(0, '1.00'), click('a', -2), click('b', -1, direct)],
    credits('last_touch'),
    { b: 100 },
  ],
  [
    'last non-direct',
    [bought(0, '1.00'), click('a', -2), click('b', -1, direct)],
    credits('last_non_direct'),
    { a: 100 },
  ],
  [
    'direct when nothing else is there',
    [bought(0, '1.00'), click('b', -1, direct)],
    credits('linear'),
    { b: 100 },
  ],
  [
    'equal times: ids as UTF-8 bytes',
    [bought(0, '1.00'), click('😀', -1), click('～', -1)],
    credits('last_touch'),
    { '😀': 100 },
  ],
  [
    'linear: the odd cents to the earlier',
    [bought(0, '1.00'), click('a', -3), click('b', -2), click('c', -1)],
    credits('linear'),
    { a: 34, b: 33, c: 33 },
  ],
  [
    'linear: a share without a cent keeps its row',
    [bought(0, '0.01'), click('a', -2), click('b', -1)],
    credits('linear'),
    { a: 1, b: 0 },
  ],
  ['position: one', [bought(0, '1.00'), click('a', -3)], credits('position_based'), { a: 100 }],
  [
    'position: two',
    [bought(0, '1.01'), click('a', -3), click('b', -2)],
    credits('position_based'),
    { a: 51, b: 50 },
  ],
  [
    'position: 40 / 20 / 40',
    [bought(0, '1.00'), click('a', -3), click('b', -2), click('c', -1)],
    credits('position_based'),
    { a: 40, b: 20, c: 40 },
  ],
  [
    'position: 40 / 20 / 40 of much',
    [bought(0, '1000.00'), click('a', -3), click('b', -2), click('c', -1)],
    credits('position_based'),
    { a: 40_000, b: 20_000, c: 40_000 },
  ],
  // 40.4, 10.1, 10.1, 40.4: one cent is left, and the earliest of the largest fractions has it.
  [
    'position: fractions',
    [bought(0, '1.01'), click('a', -4), click('b', -3), click('c', -2), click('d', -1)],
    credits('position_based'),
    { a: 41, b: 10, c: 10, d: 40 },
  ],
  // weights 1/2 and 1: 100/3 and 200/3; the cent goes to the fraction 2/3.
  [
    'time decay: a week is half',
    [bought(0, '1.00'), click('a', -7), click('b', 0)],
    credits('time_decay'),
    { a: 33, b: 67 },
  ],
  // weights 1, 1, 4 of 6, net 2: fractions 1/3, 1/3, 1/3 and one cent left: to the earliest.
  [
    'time decay: true ties',
    [bought(0, '0.02'), click('a', -14), click('b', -14), click('c', 0)],
    credits('time_decay'),
    { a: 1, b: 0, c: 1 },
  ],
  // 2^(-1/7) = 0.90572…: shares of 10,000: 0.47526…, 0.52473….
  [
    'time decay: a day',
    [bought(0, '100.00'), click('a', -1), click('b', 0)],
    credits('time_decay'),
    { a: 4753, b: 5247 },
  ],
  ['unattributed', [bought(0, '1.00')], credits('time_decay'), { unattributed: 100 }],
  ['a net of 0 has no rows', [bought(0, '1.00'), refunded('r', '1.00')], credits('linear'), {}],
  [
    'refunds shrink credit',
    [bought(0, '1.00'), refunded('r', '0.50'), click('a', -2), click('b', -1)],
    credits('linear'),
    { a: 25, b: 25 },
  ],
  [
    'the newest 1,000',
    [bought(0, '10.00'), ...Array.from({ length: 1_002 }, (_, i) => click(`t${i}`, -2 + i * ms))],
    (tables) => Object.keys(credits('linear')(tables)).length,
    1_000,
  ],
  [
    '… of which the first is the third',
    [bought(0, '10.00'), ...Array.from({ length: 1_002 }, (_, i) => click(`t${i}`, -2 + i * ms))],
    credits('first_touch'),
    { t2: 1_000 },
  ],
  [
    "another person's touchpoints",
    [bought(0, '1.00'), server('click', -1, { event_id: 'x', ...user('v') })],
    credits('linear'),
    { unattributed: 100 },
  ],
  [
    'a person known later',
    [
      bought(0, '1.00'),
      server('click', -1, { event_id: 'x', identifiers: { anonymous_id: 'a' } }),
      server('identify', 9, { identifiers: { anonymous_id: 'a', user_id: 'u' } }),
    ],
    credits('linear'),
    { x: 100 },
  ],
  [
    'a person lost later',
    [
      bought(0, '1.00'),
      server('click', -1, { event_id: 'x', identifiers: { anonymous_id: 'a' } }),
      server('identify', 8, { identifiers: { anonymous_id: 'a', user_id: 'u' } }),
      server('identify', 9, { identifiers: { anonymous_id: 'a', user_id: 'v' } }),
    ],
    credits('linear'),
    { unattributed: 100 },
  ],
]);

describe('daily tables', () => {
  const daily = (timezone: string, at: string): unknown => {
    const events = [
      bought(0, '1.00', {}, { occurred_at: at }),
      click('a', 0, { occurred_at: at, post_id: 'p' }),
      click('b', 0, { occurred_at: at }),
    ].map((event) => ({ ...event, receivedAt: Date.parse(at) }));
    return evaluate({ events, settings: { ...settings, timezone } })
      .tables.revenue_by_post_daily.filter((row) => row['model'] === 'linear')
      .map((row) => `${row['day']} ${row['post_id']} ${row['credit']} ${row['orders']}`);
  };
  it.each([
    ['UTC', '2026-03-29T23:30:00Z', '2026-03-29'],
    ['Europe/Paris', '2026-03-28T22:59:59.999Z', '2026-03-28'],
    ['Europe/Paris', '2026-03-28T23:00:00Z', '2026-03-29'],
    ['Europe/Paris', '2026-03-29T22:00:00Z', '2026-03-30'],
    ['America/New_York', '2026-11-01T04:30:00Z', '2026-11-01'],
    ['America/New_York', '2026-11-02T04:30:00Z', '2026-11-01'],
  ])('%s at %s is %s', (timezone, at, expected) => {
    expect(daily(timezone, at)).toEqual([`${expected} p 50 0.5`, `${expected}  50 0.5`]);
  });
});
