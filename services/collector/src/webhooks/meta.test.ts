/** Meta's deliveries: Pages and Instagram, and the question by which it makes sure of an address. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { appFor, codeOf, MemoryLog } from '../testing/fixture.js';
import {
  collected,
  endpointOf,
  eventsOf,
  fixtureText,
  idsOf,
  readBy,
  webhookSecret,
} from '../testing/webhooks.js';

const verifyToken = 'verify-token-of-the-tests';
const endpoint = endpointOf('meta', { verify_token: verifyToken }, 'page');
const read = (body: object | string) => readBy(endpoint, {}, body);
const page = fixtureText('meta-page');
const social = {
  platform: 'facebook',
  medium: 'social',
  media_type: 'earned',
  post_id: '67890_555',
};

test('a Page: comment, reply, reaction and its own post; not what it did itself or was undone', () => {
  expect(eventsOf(read(page))).toEqual([
    {
      type: 'interaction',
      occurred_at: '2026-03-01T10:00:00.000Z',
      identifiers: { handle: 'facebook:123456' },
      ...social,
      interaction: { kind: 'comment', text: 'Lovely! Write me: ada@example.org' },
    },
    {
      type: 'interaction',
      occurred_at: '2026-03-01T10:00:20.000Z',
      identifiers: { handle: 'facebook:777' },
      ...social,
      interaction: { kind: 'reply', text: 'So do I' },
    },
    {
      type: 'interaction',
      occurred_at: '2026-03-01T10:00:30.000Z',
      identifiers: { handle: 'facebook:123456' },
      ...social,
      interaction: { kind: 'like' },
    },
    {
      type: 'post',
      occurred_at: '2026-03-01T10:00:50.000Z',
      post: {
        post_id: '67890_556',
        platform: 'facebook',
        author: 'Our shop',
        media_type: 'owned',
        format: 'status',
        published_at: '2026-03-01T10:00:50.000Z',
      },
    },
  ]);
});

test('the collector accepts all of it, masks the text, and knows it again on a retry', () => {
  const events = collected(read(page));
  expect(events.map(({ touchpoint }) => touchpoint)).toEqual([true, true, true, false]);
  expect(JSON.stringify(events)).not.toContain('ada@example.org');
  expect(idsOf(read(page))).toEqual(events.map(({ eventId }) => eventId));
});

const instagram = (field: string, value: object) => ({
  object: 'instagram',
  entry: [{ id: '17841405822304914', time: 1772359200, changes: [{ field, value }] }],
});

test.each([
  [
    'comments',
    {
      id: '17865799348089039',
      from: { id: '6406', username: 'Ada' },
      media: { id: '18091626484740369', media_product_type: 'FEED' },
      text: 'Mine!',
    },
    'comment',
    'instagram:@Ada',
    '18091626484740369',
  ],
  [
    'comments',
    { id: '2', parent_id: '1', from: { id: '6406' }, media: { id: 'm' }, text: 'Yes' },
    'reply',
    'instagram:6406',
    'm',
  ],
])('Instagram: %s %j', (field, value, kind, handle, postId) => {
  const reading = read(instagram(field, value));
  expect(eventsOf(reading)).toEqual([
    {
      type: 'interaction',
      occurred_at: '2026-03-01T10:00:00.000Z',
      identifiers: { handle },
      platform: 'instagram',
      medium: 'social',
      media_type: 'earned',
      post_id: postId,
      interaction: { kind, text: value.text },
    },
  ]);
  expect(idsOf(reading)).toEqual([`meta:instagram:${kind}:${value.id}`]);
  collected(reading);
  // By Instagram's Business Login the entry is its own change.
  const entry = { id: '17841405822304914', time: 1772359200, field, value };
  const direct = read({ object: 'instagram', entry: [entry] });
  expect([idsOf(direct), eventsOf(direct)]).toEqual([idsOf(reading), eventsOf(reading)]);
});

const feed = (...values: object[]) => ({
  object: 'page',
  entry: [
    {
      id: '67890',
      time: 1772359300,
      changes: values.map((value) => ({ field: 'feed', value: { verb: 'add', ...value } })),
    },
  ],
});
const byPage = { from: { id: '67890', name: 'Our shop' }, created_time: 1772359250 };

test.each([
  [{ item: 'share', link: 'https://shop.example/sleds' }, 'share'],
  [{ item: 'photo', published: 1 }, 'photo'],
  [{ item: 'status', published: 1, verb: 'edited' }, 'status'],
])('a post of the Page, %j, is in the catalogue', (value, format) => {
  const reading = read(feed({ ...byPage, post_id: '67890_557', ...value }));
  expect(eventsOf(reading)).toMatchObject([
    { type: 'post', post: { post_id: '67890_557', media_type: 'owned', format } },
  ]);
  collected(reading);
});

test.each([
  { item: 'status', published: 0 },
  { item: 'share', published: 0 },
  { item: 'photo', published: 0, verb: 'edited' },
  { item: 'status', verb: 'edited' },
  { item: 'share', published: 1, verb: 'remove' },
])('%j of the Page is not', (value) => {
  const reading = read(feed({ ...byPage, post_id: '67890_558', ...value }));
  expect(reading).toEqual({ kind: 'ignored', reason: 'topic' });
});

test('likes of one second by persons whom Meta does not name all count, and once', () => {
  const like = { item: 'reaction', post_id: '67890_555', created_time: 1772359230 };
  const named = { ...like, from: { id: '777' } };
  const share = { ...like, item: 'share' };
  const ids = idsOf(read(feed(like, share, like, named, like, named)));
  expect(new Set(ids).size).toBe(5);
  expect(ids[3]).toBe(ids[5]);
  expect(idsOf(read(feed(like)))).toEqual([ids[0]]);
  expect(idsOf(read(feed(like, share, like, named, like, named)))).toEqual(ids);
  const comment = { ...like, item: 'comment', comment_id: '555_1', message: 'Oh' };
  expect(new Set(idsOf(read(feed(comment, comment)))).size).toBe(1);
});

test('a mention names nobody; other fields and objects count nothing', () => {
  const mention = eventsOf(read(instagram('mentions', { media_id: 'm', comment_id: 'c' })));
  expect(mention).toMatchObject([{ post_id: 'm', interaction: { kind: 'mention' } }]);
  expect(mention[0]).not.toHaveProperty('identifiers');
  const story = instagram('story_insights', { media_id: 'm' });
  expect(read(story)).toEqual({ kind: 'ignored', reason: 'topic' });
  expect(read({ object: 'user', entry: [] })).toEqual({ kind: 'ignored', reason: 'topic' });
  expect(read({}).kind).toBe('malformed');
});

test('the question at set-up is answered to who knows the token, and to nobody else', async () => {
  const log = new MemoryLog();
  const endpoints = [endpoint, endpointOf('shopify')];
  const { app, get } = await appFor(log, { webhooks: () => endpoints });
  const ask = (token: string, address = 'meta/page', mode = 'subscribe') =>
    get(
      `/hooks/${address}?hub.mode=${mode}&hub.verify_token=${token}&hub.challenge=%3Cb%3E1158201444`,
    );
  const answer = await ask(verifyToken);
  expect([answer.statusCode, answer.body]).toEqual([200, '<b>1158201444']);
  expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(codeOf(await ask('another'))).toBe('signature_wrong');
  expect(codeOf(await ask(verifyToken, 'shopify/one'))).toBe('not_found');
  expect(codeOf(await ask(verifyToken, 'meta/other'))).toBe('not_found');
  expect(codeOf(await ask(verifyToken, 'meta/page', 'unsubscribe'))).toBe('not_found');

  const deliver = (secret: string) =>
    app.inject({
      method: 'POST',
      url: '/hooks/meta/page',
      headers: {
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(page).digest('hex')}`,
      },
      payload: page,
    });
  expect((await deliver(webhookSecret)).json()).toEqual({ accepted: 4, rejected: [] });
  expect((await deliver('another-secret-altogether')).statusCode).toBe(401);
  expect(log.events).toHaveLength(4);
});
