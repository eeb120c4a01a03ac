/** Section 3.1: persons, shared identifiers, unlinks. */
import { example, type IncomingEvent, type Names } from '../example.js';
import { at, click, entry, identify, lead, purchase, unlink } from '../incoming.js';
import {
  answer,
  everyModel,
  linear,
  orderPerson,
  orderRow,
  persons,
  touchpointPerson,
  touchpointRow,
} from '../questions.js';

const pairs = 'An event links all identifiers that it carries, pair by pair.';
const shared = 'is: a weak identifier directly linked to two or more `user_id`s';
const joinsNothing = 'A shared identifier joins nothing and is a person of its own;';
const strongest = 'An event belongs to the person of the strongest identifier that it carries';
const laterLink =
  'When a later link makes an identifier shared, what it had joined comes apart again';
const unlinked = 'removes that direct link for good, with the same retroactive effect.';
const once = 'It is judged once, on direct links, after unlinks, and shared neighbours count.';

/** `n` events, each linking the identifiers given with one more of a type. */
function fan(x: Names, identifiers: object, type: string, n: number): IncomingEvent[] {
  return Array.from({ length: n }, (_, index) =>
    identify(x(`${type} ${index}`), at(0, index), { ...identifiers, [type]: x(`${type}${index}`) }),
  );
}
function numbered(type: string, n: number): string[] {
  return Array.from({ length: n }, (_, index) => `${type}:${type}${index}`);
}

