/** GET /l/:link_id as a browser, a preview and a stranger meet it, and what the log gets of it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@rosi/service-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { createApp } from '../app.js';
import {
  appFor,
  bearer,
  MemoryLog,
  optionsFor,
  secretKey,
  startedAt,
  until,
} from '../testing/fixture.js';
import { type ClickStore, openClickStore } from './click-store.js';
import type { LinksOptions, StoredLink } from './link-options.js';
import { hourMs } from './visitor.js';

const shoes: StoredLink = {
  linkId: 'shoes',
  url: 'https://shop.example/shoes?utm_source=mastodon&utm_medium=social',
  occurredAt: 1,
  eventId: 'e1',
};
const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
  'Version/17.5 Mobile/15E148 Safari/604.1';

let dir = '';
let store: ClickStore | null = null;
afterEach(async () => {
  await store?.stop();
  rmSync(dir, { recursive: true, force: true });
});

function linksFor(log: MemoryLog, tables: StoredLink[] = [shoes]) {
  dir = mkdtempSync(join(tmpdir(), 'rosi-clicks-'));
  store = openClickStore({ dir, log, logger: createLogger({ name: 'test', level: 'silent' }) });
  const links: LinksOptions = {
    store,
    source: {
      newest: async () => tables,
      recordedWithin: async () => tables,
      find: async (linkId) => tables.find((link) => link.linkId === linkId) ?? null,
    },
    list: async () => [],
    publicUrl: 'https://go.example',
  };
  return links;
}

async function serve(log = new MemoryLog(), clock = { now: startedAt }) {
  const links = linksFor(log);
  const { app } = await appFor(log, { links, now: () => clock.now, trustedProxies: ['127.0.0.1'] });
  return {
    app,
    log,
    clock,
    visit: (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
      app.inject({ method, url, headers: { 'user-agent': phone, ...headers } }),
    /** All that the log got once nothing waits. */
    async clicks() {
      await until(() => links.store.pending() === 0);
      return log.events;
    },
  };
}

const clickIdOf = (location: unknown) => new URL(String(location)).searchParams.get('rosi_click');

describe('a click', () => {
  it('is sent on with its id and its parameters, and is a touchpoint of that id', async () => {
    const { visit, clicks } = await serve();
    const answer = await visit('/l/shoes?fbclid=f1&size=42', {
      referer: 'https://mastodon.social/',
    });
    expect(answer.statusCode).toBe(302);
    expect(answer.headers['cache-control']).toBe('private, no-store');
    const location = String(answer.headers.location);
    const clickId = clickIdOf(location);
    expect(clickId).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(location).toBe(`${shoes.url}&fbclid=f1&size=42&rosi_click=${clickId}`);
    const [event, ...others] = await clicks();
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      eventId: `click:${clickId}`,
      type: 'click',
      linkId: 'shoes',
      source: 'link',
      platform: 'mastodon',
      medium: 'social',
      touchpoint: true,
      bot: false,
      identifiers: [{ type: 'click_id', value: clickId }],
      occurredAt: startedAt,
    });
    expect(JSON.stringify(event)).not.toContain('127.0.0.1');
    expect(JSON.stringify(event)).not.toContain('iPhone');
  });

  it('takes platform and medium from the referrer where the link says nothing', async () => {
    const log = new MemoryLog();
    const links = linksFor(log, [{ ...shoes, url: 'https://shop.example/' }]);
    const { app } = await appFor(log, { links });
    await app.inject({ url: '/l/shoes', headers: { referer: 'https://www.instagram.com/' } });
    await until(() => links.store.pending() === 0);
    expect(log.events[0]).toMatchObject({ platform: 'instagram', medium: 'social' });
  });

  it('counts once for link, visitor and hour; other visitors and hours for themselves', async () => {
    const { visit, clicks, clock } = await serve();
    clock.now = Date.UTC(2026, 5, 1, 12, 59, 59, 999);
    const first = await visit('/l/shoes');
    const again = await visit('/l/shoes');
    expect(again.headers.location).toBe(first.headers.location);
    await visit('/l/shoes', { 'x-forwarded-for': '203.0.113.9' });
    await visit('/l/shoes', { 'user-agent': `${phone} Other` });
    clock.now += 1;
    await visit('/l/shoes');
    const events = await clicks();
    expect(events).toHaveLength(4);
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(4);
    expect(clock.now % hourMs).toBe(0);
  });

  it('has the same id at another collector, which makes copies count once', async () => {
    const one = await serve();
    const location = (await one.visit('/l/shoes')).headers.location;
    await one.clicks();
    await store?.stop();
    rmSync(dir, { recursive: true });
    const other = await serve();
    expect((await other.visit('/l/shoes')).headers.location).toBe(location);
  });

  it("is the cookie's visitor's, from wherever he comes", async () => {
    const { visit, clicks } = await serve();
    const cookie = { cookie: 'a=b; rosi_id=visitor-1' };
    const first = await visit('/l/shoes', cookie);
    const moved = await visit('/l/shoes', { ...cookie, 'x-forwarded-for': '203.0.113.9' });
    expect(moved.headers.location).toBe(first.headers.location);
    const events = await clicks();
    expect(events.map(({ identifiers }) => identifiers)).toEqual([
      [
        { type: 'anonymous_id', value: 'visitor-1' },
        { type: 'click_id', value: clickIdOf(first.headers.location) },
      ],
    ]);
  });

  it('names nobody under Sec-GPC, neither in the log nor in the address', async () => {
    const { visit, clicks } = await serve();
    const answer = await visit('/l/shoes', { 'sec-gpc': '1', cookie: 'rosi_id=visitor-1' });
    expect(clickIdOf(answer.headers.location)).toBe('none');
    const events = await clicks();
    expect(events).toMatchObject([
      { identifiers: [], consentAnalytics: false, touchpoint: true, linkId: 'shoes' },
    ]);
    expect(JSON.stringify(events)).not.toContain('visitor-1');
  });
});

