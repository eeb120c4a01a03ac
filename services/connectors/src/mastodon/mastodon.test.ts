/** Mastodon, against a server that speaks its API. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EventSink, runAgainst, startSink, until } from '../testing/event-sink.js';
import { type MastodonServer, startMastodon } from '../testing/mastodon-server.js';
import { handleOf, laterId, plainText } from './status.js';

let mastodon: MastodonServer;
let sink: EventSink;
let dir: string;

beforeEach(async () => {
  [mastodon, sink] = await Promise.all([startMastodon(), startSink()]);
  dir = mkdtempSync(join(tmpdir(), 'rosi-mastodon-'));
});
afterEach(async () => {
  await Promise.all([mastodon.close(), sink.close()]);
  rmSync(dir, { recursive: true });
});

const ada = { id: '2', acct: 'Ada@Social.Example', url: 'https://social.example/@ada' };
const start = (settings: object = {}, secret = mastodon.token) =>
  runAgainst(sink, dir, {
    source: 'mastodon',
    secret,
    settings: { server: mastodon.url, domain: 'shop.example', ...settings },
  });
async function started(settings: object = {}, streams = 1) {
  const connector = start(settings);
  await until(() => mastodon.streams() === streams && connector.last('connected') === 1);
  return connector;
}
const idOf = (entry: object) => String((entry as { id: string }).id); // The server's entries.
const sent = (name: string) => sink.events.get(`mastodon:shop.example:${name}`);
const ourStatus = () => ({ id: '77', url: `${mastodon.url}/@shop/77`, account: mastodon.account });

describe('what becomes of what', () => {
  test.each([
    ['favourite', 'like'],
    ['reblog', 'share'],
  ])('%s', async (type, kind) => {
    const connector = await started();
    const notice = mastodon.notify({ type, account: ada, status: ourStatus() });
    await until(() => sink.events.size === 1);
    expect(sent(`notification:${idOf(notice)}`)).toEqual({
      event_id: `mastodon:shop.example:notification:${idOf(notice)}`,
      type: 'interaction',
      occurred_at: (notice as { created_at: string }).created_at,
      identifiers: { handle: 'mastodon:@ada@social.example' },
      platform: 'mastodon',
      medium: 'social',
      media_type: 'earned',
      post_id: `${mastodon.url}/@shop/77`,
      interaction: { kind },
    });
    expect(sink.sources).toEqual(['connector:mastodon']);
    await connector.stop();
  });

  test('a boost or favourite is of our status, also where it quotes another; a quote of the quoted', async () => {
    const connector = await started();
    const theirs = { id: '5', url: 'https://social.example/@ada/5', account: ada };
    const quoting = { ...ourStatus(), quote: { state: 'accepted', quoted_status: theirs } };
    const notify = (type: string, status: object) =>
      mastodon.notify({ type, account: ada, status });
    const quoted = (quote: object) => notify('quote', { ...theirs, id: '6', quote });
    const ours = [
      notify('reblog', quoting),
      notify('favourite', quoting),
      quoted({ state: 'accepted', quoted_status: ourStatus() }),
      quoted({ state: 'accepted', quoted_status_id: '77' }),
    ];
    const unknown = quoted({ state: 'pending', quoted_status: null });
    await until(() => sink.events.size === 5);
    for (const notice of ours) {
      expect(sent(`notification:${idOf(notice)}`)).toMatchObject({
        post_id: `${mastodon.url}/@shop/77`,
      });
    }
    expect(sent(`notification:${idOf(unknown)}`)).not.toHaveProperty('post_id');
    await connector.stop();
  });

  test('follow, mention, reply, and a mention that a hashtag tells again', async () => {
    const connector = await started({ hashtags: ['hats'] }, 2);
    const follow = mastodon.notify({ type: 'follow', account: { id: '3', acct: 'bob' } });
    const status = { id: '900', account: ada, created_at: '2026-03-01T10:00:00.000Z' };
    const mention = { ...status, content: '<p>Fine <b>hats</b>,<br>&amp; cheap</p>' };
    mastodon.notify({ type: 'mention', account: ada, status: mention });
    mastodon.post('tag/hats', mention);
    const reply = { ...status, id: '901', content: 'Yes', in_reply_to_account_id: '1' };
    mastodon.notify({ type: 'mention', account: ada, status: { ...reply, in_reply_to_id: '77' } });
    mastodon.post('tag/hats', { id: '902', account: ada, content: 'Only #hats' });
    await until(() => sink.events.size === 4);
    expect(sent(`notification:${idOf(follow)}`)).toMatchObject({
      identifiers: { handle: 'mastodon:@bob@shop.example' },
      interaction: { kind: 'follow' },
    });
    expect(sent('mention:900')).toMatchObject({
      occurred_at: '2026-03-01T10:00:00.000Z',
      interaction: { kind: 'mention', text: 'Fine hats,\n& cheap' },
    });
    expect(sent('mention:901')).toMatchObject({
      interaction: { kind: 'reply', text: 'Yes' },
      post_id: `${mastodon.url}/@shop/77`,
    });
    expect(sent('mention:902')).toMatchObject({ interaction: { kind: 'mention' } });
    await connector.stop();
  });

  test('a private message is one, without its text; what only followers see is nothing', async () => {
    const connector = await started();
    const status = { account: ada, created_at: '2026-03-01T10:00:00.000Z', content: 'S3cret' };
    const answer = { in_reply_to_account_id: '1', in_reply_to_id: '77' };
    const notify = (id: string, more: object) =>
      mastodon.notify({ type: 'mention', account: ada, status: { ...status, id, ...more } });
    notify('910', { visibility: 'direct' });
    notify('911', { visibility: 'direct', ...answer });
    notify('912', { visibility: 'private' });
    notify('913', { visibility: 'private', ...answer });
    notify('914', { visibility: 'unlisted', content: 'Open' });
    await until(() => sink.events.size === 3 && connector.count('ignored.kind') >= 2);
    for (const id of ['910', '911']) {
      expect(sent(`mention:${id}`)).toEqual({
        event_id: `mastodon:shop.example:mention:${id}`,
        type: 'interaction',
        occurred_at: '2026-03-01T10:00:00.000Z',
        identifiers: { handle: 'mastodon:@ada@social.example' },
        ...{ platform: 'mastodon', medium: 'social', media_type: 'earned' },
        interaction: { kind: 'message' },
      });
    }
    expect(sent('mention:914')).toMatchObject({ interaction: { kind: 'mention', text: 'Open' } });
    expect(JSON.stringify([...sink.events])).not.toContain('S3cret');
    await connector.stop();
  });

  test('own posts and those of a list are entries of the catalogue, edits too', async () => {
    const connector = await started({ lists: ['5'] }, 2);
    const own = mastodon.post('own', { media_attachments: [{ type: 'image' }] }) as { url: string };
    const id = idOf(own);
    const edited = { ...own, edited_at: '2026-03-05T10:00:00.000Z' };
    mastodon.stream('status.update', JSON.stringify(edited));
    const theirs = mastodon.post('list/5', { account: ada, url: 'https://social.example/@ada/1' });
    mastodon.post('own', { visibility: 'direct' });
    mastodon.post('own', { in_reply_to_id: '9' });
    mastodon.post('own', { reblog: { id: '8' } });
    mastodon.post('list/5', {});
    mastodon.stream('delete', id);
    mastodon.stream('filters_changed', 'undefined');
    mastodon.thump();
    await until(() => connector.count('ignored.kind') >= 5 && connector.count('ignored.own') >= 1);
    expect(sink.events.size).toBe(3);
    expect(sent(`status:${id}`)).toMatchObject({
      type: 'post',
      post: {
        post_id: own.url,
        platform: 'mastodon',
        url: own.url,
        author: '@shop@shop.example',
        media_type: 'owned',
        format: 'image',
      },
    });
    expect(sent(`status:${id}:2026-03-05T10:00:00.000Z`)).toMatchObject({
      occurred_at: '2026-03-05T10:00:00.000Z',
    });
    expect(sent(`status:${idOf(theirs)}`)).toMatchObject({
      post: { author: '@ada@social.example', media_type: 'earned', format: 'text' },
    });
    await connector.stop();
  });

  test('texts, handles and ids', () => {
    expect(plainText('<p>a</p><p>b <a href="x">c&#39;s</a></p>')).toBe("a\nb c's");
    expect(handleOf({ acct: 'Ada' }, { domain: 'S.example' })).toBe('mastodon:@ada@s.example');
    expect([laterId('9', '10'), laterId('11', '10')]).toEqual(['10', '11']);
  });
});

describe('going on', () => {
  const likes = (count: number, how: { streamed: boolean }) => {
    for (let index = 0; index < count; index += 1) {
      mastodon.notify({ type: 'favourite', account: ada, status: ourStatus() }, how);
    }
  };

  test('a first start begins with now, or with all that there is', async () => {
    likes(45, { streamed: false });
    mastodon.post('own', {}, { streamed: false });
    const now = await started();
    likes(1, { streamed: true });
    await until(() => sink.events.size === 1);
    await now.stop();
    rmSync(join(dir, 'one.json'));
    const all = await started({ history: true });
    await until(() => sink.events.size === 47);
    await all.stop();
  });

  test('what happens while away is read page by page; copies are the same', async () => {
    const first = await started();
    likes(1, { streamed: true });
    await until(() => sink.events.size === 1);
    await first.stop();
    likes(130, { streamed: false });
    const before = mastodon.asked.length;
    const second = await started();
    likes(3, { streamed: true });
    await until(() => sink.events.size === 134);
    const pages = mastodon.asked.slice(before).filter((url) => url.includes('notifications?'));
    expect(pages.length).toBeGreaterThanOrEqual(4);
    for (const copy of sink.copies) expect(copy).toEqual(sink.events.get(copy.event_id));
    await second.stop();
  });

  test('what a stream never told is found by the next catch-up, while it lasts', async () => {
    const connector = await started({ catch_up_minutes: 0.005 });
    likes(5, { streamed: false });
    // The sink has them before the connector knows, which then moves its cursor.
    await until(() => connector.count('accepted') === 5);
    expect(sink.events.size).toBe(5);
    expect(connector.count('failed.away')).toBe(0);
    await connector.stop();
    const { cursor } = JSON.parse(readFileSync(join(dir, 'one.json'), 'utf8'));
    expect(JSON.parse(cursor)).toMatchObject({
      notifications: expect.stringMatching(/^109\d{15}$/),
    });
  });

  test('a cut stream, a server in trouble, a limit: waited out, nothing is lost', async () => {
    const connector = await started();
    mastodon.refuse('/api/v1/accounts/verify_credentials', [{ status: 503 }, { status: 500 }]);
    const reset = new Date(Date.now() + 700).toISOString();
    const limit = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
    mastodon.refuse('/api/v1/notifications', [{ status: 429, headers: limit }]);
    mastodon.refuse('/api/v1/streaming/user', [{ status: 503, headers: { 'retry-after': '0' } }]);
    mastodon.drop();
    likes(2, { streamed: false });
    await until(() => sink.events.size === 2);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(reset));
    expect(connector.count('failed.limited')).toBeGreaterThan(0);
    expect(connector.count('failed.away')).toBeGreaterThanOrEqual(3);
    await connector.stop();
  });

  test('a wrong token is told and asked again', async () => {
    const refused = start({}, 'wrong-token');
    await until(() => refused.count('failed.refused') >= 2);
    expect(refused.last('connected') ?? 0).toBe(0);
    await refused.stop();
  });

  test('a link to somebody else is not followed: it would be sent the token', async () => {
    const other = await startMastodon();
    await started().then((first) => first.stop());
    likes(90, { streamed: false });
    mastodon.linkTo(other.url);
    const connector = await started({ catch_up_minutes: 0.005 });
    await until(() => sink.events.size === 90);
    expect(other.asked).toEqual([]);
    await connector.stop();
    await other.close();
  });
});