export const people = [
  example(
    'links join, whatever their order and however long the chain',
    [
      '**Person**: identity is a pure function of the set of links seen (never of their order).',
      'persons are the connected components of the rest.',
    ],
    (x) => ({
      events: [
        identify(x('e1'), at(0), { user_id: x('u'), email: x.email('ada') }),
        identify(x('e4'), at(9), { handle: x.handle('ada'), anonymous_id: x('a') }),
        identify(x('e2'), at(1), { email: x.email('ada'), phone: x.phone(1) }),
        identify(x('e5'), at(5), { user_id: x('other') }),
        identify(x('e3'), at(0), { phone: x.phone(1), handle: x.handle('ada') }),
      ],
      expect: [
        persons(x, [
          [
            'user_id:u',
            'email:ada',
            'phone:phone 1',
            'handle:mastodon:@ada@social.example',
            'anonymous_id:a',
          ],
          ['user_id:other'],
        ]),
      ],
    }),
  ),
  example('an event links each pair: taking one link away leaves the way round', [pairs], (x) => ({
    events: [
      identify(x('e'), at(0), { user_id: x('u'), email: x.email('ada'), anonymous_id: x('a') }),
      unlink(x('f'), at(1), { user_id: x('u'), anonymous_id: x('a') }),
      // Two only: the link is all that held them.
      identify(x('g'), at(0), { user_id: x('v'), anonymous_id: x('b') }),
      unlink(x('h'), at(1), { user_id: x('v'), anonymous_id: x('b') }),
    ],
    expect: [
      persons(x, [['user_id:u', 'email:ada', 'anonymous_id:a'], ['user_id:v'], ['anonymous_id:b']]),
    ],
  })),
  example(
    'strong identifiers join many of another type; weak ones do not',
    ['*Strong* types: `order_id`', '*weak*: `anonymous_id`, `click_id`.', shared, joinsNothing],
    (x) => ({
      events: [
        ...fan(x, { email: x.email('family') }, 'user_id', 2),
        ...fan(x, { anonymous_id: x('tablet') }, 'user_id', 2).map((event, index) => ({
          ...event,
          event_id: x(`tablet ${index}`),
          identifiers: { anonymous_id: x('tablet'), user_id: x(`v${index}`) },
        })),
        identify(x('e'), at(0), { click_id: x('k'), user_id: x('w0') }),
        identify(x('f'), at(0), { click_id: x('k'), user_id: x('w1') }),
        // An order is strong, and joins the two who paid for it.
        identify(x('g'), at(0), { user_id: x('s0') }, { order: { order_id: x('o') } }),
        identify(x('h'), at(0), { user_id: x('s1') }, { order: { order_id: x('o') } }),
      ],
      expect: [
        persons(x, [
          ['email:family', 'user_id:user_id0', 'user_id:user_id1'],
          ['anonymous_id:tablet*'],
          ['user_id:v0'],
          ['user_id:v1'],
          ['click_id:k*'],
          ['user_id:w0'],
          ['user_id:w1'],
          ['order_id:o', 'user_id:s0', 'user_id:s1'],
        ]),
      ],
    }),
  ),
  example(
    'two customers of one shop share a browser, two shops may have the same customer',
    ['two or more `customer_id`s of one shop (the part before the first colon'],
    (x) => {
      const both = (a: string, ids: readonly string[]) =>
        ids.map((id, index) =>
          identify(x(`${a} ${index}`), at(0), { anonymous_id: x(a), customer_id: id }),
        );
      return {
        events: [
          ...both('same', [`shopify:${x('1')}`, `shopify:${x('2')}`]),
          ...both('two', [`shopify:${x('3')}`, `woo:${x('3')}`]),
          ...both('none', [x('4'), x('5')]),
          ...both('mixed', [x('6'), `shopify:${x('6')}`]),
          // Only the part before the first colon is the shop.
          ...both('colons', [`shopify:de:${x('7')}`, `shopify:fr:${x('7')}`]),
        ],
        expect: [
          persons(x, [
            ['anonymous_id:same*'],
            ['customer_id:shopify:1'],
            ['customer_id:shopify:2'],
            ['anonymous_id:two', 'customer_id:shopify:3', 'customer_id:woo:3'],
            ['anonymous_id:none*'],
            ['customer_id:4'],
            ['customer_id:5'],
            ['anonymous_id:mixed', 'customer_id:6', 'customer_id:shopify:6'],
            ['anonymous_id:colons*'],
            ['customer_id:shopify:de:7'],
            ['customer_id:shopify:fr:7'],
          ]),
        ],
      };
    },
  ),
  example(
    'three e-mail addresses are one person, four share',
    ['or more than three `email`s;'],
    (x) => ({
      events: [
        ...['a', 'b', 'c'].map((name) =>
          identify(x(`e${name}`), at(0), { anonymous_id: x('three'), email: x.email(name) }),
        ),
        ...['d', 'e', 'f', 'g'].map((name) =>
          identify(x(`e${name}`), at(0), { click_id: x('four'), email: x.email(name) }),
        ),
      ],
      expect: [
        persons(x, [
          ['anonymous_id:three', 'email:a', 'email:b', 'email:c'],
          ['click_id:four*'],
          ['email:d'],
          ['email:e'],
          ['email:f'],
          ['email:g'],
        ]),
      ],
    }),
  ),
  example(
    'a click of two browsers was forwarded; a browser of two clicks was not',
    ['a `click_id` directly linked to more than one `anonymous_id`;'],
    (x) => ({
      events: [
        identify(x('e1'), at(0), { click_id: x('k1'), anonymous_id: x('a1') }),
        identify(x('e2'), at(0), { click_id: x('k1'), anonymous_id: x('a2') }),
        identify(x('e3'), at(0), { click_id: x('k2'), anonymous_id: x('a3') }),
        identify(x('e4'), at(0), { click_id: x('k3'), anonymous_id: x('a3') }),
      ],
      expect: [
        persons(x, [
          ['click_id:k1*'],
          ['anonymous_id:a1'],
          ['anonymous_id:a2'],
          ['anonymous_id:a3', 'click_id:k2', 'click_id:k3'],
        ]),
      ],
    }),
  ),
  example(
    'fifty strong neighbours are one person',
    ['any identifier directly linked to more than 50 strong ones, orders not counted.'],
    (x) => ({
      events: [
        ...fan(x, { customer_id: x('c') }, 'handle', 50),
        // Neither weak neighbours nor orders count.
        ...fan(x, { customer_id: x('c') }, 'anonymous_id', 5),
        ...Array.from({ length: 5 }, (_, index) =>
          lead(
            x(`o ${index}`),
            at(0),
            { customer_id: x('c') },
            { order: { order_id: x(`o${index}`) } },
          ),
        ),
      ],
      expect: [
        persons(x, [
          [
            'customer_id:c',
            ...numbered('handle', 50),
            ...numbered('anonymous_id', 5),
            ...Array.from({ length: 5 }, (_, index) => `order_id:o${index}`),
          ],
        ]),
      ],
    }),
  ),
  example(
    'with fifty-one strong neighbours an identifier is shared, even a strong one',
    ['any identifier directly linked to more than 50 strong ones, orders not counted.'],
    (x) => ({
      events: fan(x, { customer_id: x('c') }, 'handle', 51),
      expect: [
        persons(x, [['customer_id:c*'], ...numbered('handle', 51).map((member) => [member])]),
      ],
    }),
  ),
  example(
    'a customer of sixty orders is one person',
    ['any identifier directly linked to more than 50 strong ones, orders not counted.'],
    (x) => ({
      events: Array.from({ length: 60 }, (_, index) =>
        purchase(
          x(`e${index}`),
          at(0, index),
          { user_id: x('u') },
          {
            order_id: x(`o${String(index).padStart(2, '0')}`),
            total: '1.00',
          },
        ),
      ),
      expect: [
        answer(
          `SELECT uniqExact(person_id) AS people, count() AS orders, countIf(new_customer) AS new
           FROM orders_current WHERE order_id LIKE '${x.prefix}%'`,
          [{ people: 1, orders: 60, new: 1 }],
        ),
        orderRow(x, 'o00', { new_customer: 1 }),
      ],
    }),
  ),
  example('a shared neighbour still counts: nothing is judged twice', [once], (x) => ({
    events: [
      // a1 is shared by two users. k hangs on a1 and a2 and is shared too, though a1 joins nothing.
      identify(x('e1'), at(0), { anonymous_id: x('a1'), user_id: x('u1') }),
      identify(x('e2'), at(0), { anonymous_id: x('a1'), user_id: x('u2') }),
      identify(x('e3'), at(0), { anonymous_id: x('a1'), click_id: x('k') }),
      identify(x('e4'), at(0), { anonymous_id: x('a2'), click_id: x('k') }),
    ],
    expect: [
      persons(x, [
        ['anonymous_id:a1*'],
        ['user_id:u1'],
        ['user_id:u2'],
        ['click_id:k*'],
        ['anonymous_id:a2'],
      ]),
    ],
  })),
  example('sharing is judged after unlinks', [once, unlinked], (x) => ({
    events: [
      identify(x('e1'), at(0), { anonymous_id: x('a'), user_id: x('u1') }),
      identify(x('e2'), at(0), { anonymous_id: x('a'), user_id: x('u2') }),
      unlink(x('e3'), at(0), { anonymous_id: x('a'), user_id: x('u2') }),
    ],
    expect: [persons(x, [['anonymous_id:a', 'user_id:u1'], ['user_id:u2']])],
  })),
  example(
    'an event belongs to its strongest identifier, shared or not',
    [strongest, joinsNothing],
    (x) => ({
      events: [
        identify(x('e1'), at(0), { anonymous_id: x('kiosk'), user_id: x('u1') }),
        identify(x('e2'), at(0), { anonymous_id: x('kiosk'), user_id: x('u2') }),
        click(x('at kiosk'), at(1), { anonymous_id: x('kiosk'), click_id: x('k') }),
        click(x('by u1'), at(1), { anonymous_id: x('kiosk'), user_id: x('u1') }),
        purchase(x('f1'), at(2), { user_id: x('u1') }, { order_id: x('o1'), total: '1.00' }),
        purchase(
          x('f2'),
          at(2),
          { anonymous_id: x('kiosk') },
          { order_id: x('o2'), total: '2.00' },
        ),
      ],
      expect: [
        touchpointPerson(x, 'at kiosk', ['anonymous_id:kiosk*']),
        touchpointPerson(x, 'by u1', ['user_id:u1', 'order_id:o1']),
        // The order is a person of its own: the kiosk does not join it.
        orderPerson(x, 'o2', ['order_id:o2']),
        linear(x, 'o1', { 'by u1': 100 }),
        linear(x, 'o2', { unattributed: 200 }),
      ],
    }),
  ),
  example('from the strongest identifier to the weakest', [strongest], (x) => {
    const all: readonly (readonly [string, string])[] = [
      ['user_id', x('u')],
      ['customer_id', x('c')],
      ['email', x.email('ada')],
      ['phone', x.phone(1)],
      ['handle', x.handle('ada')],
      ['anonymous_id', x('a')],
      ['click_id', x('k')],
    ];
    const weakest = all.map(([type], index) =>
      click(x(`${index} ${type}`), at(0), Object.fromEntries(all.slice(index).reverse())),
    );
    return {
      events: [
        ...weakest,
        click(x('order_id'), at(0), Object.fromEntries(all), { order: { order_id: x('o') } }),
      ],
      expect: [
        answer(
          `SELECT event_id, identifier_type FROM events_current
           WHERE event_id LIKE '${x.prefix}%' ORDER BY event_id`,
          [
            ...all.map(([type], index) => ({
              event_id: `${index} ${type}`,
              identifier_type: type,
            })),
            { event_id: 'order_id', identifier_type: 'order_id' },
          ],
        ),
      ],
    };
  }),
  example(
    'a later link takes apart what had been joined, and orders are attributed anew',
    [laterLink],
    (x) => [
      {
        events: [
          click(x('c'), at(0), { anonymous_id: x('a') }),
          identify(x('e1'), at(0), { anonymous_id: x('a'), user_id: x('u1') }),
          purchase(x('e2'), at(1), { user_id: x('u1') }, { order_id: x('o'), total: '9.99' }),
        ],
        expect: [
          persons(x, [['anonymous_id:a', 'user_id:u1', 'order_id:o']]),
          everyModel(x, 'o', { c: 999 }),
          orderRow(x, 'o', { new_customer: 1 }),
        ],
      },
      {
        events: [identify(x('e3'), at(2), { anonymous_id: x('a'), user_id: x('u2') })],
        expect: [
          persons(x, [['anonymous_id:a*'], ['user_id:u1', 'order_id:o'], ['user_id:u2']]),
          everyModel(x, 'o', { unattributed: 999 }),
          touchpointPerson(x, 'c', ['anonymous_id:a*']),
        ],
      },
      {
        events: [unlink(x('e4'), at(3), { anonymous_id: x('a'), user_id: x('u2') })],
        expect: [
          persons(x, [['anonymous_id:a', 'user_id:u1', 'order_id:o'], ['user_id:u2']]),
          everyModel(x, 'o', { c: 999 }),
        ],
      },
    ],
  ),
  example(
    'a person is named by its members alone',
    ["`person_id` depends on the component's members alone."],
    (x) => [
      {
        events: [identify(x('e1'), at(0), { user_id: x('u'), anonymous_id: x('a') })],
        expect: [persons(x, [['user_id:u', 'anonymous_id:a']])],
      },
      {
        // Apart, and together again by another way: the suite also compares the names between
        // products that saw all this in different orders.
        events: [
          identify(x('e2'), at(0), { user_id: x('u'), email: x.email('ada') }),
          identify(x('e3'), at(0), { anonymous_id: x('a'), email: x.email('ada') }),
          unlink(x('e4'), at(0), { user_id: x('u'), anonymous_id: x('a') }),
        ],
        expect: [
          persons(x, [['user_id:u', 'anonymous_id:a', 'email:ada']]),
          answer(
            `SELECT countIf(person_id = '') AS without FROM identities_current
             WHERE identifier LIKE '${x.prefix}%'`,
            [{ without: 0 }],
          ),
        ],
      },
    ],
  ),
  example('an unlinked pair stays apart, whatever comes later', [unlinked], (x) => [
    {
      events: [
        click(x('c1'), at(0), { user_id: x('u'), anonymous_id: x('a') }),
        purchase(x('e'), at(2), { anonymous_id: x('a') }, { order_id: x('o'), total: '4.00' }),
        click(x('c2'), at(1), { user_id: x('u') }),
      ],
      expect: [linear(x, 'o', { c1: 200, c2: 200 })],
    },
    {
      events: [unlink(x('f'), at(3), { anonymous_id: x('a'), user_id: x('u') })],
      expect: [
        persons(x, [['user_id:u'], ['anonymous_id:a', 'order_id:o']]),
        linear(x, 'o', { unattributed: 400 }),
      ],
    },
    {
      events: [click(x('c3'), at(0), { user_id: x('u'), anonymous_id: x('a') })],
      expect: [
        persons(x, [['user_id:u'], ['anonymous_id:a', 'order_id:o']]),
        linear(x, 'o', { unattributed: 400 }),
      ],
    },
  ]),
  example(
    'an order is unlinked by its order',
    ['(an order by `"order": {"order_id"}`)', '"type": "unlink", "identifiers": {two}'],
    (x) => ({
      events: [
        click(x('c'), at(0), { user_id: x('u') }),
        purchase(x('e'), at(1), { user_id: x('u') }, { order_id: x('o1'), total: '4.00' }),
        purchase(x('f'), at(2), { user_id: x('u') }, { order_id: x('o2'), total: '6.00' }),
        unlink(x('g'), at(3), { user_id: x('u') }, { order: { order_id: x('o1') } }),
      ],
      expect: [
        persons(x, [['user_id:u', 'order_id:o2'], ['order_id:o1']]),
        linear(x, 'o1', { unattributed: 400 }),
        linear(x, 'o2', { c: 600 }),
        orderRow(x, 'o1', { new_customer: 0 }),
        orderRow(x, 'o2', { new_customer: 1 }),
      ],
    }),
  ),
  example(
    'without identifiers an event is of nobody',
    ['An event with no usable identifier belongs to nobody.', 'kept with an empty `person_id`.'],
    (x) => ({
      events: [
        click(x('c1'), at(0), {}),
        click(x('c2'), at(0), { user_id: 'undefined' }),
        click(x('c3'), at(0), { user_id: x('u') }),
        entry('campaign', x('k'), at(0), { campaign_id: x('c') }),
      ],
      expect: [
        touchpointRow(x, 'c1', { person_id: '' }),
        touchpointRow(x, 'c2', { person_id: '' }),
        touchpointPerson(x, 'c3', ['user_id:u']),
      ],
    }),
  ),
  example(
    'an order of fifty-one people is shared: it is attributed alone',
    ['any identifier directly linked to more than 50 strong ones, orders not counted.', strongest],
    (x) => ({
      events: [
        ...Array.from({ length: 51 }, (_, index) =>
          identify(
            x(`i ${index}`),
            at(0),
            { user_id: x(`u${index}`) },
            {
              order: { order_id: x('o') },
            },
          ),
        ),
        click(x('c'), at(0), { user_id: x('u0') }),
        click(x('own'), at(0), {}, { order: { order_id: x('o') } }),
        purchase(x('e'), at(1), { user_id: x('u0') }, { order_id: x('o'), total: '3.00' }),
      ],
      expect: [
        orderPerson(x, 'o', ['order_id:o*']),
        linear(x, 'o', { own: 300 }),
        touchpointPerson(x, 'c', ['user_id:u0']),
        orderRow(x, 'o', { new_customer: 0 }),
      ],
    }),
  ),
  example('a person of many clicks moves whole, there and back', [laterLink, unlinked], (x) => [
    {
      events: [
        ...Array.from({ length: 300 }, (_, index) =>
          click(x(`c${index}`), at(0, index), { anonymous_id: x('a') }),
        ),
        ...[0, 1, 2].map((index) =>
          purchase(
            x(`e${index}`),
            at(1, index),
            { user_id: x('u') },
            {
              order_id: x(`o${index}`),
              total: '3.00',
            },
          ),
        ),
      ],
      expect: [everyModel(x, 'o0', { unattributed: 300 })],
    },
    {
      events: [identify(x('i'), at(0), { user_id: x('u'), anonymous_id: x('a') })],
      expect: [
        answer(
          `SELECT count() AS n, min(credit) AS least, max(credit) AS most FROM credits_current
             WHERE order_id = '${x('o2')}' AND model = 'linear'`,
          [{ n: 300, least: 1, most: 1 }],
        ),
      ],
    },
    {
      events: [identify(x('j'), at(0), { user_id: x('v'), anonymous_id: x('a') })],
      expect: [0, 1, 2].map((index) => everyModel(x, `o${index}`, { unattributed: 300 })),
    },
  ]),
];
