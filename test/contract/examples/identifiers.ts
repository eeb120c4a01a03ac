/** Section 2, identifiers: normalised, hashed or dropped; personal data masked. */
import { example } from '../example.js';
import { at, click, identify, interaction, page, purchase } from '../incoming.js';
import { answer, eventRow, orderRow, persons, touchpointRow } from '../questions.js';

const unusable = 'An identifier that is empty, longer than 256 characters, a phone not in E.164';
const words = ['null', 'undefined', 'none', '0', 'guest', 'anonymous', 'unknown', 'test@test.com'];
const masked = 'e-mail addresses and phone numbers inside urls, text and properties are masked';

export const identifiers = [
  example('identifiers are trimmed', ['**Identifiers** are trimmed;'], (x) => ({
    events: [
      identify(x('e1'), at(0), { user_id: `  ${x('u')}\t`, anonymous_id: x('a') }),
      identify(x('e2'), at(0), { user_id: x('u'), click_id: `${x('k')} ` }),
      // Only the ends: a space inside is part of the name.
      identify(x('e3'), at(0), { user_id: x('u  2') }),
    ],
    expect: [persons(x, [['user_id:u', 'anonymous_id:a', 'click_id:k'], ['user_id:u  2']])],
  })),
  example(
    'an integer is its text; any other value that is no text is dropped',
    ['an integer counts as its text, any other non-string is dropped and counted.'],
    (x) => ({
      events: [
        identify(x('integer'), at(0), { customer_id: 970_031 }),
        identify(x('fraction'), at(0), { customer_id: 1.5 }),
        identify(x('boolean'), at(0), { customer_id: true }),
        identify(x('null'), at(0), { customer_id: null }),
        identify(x('object'), at(0), { customer_id: { id: 'x' } }),
        identify(x('list'), at(0), { customer_id: ['x'] }),
      ],
      expect: [
        answer(
          `SELECT event_id, identifier_type, identifier FROM events_current
           WHERE event_id LIKE '${x.prefix}%' AND identifier != '' ORDER BY event_id`,
          [{ event_id: 'integer', identifier_type: 'customer_id', identifier: '970031' }],
        ),
        answer(`SELECT count() AS n FROM events_current WHERE event_id LIKE '${x.prefix}%'`, [
          { n: 6 },
        ]),
      ],
    }),
  ),
  example(
    'each type of identifier is taken',
    [
      '"identifiers": {',
      '"user_id": "u-7", "customer_id": "shopify:991"',
      '"handle": "mastodon:@ada@social.example", "anonymous_id": "a-1", "click_id": "k-77" }',
    ],
    (x) => ({
      events: [
        identify(x('e'), at(0), {
          user_id: x('u'),
          customer_id: `shopify:${x('991')}`,
          email: x.email('ada'),
          phone: x.phone(1),
          handle: x.handle('ada'),
          anonymous_id: x('a'),
          click_id: x('k'),
          shoe_size: x('42'),
        }),
      ],
      expect: [
        persons(x, [
          [
            'user_id:u',
            'customer_id:shopify:991',
            'email:ada',
            'phone:phone 1',
            'handle:mastodon:@ada@social.example',
            'anonymous_id:a',
            'click_id:k',
          ],
        ]),
      ],
    }),
  ),
  example(
    'e-mail addresses and handles are lower-cased, other identifiers are not',
    ['`email` and `handle` are lower-cased.'],
    (x) => ({
      events: [
        identify(x('e1'), at(0), { email: x.email('ada').toUpperCase(), user_id: x('Ada') }),
        identify(x('e2'), at(0), { email: ` ${x.email('ada')} `, user_id: x('ada') }),
        identify(x('e3'), at(0), { handle: x.handle('ADA'), customer_id: x('C') }),
        identify(x('e4'), at(0), { handle: x.handle('ada'), customer_id: x('c') }),
      ],
      expect: [
        persons(x, [
          ['email:ada', 'user_id:Ada', 'user_id:ada'],
          ['handle:mastodon:@ada@social.example', 'customer_id:C', 'customer_id:c'],
        ]),
      ],
    }),
  ),
  example(
    'e-mail addresses and phone numbers are kept as HMAC-SHA-256 of their normal form',
    ['are kept only as a keyed hash (HMAC-SHA-256 under the workspace'],
    (x) => {
      x.email('bob');
      return {
        events: [
          click(x('mail'), at(0), { email: `\t${x('Bob')}@Example.ORG` }),
          click(x('phone'), at(0), { phone: ` ${x.phone(2)} ` }),
        ],
        expect: [
          // The harness hashes by itself and knows the short names of its own hashes only.
          eventRow(x, 'mail', { identifier_type: 'email', identifier: 'bob' }),
          eventRow(x, 'phone', { identifier_type: 'phone', identifier: 'phone 2' }),
        ],
      };
    },
  ),
  example('addresses and numbers inside urls, text and properties are masked', [masked], (x) => ({
    events: [
      page(
        x('page'),
        at(0),
        { user_id: x('u') },
        {
          page: {
            url: `https://shop.example/?mail=${x('u')}%40hidden.example&p=%2B33698765432&utm_source=s`,
            referrer: `https://mail.example/${x('r')}@hidden.example`,
            title: `Hello ${x('t')}@hidden.example`,
          },
          properties: { note: `ask ${x('n')}@hidden.example`, deep: [{ call: '+33698765432' }] },
        },
      ),
      interaction(
        x('text'),
        at(0),
        { user_id: x('u') },
        {
          interaction: {
            kind: 'comment',
            text: `write to ${x('c')}@hidden.example or call +33698765432 please`,
          },
        },
      ),
    ],
    expect: [
      answer(
        `SELECT count() AS n, countIf(hasToken(written, 'hidden') OR written LIKE '%698765432%') AS clear,
             countIf(written LIKE '%write to %please%') AS text_stays,
             countIf(written LIKE '%utm_source=s%') AS url_stays
           FROM (SELECT concat(url, ' ', referrer, ' ', text, ' ', properties) AS written
                 FROM events_current WHERE event_id LIKE '${x.prefix}%')`,
        [{ n: 2, clear: 0, text_stays: 1, url_stays: 1 }],
      ),
    ],
  })),
  example('empty and over-long identifiers are dropped', [unusable, 'the event stays.'], (x) => ({
    events: [
      click(x('e0'), at(0), { user_id: '' }),
      click(x('e1'), at(0), { user_id: '   ' }),
      click(x('e2'), at(0), { user_id: x('').padEnd(256, 'é') }),
      click(x('e3'), at(0), { user_id: x('').padEnd(257, 'e') }),
      // The spaces around it do not count.
      click(x('e4'), at(0), { user_id: `  ${x('').padEnd(256, 'e')}  ` }),
      click(x('e5'), at(0), { user_id: '', anonymous_id: x('a') }),
    ],
    expect: [
      answer(
        `SELECT event_id, identifier_type, lengthUTF8(identifier) AS length FROM events_current
         WHERE event_id LIKE '${x.prefix}%' ORDER BY event_id`,
        [
          { event_id: 'e0', identifier_type: '', length: 0 },
          { event_id: 'e1', identifier_type: '', length: 0 },
          { event_id: 'e2', identifier_type: 'user_id', length: 256 },
          { event_id: 'e3', identifier_type: '', length: 0 },
          { event_id: 'e4', identifier_type: 'user_id', length: 256 },
          { event_id: 'e5', identifier_type: 'anonymous_id', length: x('a').length },
        ],
      ),
    ],
  })),
  example('a phone number that is not E.164 is dropped', [unusable], (x) => ({
    events: [
      click(x('national'), at(0), { phone: '0612345678' }),
      click(x('spaces'), at(0), { phone: '+33 6 12 34 56 78' }),
      click(x('zeros'), at(0), { phone: '0033612345678' }),
      click(x('long'), at(0), { phone: '+3361234567890123' }),
      click(x('leading zero'), at(0), { phone: '+0612345678' }),
      click(x('good'), at(0), { phone: x.phone(3) }),
    ],
    expect: [
      answer(
        `SELECT event_id FROM events_current
         WHERE event_id LIKE '${x.prefix}%' AND identifier != ''`,
        [{ event_id: 'good' }],
      ),
    ],
  })),
  ...['user_id', 'customer_id', 'email', 'handle', 'anonymous_id', 'click_id'].map((type) =>
    example(`no ${type} is a word for nobody`, [unusable, 'the event stays.'], (x) => ({
      events: words.flatMap((word, index) => [
        click(x(`lower ${index}`), at(0), { [type]: word }),
        click(x(`upper ${index}`), at(0), { [type]: ` ${word.toUpperCase()} ` }),
      ]),
      expect: [
        answer(
          `SELECT count() AS n, countIf(identifier_type != '' OR identifier != '') AS usable
           FROM events_current WHERE event_id LIKE '${x.prefix}%'`,
          [{ n: 16, usable: 0 }],
        ),
        answer(
          `SELECT count() AS n FROM touchpoints_current
           WHERE touchpoint_id LIKE '${x.prefix}%' AND person_id = ''`,
          [{ n: 16 }],
        ),
      ],
    })),
  ),
  example(
    'an order may have such a word for its id',
    ['`test@test.com` (not for `order_id`) is dropped and counted;'],
    (x) => ({
      events: [purchase(x('e'), at(0), { user_id: x('u') }, { order_id: 'Guest', total: '3.21' })],
      expect: [
        answer(`SELECT order_id, gross FROM orders_current WHERE order_id = 'Guest'`, [
          { order_id: 'Guest', gross: 321 },
        ]),
      ],
    }),
  ),
  example(
    'two people with the same word for nobody stay two',
    [unusable, 'the event stays.'],
    (x) => ({
      events: [
        identify(x('e1'), at(0), {
          user_id: x('u1'),
          email: 'test@test.com',
          anonymous_id: 'Null',
        }),
        identify(x('e2'), at(0), {
          user_id: x('u2'),
          email: 'TEST@test.com',
          anonymous_id: 'null',
        }),
        // Words that only contain one are names like any other.
        identify(x('e3'), at(0), { user_id: x('guest') }),
      ],
      expect: [persons(x, [['user_id:u1'], ['user_id:u2'], ['user_id:guest']])],
    }),
  ),
  example(
    'handles are shown',
    ['`handle`s are public names: shown, and erased on request.'],
    (x) => ({
      events: [click(x('c'), at(0), { handle: x.handle('Ada') })],
      expect: [
        eventRow(x, 'c', { identifier_type: 'handle', identifier: 'mastodon:@ada@social.example' }),
        touchpointRow(x, 'c', { type: 'click' }),
      ],
    }),
  ),
  example(
    'an address of the network is used, not kept',
    ['`ip` is used (country, rate limit) but never stored.', '"user_agent": "…", "ip": "…",'],
    (x) => ({
      events: [
        click(
          x('c'),
          at(0),
          { user_id: x('u') },
          { ip: '203.0.113.77', user_agent: 'Mozilla/5.0' },
        ),
        purchase(
          x('e'),
          at(1),
          { user_id: x('u') },
          { order_id: x('o'), total: '1.00' },
          {
            ip: '2001:db8::7777',
          },
        ),
      ],
      // That no table has it is checked over all tables at once, in the test of the suite.
      expect: [orderRow(x, 'o', { gross: 100 })],
    }),
  ),
];