const previews: readonly (readonly [string, string])[] = [
  ['Slack', 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)'],
  ['Slack image', 'Slack-ImgProxy (+https://api.slack.com/robots)'],
  ['WhatsApp', 'WhatsApp/2.23.20.0 A'],
  ['Facebook', 'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)'],
  [
    'Facebook (Meta)',
    'meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)',
  ],
  ['X', 'Twitterbot/1.0'],
  ['Discord', 'Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)'],
  ['Telegram', 'TelegramBot (like TwitterBot)'],
  [
    'LinkedIn',
    'LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)',
  ],
  [
    'iMessage',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) ' +
      'Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0',
  ],
  ['Signal', 'WhatsApp/2'],
  [
    'Skype',
    'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com',
  ],
  ['Teams', 'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5'],
  ['Mastodon', 'Mastodon/4.3.0 (http.rb/5.2.0; +https://mastodon.social/) Bot'],
  ['Bluesky', 'Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)'],
  ['Pinterest', 'Mozilla/5.0 (compatible; Pinterestbot/1.0; +http://www.pinterest.com/bot.html)'],
  ['Reddit', 'Mozilla/5.0 (compatible; redditbot/1.0; +http://www.reddit.com/feedback)'],
  ['Snapchat', 'Snap URL Preview Service; bot; snapchat; https://developers.snap.com/robots'],
  ['Viber', 'Viber/13.3.0'],
  ['Line', 'facebookexternalhit/1.1;line-poker/1.0'],
  ['KakaoTalk', 'facebookexternalhit/1.1; kakaotalk-scrap/1.0; +https://devtalk.kakao.com/t/33984'],
  ['Google', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
  ['Outlook', 'Mozilla/4.0 (compatible; ms-office; MSOffice 16)'],
  ['Apple Mail', 'Applebot/0.1'],
  ['curl', 'curl/8.5.0'],
];

describe('what is not counted', () => {
  it.each(previews)('a preview by %s is sent on, without an id', async (_name, agent) => {
    const { visit, clicks } = await serve();
    const answer = await visit('/l/shoes', { 'user-agent': agent });
    expect([answer.statusCode, answer.headers.location]).toEqual([302, shoes.url]);
    expect(await clicks()).toMatchObject([{ bot: true, touchpoint: false, identifiers: [] }]);
  });

  it.each([
    ['sec-purpose', 'prefetch;prerender'],
    ['sec-purpose', 'prefetch'],
    ['purpose', 'prefetch'],
    ['purpose', 'preview'],
    ['x-purpose', 'preview'],
    ['x-moz', 'prefetch'],
  ])('a request with %s: %s', async (name, value) => {
    const { visit, clicks } = await serve();
    const answer = await visit('/l/shoes', { [name]: value });
    expect(answer.headers.location).toBe(shoes.url);
    expect(await clicks()).toMatchObject([{ bot: true, touchpoint: false }]);
  });

  it('HEAD; the click that follows it in the same hour counts', async () => {
    const { visit, clicks } = await serve();
    const head = await visit('/l/shoes', {}, 'HEAD');
    expect([head.statusCode, head.headers.location, head.body]).toEqual([302, shoes.url, '']);
    await visit('/l/shoes');
    expect(await clicks()).toMatchObject([{ touchpoint: false }, { touchpoint: true }]);
  });

  it.each([
    ['Instagram', `${phone} Instagram 330.0.0.0`],
    ['Facebook', `${phone} [FBAN/FBIOS;FBAV/460.0]`],
    ['no agent', ''],
  ])('the in-app browser of %s is no bot', async (_name, agent) => {
    const { visit, clicks } = await serve();
    await visit('/l/shoes', { 'user-agent': agent });
    expect(await clicks()).toMatchObject([{ bot: false, touchpoint: true }]);
  });

  it('clicks of one address beyond the limit; visitors are sent on without an id', async () => {
    const log = new MemoryLog();
    const limits = { clickRate: { eventsPerSecond: 1, burst: 2 } };
    const { app } = await appFor(log, {
      links: linksFor(log),
      limits,
      trustedProxies: ['127.0.0.1'],
    });
    const visit = async (address: string, agent: string) => {
      const headers = { 'x-forwarded-for': address, 'user-agent': `${phone} ${agent}` };
      return clickIdOf((await app.inject({ url: '/l/shoes', headers })).headers.location);
    };
    const here = [];
    for (const agent of ['a', 'b', 'c']) here.push(await visit('2001:db8:1:2::1', agent));
    // The same network of IPv6, another network, and a click that is kept already.
    here.push(await visit('2001:db8:1:2:ffff::9', 'd'));
    here.push(await visit('2001:db8:1:3::1', 'e'));
    here.push(await visit('2001:db8:1:2::1', 'a'));
    expect(here.map((id) => id !== null)).toEqual([true, true, false, false, true, true]);
  });
});

