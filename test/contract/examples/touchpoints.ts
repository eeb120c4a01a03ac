/** Section 3.2 and 3.4: what is a touchpoint, and where it came from. */
import { example, type Names } from '../example.js';
import {
  at,
  click,
  entry,
  identify,
  interaction,
  lead,
  page,
  purchase,
  view,
} from '../incoming.js';
import { answer, count, credits, linear, persons, touchpointRow } from '../questions.js';

const touchpoint = '**Touchpoint**: an event of type `view`, `click` or `interaction`';
const adClicks = 'or an ad click id in `page.url` (gclid, gbraid, wbraid, dclid, fbclid';
const external = 'an external referrer (its host without `www.` is neither that of `page.url`';
const fromUrl = 'When it states no `click_id`, the url of any event with a `page` gives it';
const order = 'else `<parameter>:<value>` of the first ad click id in the order above';
const derived = 'else they are derived from utm, click ids and referrer.';
const direct = 'Only a `page` with none of these has medium `direct`';
const owners =
  "`influencer_id` and `campaign_id`: the event's own, else its link's, else its post's";
const parameters = [
  'gclid',
  'gbraid',
  'wbraid',
  'dclid',
  'fbclid',
  'msclkid',
  'ttclid',
  'twclid',
  'li_fat_id',
  'rdt_cid',
  'epik',
  'ScCid',
  'yclid',
];

const shop = 'https://shop.example/';
/** The example's touchpoints, each once. */
function only(x: Names, ids: readonly string[]) {
  return answer(
    `SELECT touchpoint_id FROM touchpoints_current
     WHERE touchpoint_id LIKE '${x.prefix}%' ORDER BY touchpoint_id`,
    [...ids].sort().map((id) => ({ touchpoint_id: id })),
  );
}
/** The click_ids kept of an example's events that carry nothing stronger. */
function clickIds(x: Names, expected: Readonly<Record<string, string>>) {
  return answer(
    `SELECT event_id, identifier_type, identifier FROM events_current
     WHERE event_id LIKE '${x.prefix}%' ORDER BY event_id`,
    Object.entries(expected)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, value]) => ({
        event_id: id,
        identifier_type: value === '' ? '' : 'click_id',
        identifier: value,
      })),
  );
}
const visit = (x: Names, id: string, url: string, more: object = {}, referrer?: string) =>
  page(x(id), at(0), {}, { page: referrer === undefined ? { url } : { url, referrer }, ...more });

