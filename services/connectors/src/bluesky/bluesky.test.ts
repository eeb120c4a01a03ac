/** Bluesky by Jetstream, against a server that speaks its protocol. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EventSink, runAgainst, startSink, until } from '../testing/event-sink.js';
import {
  commit,
  deletion,
  type JetstreamServer,
  startJetstream,
} from '../testing/jetstream-server.js';

const shop = 'did:plc:shop';
const ada = 'did:plc:ada';
const post = 'app.bsky.feed.post';
const like = 'app.bsky.feed.like';
const follow = 'app.bsky.graph.follow';
const ours = `at://${shop}/${post}/p1`;

let jetstream: JetstreamServer;
let sink: EventSink;
let dir: string;

beforeEach(async () => {
  [jetstream, sink] = await Promise.all([startJetstream(), startSink()]);
  dir = mkdtempSync(join(tmpdir(), 'rosi-bluesky-'));
  jetstream.handles.set(ada, 'Ada.Example');
});
afterEach(async () => {
  await Promise.all([jetstream.close(), sink.close()]);
  rmSync(dir, { recursive: true });
});

const start = (more: object = {}) =>
  runAgainst(sink, dir, {
    source: 'bluesky',
    secret: null,
    settings: {
      accounts: [{ did: shop, handle: 'shop.example' }],
      jetstream: jetstream.url,
      app_view: jetstream.appView,
      ...more,
    },
  });
const started = async (more: object = {}) => {
  const connector = start(more);
  await until(() => jetstream.connections() === 1);
  return connector;
};
const sent = (rkey: string) =>
  [...sink.events.values()].find(({ event_id: id }) => id.includes(rkey));

/** Something of ours that marks how far the stream was read. */
async function readThrough(rkey: string): Promise<void> {
  jetstream.emit(commit(ada, like, rkey, { subject: { uri: ours, cid: 'c' } }));
  await until(() => sent(rkey) !== undefined);
}

