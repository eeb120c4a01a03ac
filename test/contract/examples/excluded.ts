/** Section 3.10: bots, and people who did not agree. */
import { example } from '../example.js';
import { at, click, identify, interaction, page, purchase, view } from '../incoming.js';
import {
  answer,
  count,
  eventRow,
  everyModel,
  linear,
  orderPerson,
  orderRow,
  persons,
  touchpointPerson,
  touchpointRow,
} from '../questions.js';

const bots = '**Excluded**: bots (declared crawlers and link previews by `user_agent`';
const botOrder = "(a bot's purchase is an order of nobody's)";
const agent = "the agent is the event's `user_agent`, else that of a write key's request.";
const consent = 'Without `consent.analytics` (explicit false, or `Sec-GPC: 1`';
const counts = 'the event still counts in aggregates.';

const crawler = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const preview = 'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)';
const slack = 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)';
const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const inApp =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
  'Mobile/15E148 Instagram 325.0.3.34.90 (iPhone14,5; iOS 17_4; en_GB)';
const refused = { consent: { analytics: false, marketing: true } };

export const excluded = [
  example('bots are kept, but are no touchpoints and join nobody', [bots], (x) => ({
    events: [
      click(
        x('crawler'),
        at(0),
        { user_id: x('u'), anonymous_id: x('a') },
        { user_agent: crawler },
      ),
      view(x('preview'), at(0), { user_id: x('u') }, { user_agent: preview }),
      interaction(x('slack'), at(0), { user_id: x('u') }, { user_agent: slack }),
      page(
        x('page'),
        at(0),
        { user_id: x('u') },
        {
          user_agent: crawler,
          properties: { session_start: true },
        },
      ),
      click(x('browser'), at(0), { user_id: x('u') }, { user_agent: browser }),
      click(x('in app'), at(0), { user_id: x('u') }, { user_agent: inApp }),
      click(x('no agent'), at(0), { user_id: x('u') }, { user_agent: '' }),
      purchase(x('e'), at(1), { user_id: x('u') }, { order_id: x('o'), total: '3.00' }),
    ],
    expect: [
      persons(x, [['user_id:u', 'order_id:o']]),
      linear(x, 'o', { browser: 100, 'in app': 100, 'no agent': 100 }),
      answer(
        `SELECT event_id FROM events_current
         WHERE event_id LIKE '${x.prefix}%' AND bot ORDER BY event_id`,
        [
          { event_id: 'crawler' },
          { event_id: 'page' },
          { event_id: 'preview' },
          { event_id: 'slack' },
        ],
      ),
      count('touchpoints_current', `touchpoint_id LIKE '${x.prefix}%'`, 3),
    ],
  })),
  example("a bot's purchase is an order of nobody's", [botOrder], (x) => ({
    events: [
      click(x('c'), at(0), { user_id: x('u') }),
      purchase(
        x('e'),
        at(1),
        { user_id: x('u') },
        { order_id: x('o'), total: '3.00' },
        {
          user_agent: crawler,
        },
      ),
    ],
    expect: [
      orderRow(x, 'o', { person_id: '', gross: 300, net: 300, new_customer: 0 }),
      everyModel(x, 'o', { unattributed: 300 }),
    ],
  })),
  example("an order that a bot and its buyer both sent is the buyer's", [botOrder], (x) => ({
    events: [
      purchase(x('e'), at(1), { user_id: x('u') }, { order_id: x('o'), total: '3.00' }),
      click(x('c'), at(0), { user_id: x('u') }),
    ],
    pixel: [
      purchase(x('bot'), at(1), { user_id: x('v') }, { order_id: x('o') }, { user_agent: crawler }),
    ],
    expect: [
      orderPerson(x, 'o', ['order_id:o', 'user_id:u']),
      persons(x, [['order_id:o', 'user_id:u']]),
      everyModel(x, 'o', { c: 300 }),
    ],
  })),
  example('the agent of a pixel is that of its request', [agent], (x) => ({
    headers: { 'user-agent': crawler },
    pixel: [
      click(x('request'), at(0), { user_id: x('u1') }),
      click(x('own'), at(0), { user_id: x('u2') }, { user_agent: browser }),
    ],
    // A server's own agent says nothing about its customers.
    events: [
      click(x('server'), at(0), { user_id: x('u3') }),
      click(x('stated'), at(0), { user_id: x('u4') }, { user_agent: preview }),
    ],
    expect: [
      answer(
        `SELECT event_id, bot FROM events_current
         WHERE event_id LIKE '${x.prefix}%' ORDER BY event_id`,
        [
          { event_id: 'own', bot: 0 },
          { event_id: 'request', bot: 1 },
          { event_id: 'server', bot: 0 },
          { event_id: 'stated', bot: 1 },
        ],
      ),
      persons(x, [['user_id:u2'], ['user_id:u3']]),
    ],
  })),
  example(
    'what a browser fetches in advance was seen by nobody',
    ['HEAD and prefetch requests'],
    (x) => ({
      headers: { 'sec-purpose': 'prefetch;prerender', 'user-agent': browser },
      pixel: [view(x('v'), at(0), { user_id: x('u') })],
      expect: [
        eventRow(x, 'v', { bot: 1 }),
        count('touchpoints_current', `touchpoint_id = '${x('v')}'`, 0),
      ],
    }),
  ),
  example(
    'without consent an event keeps no identifier but its order, and still counts',
    [consent, counts],
    (x) => ({
      events: [
        click(x('c1'), at(0), { user_id: x('u'), email: x.email('ada') }, refused),
        click(x('c2'), at(0), { user_id: x('u') }, { consent: { marketing: false } }),
        click(x('c3'), at(0), { user_id: x('u') }),
        identify(x('i'), at(0), { user_id: x('u'), anonymous_id: x('a') }, refused),
        page(
          x('p'),
          at(0),
          {},
          {
            ...refused,
            page: { url: `https://shop.example/?gclid=${x('g')}` },
          },
        ),
        purchase(
          x('e1'),
          at(1),
          { user_id: x('u') },
          { order_id: x('o1'), total: '3.00' },
          refused,
        ),
        purchase(x('e2'), at(1), { user_id: x('u') }, { order_id: x('o2'), total: '4.00' }),
      ],
      expect: [
        persons(x, [['user_id:u', 'order_id:o2'], ['order_id:o1']]),
        touchpointRow(x, 'c1', { person_id: '' }),
        touchpointPerson(x, 'c3', ['user_id:u', 'order_id:o2']),
        linear(x, 'o2', { c2: 200, c3: 200 }),
        linear(x, 'o1', { unattributed: 300 }),
        orderPerson(x, 'o1', ['order_id:o1']),
        orderRow(x, 'o1', { gross: 300, new_customer: 0 }),
        answer(
          `SELECT event_id, identifier_type FROM events_current
           WHERE event_id LIKE '${x.prefix}%' AND identifier = '' ORDER BY event_id`,
          [
            { event_id: 'c1', identifier_type: '' },
            { event_id: 'i', identifier_type: '' },
            { event_id: 'p', identifier_type: '' },
          ],
        ),
      ],
    }),
  ),
  example('Sec-GPC on a pixel counts whatever the event says', [consent], (x) => ({
    headers: { 'sec-gpc': '1', 'user-agent': browser },
    pixel: [
      click(x('pixel'), at(0), { user_id: x('u1') }, { consent: { analytics: true } }),
      purchase(x('order'), at(0), { user_id: x('u1') }, { order_id: x('o'), total: '1.00' }),
    ],
    events: [click(x('server'), at(0), { user_id: x('u2') })],
    expect: [
      persons(x, [['user_id:u2'], ['order_id:o']]),
      touchpointRow(x, 'pixel', { person_id: '' }),
    ],
  })),
  example('Sec-GPC of another value says nothing', [consent], (x) => ({
    headers: { 'sec-gpc': '0', 'user-agent': browser },
    pixel: [click(x('pixel'), at(0), { user_id: x('u') })],
    expect: [touchpointPerson(x, 'pixel', ['user_id:u'])],
  })),
];