export const touchpoints = [
  example(
    'views, clicks and interactions are touchpoints; leads, identifications, purchases are not',
    [touchpoint, '`touchpoint_id` is the `event_id`.'],
    (x) => ({
      events: [
        view(x('view'), at(0)),
        click(x('click'), at(0)),
        interaction(x('interaction'), at(0), {}),
        lead(x('lead'), at(0)),
        identify(x('identify'), at(0), { user_id: x('u') }),
        purchase(x('purchase'), at(0), {}, { order_id: x('o'), total: '1.00' }),
        page(x('page'), at(0)),
      ],
      expect: [
        only(x, ['view', 'click', 'interaction']),
        touchpointRow(x, 'view', { type: 'view' }),
        touchpointRow(x, 'interaction', { type: 'interaction' }),
      ],
    }),
  ),
  example('a page that begins a visit is a touchpoint', [touchpoint, external], (x) => ({
    events: [
      visit(x, 'start', shop, { properties: { session_start: true } }),
      visit(x, 'no start', shop, { properties: { session_start: false } }),
      visit(x, 'external', shop, {}, 'https://blog.example/'),
      visit(x, 'subdomain', shop, {}, 'https://blog.shop.example/'),
      visit(x, 'same', shop, {}, 'https://shop.example/boots'),
      visit(x, 'www there', shop, {}, 'https://www.shop.example/'),
      visit(x, 'www here', 'https://www.shop.example/', {}, 'https://shop.example/'),
      visit(x, 'own domain', shop, {}, 'https://www.other-own.example/pay'),
      visit(x, 'upper', shop, {}, 'https://SHOP.example/'),
      visit(x, 'utm stated', shop, { utm: { source: 'newsletter' } }),
      visit(x, 'utm in url', `${shop}?utm_campaign=spring`),
      visit(x, 'query', `${shop}?utmost=1&glid=2`),
    ],
    expect: [only(x, ['start', 'external', 'subdomain', 'utm stated', 'utm in url'])],
  })),
  example('each ad click id begins a visit and is a click_id', [adClicks, order], (x) => ({
    events: parameters.map((name) => visit(x, name, `${shop}?a=1&${name}=${x('v')}#top`)),
    expect: [
      only(x, parameters),
      clickIds(x, Object.fromEntries(parameters.map((name) => [name, `${name}:v`]))),
    ],
  })),
  example(
    'the first ad click id in the order of the list counts, not of the url',
    [fromUrl, order],
    (x) => ({
      events: [
        ...parameters
          .slice(1)
          .map((name, index) =>
            visit(x, name, `${shop}?${name}=${x('late')}&${parameters[index]}=${x('early')}`),
          ),
        visit(x, 'rosi', `${shop}?gclid=${x('g')}&rosi_click=${x('r')}`),
        visit(x, 'stated', `${shop}?gclid=${x('g')}&rosi_click=${x('r')}`, {
          identifiers: { click_id: x('own') },
        }),
      ],
      expect: [
        clickIds(x, {
          ...Object.fromEntries(
            parameters.slice(1).map((name, index) => [name, `${parameters[index]}:early`]),
          ),
          rosi: 'r',
          stated: 'own',
        }),
      ],
    }),
  ),
  example(
    'any event with a page has its click id; values are decoded as query parameters',
    [fromUrl, 'values are decoded as query parameters.'],
    (x) => ({
      events: [
        lead(x('lead'), at(0), {}, { page: { url: `${shop}?gclid=${x('a')}%2Bb+c%3D` } }),
        click(x('click'), at(0), {}, { page: { url: `${shop}?rosi_click=${x('k')}%3A%C3%A9` } }),
        // The referrer's parameters are not the page's.
        lead(
          x('referrer'),
          at(0),
          {},
          {
            page: { url: shop, referrer: `https://shop.example/?gclid=${x('x')}` },
          },
        ),
      ],
      expect: [clickIds(x, { lead: 'gclid:a+b c=', click: 'k:é', referrer: '' })],
    }),
  ),
  example(
    'the page after a tracked link joins the click and is no touchpoint itself',
    ['A page whose url carries `rosi_click` (put there by a tracked link) is no touchpoint'],
    (x) => ({
      events: [
        click(x('c'), at(0), { click_id: x('k') }),
        page(
          x('p'),
          at(0, 5),
          { anonymous_id: x('a') },
          {
            page: {
              url: `${shop}?rosi_click=${x('k')}&utm_source=x`,
              referrer: 'https://blog.example',
            },
            properties: { session_start: true },
          },
        ),
        purchase(x('e'), at(1), { anonymous_id: x('a') }, { order_id: x('o'), total: '1.00' }),
      ],
      expect: [
        only(x, ['c']),
        linear(x, 'o', { c: 100 }),
        persons(x, [['click_id:k', 'anonymous_id:a', 'order_id:o']]),
      ],
    }),
  ),
  example(
    'utm is read from the url as a whole, or not at all',
    [
      '`utm` as a whole is read from `page.url` when the event states none.',
      '"utm": {"source": "…", "medium": "…", "campaign"',
    ],
    (x) => {
      const url = `${shop}?utm_source=newsletter&utm_medium=email&utm_campaign=${x('url')}`;
      return {
        events: [
          visit(x, 'read', url),
          visit(x, 'stated', url, { utm: { campaign: x('own') } }),
          visit(x, 'half', url, { utm: { source: 'newsletter', medium: 'cpc' } }),
        ],
        expect: [
          touchpointRow(x, 'read', { medium: 'email', campaign_id: 'url' }),
          touchpointRow(x, 'stated', { campaign_id: 'own' }),
          touchpointRow(x, 'half', { medium: 'cpc', campaign_id: '' }),
          answer(
            `SELECT medium != 'email' AS other FROM touchpoints_current
             WHERE touchpoint_id = '${x('stated')}'`,
            [{ other: 1 }],
          ),
        ],
      };
    },
  ),
  example(
    'stated dimensions win, derived ones fill in',
    ['**Dimensions**: a stated `platform`, `medium`, `media_type` wins;', derived],
    (x) => {
      const url = `${shop}?utm_source=newsletter&utm_medium=email`;
      return {
        events: [
          visit(x, 'derived', url),
          visit(x, 'stated', url, { medium: 'social', platform: 'mastodon', media_type: 'owned' }),
          visit(x, 'one', url, { media_type: 'earned' }),
          visit(x, 'search', shop, {}, 'https://www.google.com/'),
          visit(x, 'ad', `${shop}?gclid=${x('g')}`),
          visit(x, 'site', shop, {}, 'https://some-blog.example/'),
          visit(x, 'network', shop, {}, 'https://www.facebook.com/'),
        ],
        expect: [
          touchpointRow(x, 'derived', { medium: 'email' }),
          touchpointRow(x, 'stated', {
            medium: 'social',
            platform: 'mastodon',
            media_type: 'owned',
          }),
          touchpointRow(x, 'one', { medium: 'email', media_type: 'earned' }),
          touchpointRow(x, 'search', { medium: 'organic', platform: 'google' }),
          touchpointRow(x, 'ad', { medium: 'cpc', platform: 'google', media_type: 'paid' }),
          touchpointRow(x, 'site', { medium: 'referral' }),
          touchpointRow(x, 'network', { medium: 'social', platform: 'facebook' }),
        ],
      };
    },
  ),
  example('only a page that came from nowhere is direct', [direct], (x) => {
    const start = { properties: { session_start: true } };
    return {
      events: [
        visit(x, 'nothing', shop, start),
        visit(x, 'click id', shop, { ...start, identifiers: { click_id: x('k') } }),
        visit(x, 'internal', shop, start, 'https://www.shop.example/boots'),
        visit(x, 'external', shop, start, 'https://some-blog.example/'),
        visit(x, 'utm', `${shop}?utm_source=s`, start),
        visit(x, 'ad', `${shop}?yclid=${x('y')}`, start),
        click(x('click'), at(0)),
        view(x('view'), at(0)),
        interaction(x('like'), at(0), {}),
      ],
      expect: [
        answer(
          `SELECT touchpoint_id FROM touchpoints_current
           WHERE touchpoint_id LIKE '${x.prefix}%' AND medium = 'direct' ORDER BY touchpoint_id`,
          [
            { touchpoint_id: 'click id' },
            { touchpoint_id: 'internal' },
            { touchpoint_id: 'nothing' },
          ],
        ),
        count('touchpoints_current', `touchpoint_id LIKE '${x.prefix}%'`, 9),
        touchpointRow(x, 'click', { medium: '' }),
      ],
    };
  }),
  example(
    'the row of what nobody earned has empty dimensions',
    ['The `unattributed` row has empty dimensions.', 'goes to touchpoint id `unattributed`'],
    (x) => ({
      events: [
        // The purchase's own dimensions are not a touchpoint's.
        purchase(
          x('e'),
          at(0),
          { user_id: x('u') },
          { order_id: x('o'), total: '1.00' },
          {
            platform: 'mastodon',
            medium: 'social',
            media_type: 'owned',
            post_id: x('p'),
            influencer_id: x('i'),
            campaign_id: x('c'),
          },
        ),
      ],
      expect: [
        answer(
          `SELECT DISTINCT touchpoint_id, platform, medium, media_type, post_id, influencer_id,
             campaign_id, credit, share, count() OVER () AS models
           FROM credits_current WHERE order_id = '${x('o')}'`,
          [
            {
              touchpoint_id: 'unattributed',
              platform: '',
              medium: '',
              media_type: '',
              post_id: '',
              influencer_id: '',
              campaign_id: '',
              credit: 100,
              share: 1,
              models: 6,
            },
          ],
        ),
      ],
    }),
  ),
  example(
    "influencer and campaign: the event's own, the link's, the post's, the utm's",
    [owners, '`post_id` and `program_id`: the event'],
    (x) => {
      const link = (id: string, body: object) =>
        entry('link', x(`link ${id}`), at(0), { link_id: x(id), url: shop, ...body });
      const post = (id: string, body: object) =>
        entry('post', x(`post ${id}`), at(0), {
          post_id: x(id),
          platform: 'mastodon',
          published_at: at(0),
          ...body,
        });
      const by = (kind: string) => ({
        influencer_id: x(`i of ${kind}`),
        campaign_id: x(`c of ${kind}`),
      });
      const utm = { source: 's', campaign: x('c of utm') };
      const seen = (id: string, more: Readonly<Record<string, unknown>>) =>
        click(x(id), at(0), {}, more);
      return {
        events: [
          link('full', { post_id: x('full'), program_id: x('r of link'), ...by('link') }),
          link('to post', { post_id: x('full') }),
          link('empty', {}),
          post('full', by('post')),
          post('empty', {}),
          seen('own', {
            link_id: x('full'),
            post_id: x('full'),
            program_id: x('r'),
            ...by('event'),
            utm,
          }),
          seen('by link', { link_id: x('full'), post_id: x('other'), utm }),
          seen('by post of link', { link_id: x('to post'), utm }),
          seen('by post', { link_id: x('full'), post_id: x('full'), campaign_id: x('c of event') }),
          seen('by own post', { link_id: x('empty'), post_id: x('full'), utm }),
          seen('by utm', { link_id: x('empty'), post_id: x('empty'), utm }),
          seen('unknown', { link_id: x('nowhere'), post_id: x('nowhere') }),
        ],
        expect: [
          touchpointRow(x, 'own', {
            post_id: 'full',
            influencer_id: 'i of event',
            campaign_id: 'c of event',
            program_id: 'r',
          }),
          touchpointRow(x, 'by link', {
            post_id: 'other',
            influencer_id: 'i of link',
            campaign_id: 'c of link',
            program_id: 'r of link',
          }),
          touchpointRow(x, 'by post of link', {
            post_id: 'full',
            influencer_id: 'i of post',
            campaign_id: 'c of post',
            program_id: '',
          }),
          touchpointRow(x, 'by post', {
            influencer_id: 'i of link',
            campaign_id: 'c of event',
          }),
          touchpointRow(x, 'by own post', {
            post_id: 'full',
            influencer_id: 'i of post',
            campaign_id: 'c of post',
          }),
          touchpointRow(x, 'by utm', { influencer_id: '', campaign_id: 'c of utm' }),
          touchpointRow(x, 'unknown', { post_id: 'nowhere', influencer_id: '', campaign_id: '' }),
        ],
      };
    },
  ),
  example(
    'the catalogue counts as it is when read',
    ['All by the catalogue as it is when read.'],
    (x) => {
      const link = (id: string, days: number, body: object) =>
        entry('link', x(id), at(days), { link_id: x('l'), url: shop, ...body });
      const asked = (influencer: string, campaign: string) => [
        touchpointRow(x, 'c', { influencer_id: influencer, campaign_id: campaign }),
        answer(
          `SELECT DISTINCT influencer_id, campaign_id FROM credits_current
           WHERE order_id = '${x('o')}'`,
          [{ influencer_id: influencer, campaign_id: campaign }],
        ),
      ];
      return [
        {
          events: [
            click(x('c'), at(1), { user_id: x('u') }, { link_id: x('l') }),
            purchase(x('e'), at(2), { user_id: x('u') }, { order_id: x('o'), total: '1.00' }),
            link('v1', 0, { influencer_id: x('i1') }),
          ],
          expect: asked('i1', ''),
        },
        { events: [link('v2', 90, { campaign_id: x('k2') })], expect: asked('', 'k2') },
        // An older version, late, changes nothing.
        { events: [link('v0', 30, { influencer_id: x('i0') })], expect: asked('', 'k2') },
      ];
    },
  ),
  example(
    'direct gives way to anything else',
    ['The others ignore `direct` unless nothing else is eligible'],
    (x) => ({
      events: [
        page(x('d'), at(0, 9), { user_id: x('u') }, { properties: { session_start: true } }),
        view(x('v'), at(0), { user_id: x('u') }),
        purchase(x('e'), at(1, -1), { user_id: x('u') }, { order_id: x('o1'), total: '1.00' }),
        // A day on, the view is past its window and direct is all there is.
        purchase(x('f'), at(1), { user_id: x('u') }, { order_id: x('o2'), total: '1.00' }),
      ],
      expect: [
        credits(x, 'o1', {
          first_touch: { v: 100 },
          last_touch: { d: 100 },
          last_non_direct: { v: 100 },
          linear: { v: 100 },
          position_based: { v: 100 },
          time_decay: { v: 100 },
        }),
        credits(x, 'o2', {
          first_touch: { d: 100 },
          last_touch: { d: 100 },
          last_non_direct: { d: 100 },
          linear: { d: 100 },
          position_based: { d: 100 },
          time_decay: { d: 100 },
        }),
      ],
    }),
  ),
];