describe('what becomes of what', () => {
  const at = (did: string, collection: string, rkey: string) => `at://${did}/${collection}/${rkey}`;
  const reply = { root: { uri: ours, cid: 'c' }, parent: { uri: ours, cid: 'c' } };
  const threaded = { root: { uri: ours }, parent: { uri: at(ada, post, 'x') } };
  const mention = {
    facets: [{ features: [{ $type: 'app.bsky.richtext.facet#mention', did: shop }] }],
  };
  test.each<[string, string, object, object]>([
    [
      'a like',
      like,
      { subject: { uri: ours, cid: 'c' } },
      { interaction: { kind: 'like' }, post_id: ours },
    ],
    [
      'a repost',
      'app.bsky.feed.repost',
      { subject: { uri: ours, cid: 'c' } },
      { interaction: { kind: 'share' }, post_id: ours },
    ],
    ['a follow', follow, { subject: shop }, { interaction: { kind: 'follow' } }],
    [
      'a reply',
      post,
      { text: 'Yes', reply },
      { interaction: { kind: 'reply', text: 'Yes' }, post_id: ours },
    ],
    [
      'a reply further down in our thread',
      post,
      { text: 'No', reply: threaded },
      { interaction: { kind: 'reply', text: 'No' }, post_id: ours },
    ],
    [
      'a quote',
      post,
      { text: 'Look', embed: { $type: 'app.bsky.embed.record', record: { uri: ours } } },
      { interaction: { kind: 'share', text: 'Look' }, post_id: ours },
    ],
    [
      'a quote with a picture',
      post,
      { text: '', embed: { record: { record: { uri: ours } }, media: {} } },
      { interaction: { kind: 'share' }, post_id: ours },
    ],
    [
      'a mention',
      post,
      { text: 'Hi', ...mention },
      { interaction: { kind: 'mention', text: 'Hi' } },
    ],
  ])('%s', async (_, collection, record, expected) => {
    const connector = await started();
    jetstream.emit(commit(ada, collection, 'r1', record));
    await until(() => sent('r1') !== undefined);
    expect(sent('r1')).toEqual({
      event_id: `bluesky:${ada}/${collection}/r1`,
      type: 'interaction',
      occurred_at: expect.stringMatching(/^\d{4}-.*Z$/),
      identifiers: { handle: 'bluesky:@ada.example' },
      platform: 'bluesky',
      medium: 'social',
      media_type: 'earned',
      ...expected,
    });
    expect(sink.sources).toEqual(['connector:bluesky']);
    await connector.stop();
  });

  test('our own post is an entry of the catalogue; our own replies, likes and follows are nothing', async () => {
    const connector = await started();
    const images = { $type: 'app.bsky.embed.images', images: [] };
    const createdAt = '2020-01-01T00:00:00.000Z';
    jetstream.emit(commit(shop, post, 'p1', { text: 'New hats', embed: images, createdAt }));
    jetstream.emit(commit(shop, post, 'p2', { text: 'Thanks', reply }));
    jetstream.emit(commit(shop, like, 'p3', { subject: { uri: ours } }));
    await readThrough('end');
    expect(sent('p1')).toMatchObject({
      event_id: `bluesky:${shop}/${post}/p1`,
      type: 'post',
      post: {
        post_id: ours,
        platform: 'bluesky',
        url: 'https://bsky.app/profile/shop.example/post/p1',
        author: '@shop.example',
        media_type: 'owned',
        format: 'image',
        published_at: createdAt,
      },
    });
    // A time of years ago is not when it was seen.
    expect(String(sent('p1')?.['occurred_at']).slice(0, 4)).not.toBe('2020');
    expect([sent('p2'), sent('p3')]).toEqual([undefined, undefined]);
    await until(() => connector.count('ignored.own') === 2);
    await connector.stop();
  });

  test('the rest of the network, accounts, identities and nonsense are counted and passed over', async () => {
    const connector = await started();
    jetstream.emit(commit(ada, like, 'o1', { subject: { uri: at('did:plc:x', post, 'y') } }));
    jetstream.emit(commit(ada, post, 'o2', { text: 'Nothing to do with it' }));
    jetstream.emit(deletion(ada, like, 'o3'));
    jetstream.emit({ did: ada, kind: 'account', account: { active: true, did: ada } });
    jetstream.emitRaw('{"did": 7}');
    jetstream.emitRaw('not JSON');
    // A feed, a list or a label of ours is no post of ours.
    const feed = at(shop, 'app.bsky.feed.generator', 'hats');
    jetstream.emit(commit(ada, like, 'o4', { subject: { uri: feed, cid: 'c' } }));
    jetstream.emit(commit(ada, post, 'o5', { text: 'A feed', embed: { record: { uri: feed } } }));
    await readThrough('end');
    expect(sink.events.size).toBe(1);
    // Told once the page was delivered, a little after its events arrived.
    for (const [reason, count] of Object.entries({ others: 4, kind: 2, malformed: 2 })) {
      await until(() => connector.count(`ignored.${reason}`) === count);
    }
    expect(connector.last('connected')).toBe(1);
    await connector.stop();
  });

  test('a follow taken back, also after a restart; one that was never seen is nobody', async () => {
    let connector = await started();
    jetstream.emit(commit(ada, follow, 'f1', { subject: shop }));
    await until(() => sent('f1') !== undefined);
    await connector.stop();
    connector = await started();
    jetstream.emit(deletion(ada, follow, 'f1'));
    jetstream.emit(deletion(ada, follow, 'never'));
    await readThrough('end');
    expect(sink.events.get(`bluesky:${ada}/${follow}/f1:deleted`)).toMatchObject({
      interaction: { kind: 'unfollow' },
      identifiers: { handle: 'bluesky:@ada.example' },
    });
    expect([...sink.events.keys()].filter((id) => id.includes('never'))).toEqual([]);
    await connector.stop();
  });

  test('names: asked once, changed by the stream, the DID where there is none', async () => {
    const connector = await started();
    await readThrough('one');
    jetstream.emit({
      did: ada,
      kind: 'identity',
      identity: { did: ada, handle: 'lovelace.example' },
    });
    await readThrough('two');
    jetstream.emit(commit('did:plc:gone', like, 'three', { subject: { uri: ours } }));
    await until(() => sent('three') !== undefined);
    const handles = ['one', 'two', 'three'].map((rkey) => sent(rkey)?.['identifiers']);
    expect(handles).toEqual([
      { handle: 'bluesky:@ada.example' },
      { handle: 'bluesky:@lovelace.example' },
      { handle: 'bluesky:did:plc:gone' },
    ]);
    expect(jetstream.asked.filter((url) => url.includes('getProfile'))).toHaveLength(2);
    await connector.stop();
  });
});