describe('a link that is not there', () => {
  it('is a page that says nothing of the system', async () => {
    const { visit, clicks } = await serve();
    for (const path of ['/l/other', '/l/SHOES', `/l/${'x'.repeat(2_000)}`, '/l/a%2Fb']) {
      const answer = await visit(path);
      expect(answer.statusCode, path).toBe(404);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.body).toContain('This link leads nowhere');
      expect(answer.body).not.toMatch(/rosi|docs|error/i);
      expect(answer.headers['location']).toBeUndefined();
    }
    expect(await clicks()).toEqual([]);
  });

  it.each(['//evil.example', 'javascript:alert(1)', 'https://a@evil.example/', ''])(
    'nor is one that came by the catalogue and leads to %j',
    async (url) => {
      const log = new MemoryLog();
      const { app, post } = await appFor(log, { links: linksFor(log, []) });
      await post([{ type: 'link', link: { link_id: 'bad', url } }]);
      expect((await app.inject('/l/bad')).statusCode).toBe(404);
    },
  );

  it('is looked up once for a flood, and asked for again when the tables do not answer', async () => {
    const log = new MemoryLog();
    const links = linksFor(log, []);
    let looked = 0;
    let failure: Error | null = null;
    const find = async () => {
      looked += 1;
      if (failure !== null) throw failure;
      return null;
    };
    const options = { links: { ...links, source: { ...links.source, find } } };
    const { app } = await appFor(log, options);
    await Promise.all(Array.from({ length: 50 }, () => app.inject('/l/none')));
    await app.inject('/l/none');
    expect(looked).toBe(1);
    failure = new Error('away');
    const answer = await app.inject('/l/later');
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '2']);
    expect(answer.body).toContain('http-equiv="refresh"');
    failure = null;
    const floods = await Promise.all(
      Array.from({ length: 300 }, (_, n) => app.inject(`/l/flood-${n}`)),
    );
    expect(looked).toBeLessThanOrEqual(100);
    expect(new Set(floods.map(({ statusCode }) => statusCode))).toEqual(new Set([404, 503]));
  });
});

describe('a link', () => {
  it('is known at once by whichever way it came, and its latest version counts', async () => {
    const log = new MemoryLog();
    const { app, post } = await appFor(log, { links: linksFor(log) });
    const location = async (id: string) => (await app.inject(`/l/${id}`)).headers.location;
    const link = (url: string, time: string) => ({
      type: 'link',
      occurred_at: time,
      link: { link_id: 'shoes', url },
    });
    await post([link('https://new.example/', '2026-05-02T00:00:00Z')]);
    expect(await location('shoes')).toContain('https://new.example/');
    await post([link('https://older.example/', '2026-05-01T00:00:00Z')]);
    expect(await location('shoes')).toContain('https://new.example/');
    await app.inject({
      method: 'POST',
      url: '/v1/links',
      headers: { ...bearer(secretKey), 'content-type': 'application/json' },
      payload: { link_id: 'shoes', url: 'https://newest.example/' },
    });
    expect(await location('shoes')).toContain('https://newest.example/');
  });

  it('is found in the tables when another collector took it', async () => {
    const log = new MemoryLog();
    const tables: StoredLink[] = [];
    const { app } = await appFor(log, { links: linksFor(log, tables) });
    tables.push(shoes);
    expect((await app.inject('/l/shoes')).statusCode).toBe(302);
  });
});

describe('the answer', () => {
  it('waits for no log; the files hold what it does not have, and nothing once it has', async () => {
    const log = new MemoryLog();
    log.hold();
    const { visit, clicks } = await serve(log);
    expect((await visit('/l/shoes')).statusCode).toBe(302);
    expect(log.events).toEqual([]);
    const sizes = () => readdirSync(dir).map((name) => readFileSync(join(dir, name)).length);
    expect(sizes()[0]).toBeGreaterThan(100);
    log.release();
    expect(await clicks()).toHaveLength(1);
    expect(sizes()).toEqual([0]);
  });

  it('goes without an id when the click can not be kept', async () => {
    const log = new MemoryLog();
    const links = linksFor(log);
    const refusing = { ...links, store: { ...links.store, keep: () => false } };
    const { app } = await createApp(optionsFor(log, { links: refusing }));
    const answer = await app.inject({ url: '/l/shoes?a=1' });
    expect([answer.statusCode, answer.headers.location]).toEqual([302, `${shoes.url}&a=1`]);
  });
});