describe('going on', () => {
  test('from a little before the cursor after a cut, without loss; copies are the same', async () => {
    const connector = await started();
    await readThrough('before');
    jetstream.drop();
    await until(() => jetstream.connections() === 0);
    for (let index = 0; index < 20; index += 1) {
      jetstream.emit(commit(ada, like, `away${index}.`, { subject: { uri: ours } }));
    }
    await until(() => sent('away19.') !== undefined);
    jetstream.repeat(5);
    await readThrough('after');
    expect(sink.events.size).toBe(22);
    for (const copy of sink.copies) expect(copy).toEqual(sink.events.get(copy.event_id));
    expect(connector.count('failed.away')).toBeGreaterThan(0);
    await connector.stop();
  });

  test('after a restart; a first start begins with now', async () => {
    jetstream.emit(commit(ada, like, 'long-ago', { subject: { uri: ours }, time_us: 1 }));
    const [{ time_us: us }] = [{ time_us: Date.now() * 1_000 }];
    jetstream.forgetBefore(us + 10_000_000);
    const first = await started();
    await readThrough('one');
    await until(() => first.count('accepted') === 1);
    await first.stop();
    expect(JSON.parse(readFileSync(join(dir, 'one.json'), 'utf8'))).toMatchObject({
      version: 1,
      source: 'bluesky',
      cursor: expect.stringMatching(/^\d{16}$/),
    });
    jetstream.emit(commit(ada, like, 'meanwhile', { subject: { uri: ours } }));
    const second = await started();
    await until(() => sent('meanwhile') !== undefined);
    expect(sent('long-ago')).toBeUndefined();
    await second.stop();
  });

  test('refusals are waited out; Retry-After and ratelimit-reset are kept', async () => {
    jetstream.refuse('subscribe', [
      { status: 503 },
      { status: 429, headers: { 'retry-after': '0' } },
    ]);
    const connector = await started();
    const inTwoSeconds = String(Math.ceil(Date.now() / 1_000) + 1);
    jetstream.refuse('profile', [
      { status: 429, headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': inTwoSeconds } },
      { status: 502 },
    ]);
    await readThrough('patient');
    expect(Date.now()).toBeGreaterThanOrEqual(Number(inTwoSeconds) * 1_000);
    expect(connector.count('failed.limited')).toBeGreaterThanOrEqual(2);
    expect(connector.count('failed.away')).toBe(2);
    await connector.stop();
  });

  test('the cursor stays behind what the collector has not taken', async () => {
    const connector = await started();
    await readThrough('one');
    sink.fail([503, 429, 503]);
    await readThrough('two');
    expect([...sink.events.keys()]).toHaveLength(2);
    await until(() => connector.count('accepted') === 2);
    await connector.stop();
    const cursor = JSON.parse(readFileSync(join(dir, 'one.json'), 'utf8')).cursor;
    expect(Number(cursor)).toBeLessThanOrEqual(Date.now() * 1_000);
  });

  test('own posts only: nothing else is asked for', async () => {
    const connector = await started({ own_posts_only: true });
    const query = new URL(jetstream.asked[0] ?? '', 'http://x').searchParams;
    expect(query.getAll('wantedDids')).toEqual([shop]);
    expect(query.getAll('wantedCollections')).toEqual([post]);
    await connector.stop();
  });

  test('what is no longer kept is told', async () => {
    const first = await started();
    await readThrough('one');
    await until(() => first.count('accepted') === 1);
    await first.stop();
    const path = join(dir, 'one.json');
    const { cursor } = JSON.parse(readFileSync(path, 'utf8'));
    const old = readFileSync(path, 'utf8').replace(cursor, String(Number(cursor) - 86_400_000_000));
    rmSync(path);
    const { writeFileSync } = await import('node:fs');
    writeFileSync(path, old);
    jetstream.forgetBefore(Number(cursor));
    const second = await started();
    await readThrough('two');
    expect(second.count('gap')).toBe(1);
    await second.stop();
  });
});
