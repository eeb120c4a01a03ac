/**
 * From social networks to `credits_current`, through the running product: servers that speak
 * Bluesky's and Mastodon's protocols, what people do there, an order, and a product that is killed
 * in the middle of the stream and started again.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  commit,
  deletion,
  type JetstreamServer,
  startJetstream,
} from '../../services/connectors/src/testing/jetstream-server.js';
import {
  type MastodonServer,
  startMastodon,
} from '../../services/connectors/src/testing/mastodon-server.js';
import { runCommand } from '../harness/command.js';
import { makeDataDir, type Product, removeDataDir, startProduct } from '../harness/product.js';

const testMsMax = 180_000;
const models = 6;
const shop = 'did:plc:shop';
const post = 'app.bsky.feed.post';
const like = 'app.bsky.feed.like';
const follow = 'app.bsky.graph.follow';
const hats = `at://${shop}/${post}/hats`;

let product: Product;
let dataDir: string;
let jetstream: JetstreamServer;
let mastodon: MastodonServer;

beforeAll(async () => {
  [dataDir, jetstream, mastodon] = await Promise.all([
    makeDataDir(),
    startJetstream(),
    startMastodon(),
  ]);
  for (const name of ['ada', 'bob', 'eve']) {
    jetstream.handles.set(`did:plc:${name}`, `${name}.example`);
  }
  await add('bluesky', 'sky', {
    accounts: [{ did: shop, handle: 'shop.example' }],
    jetstream: jetstream.url,
    app_view: jetstream.appView,
  });
  const settings = { server: mastodon.url, domain: 'shop.example' };
  await add('mastodon', 'toot', settings, { ROSI_CONNECTOR_SECRET: mastodon.token });
  product = await startProduct({ dataDir });
  await read();
}, testMsMax);
afterAll(async () => {
  await product?.kill();
  await Promise.all([jetstream?.close(), mastodon?.close()]);
  await removeDataDir(dataDir);
});

async function add(source: string, id: string, settings: object, env = {}): Promise<void> {
  const words = ['connector', 'add', source, id, '--settings', JSON.stringify(settings)];
  const answer = await runCommand(dataDir, words, { ROSI_CONNECTOR_SECRET: '', ...env });
  expect(answer.code, answer.stderr).toBe(0);
}

/** Both providers are being read. */
const read = () => until(() => jetstream.connections() === 1 && mastodon.streams() === 1);

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}

const interactions = () =>
  product.sql(
    `SELECT event_id, interaction_kind AS kind, identifier, source, post_id, text
    FROM events_current WHERE type = 'interaction' ORDER BY event_id`,
  );

/** Once the product has as many interactions, settled. */
async function settledWith(count: number) {
  await until(async () => {
    await product.settle();
    return (await interactions()).length >= count;
  });
  const found = await interactions();
  expect(found).toHaveLength(count);
  return found;
}

const liked = (name: string, rkey: string) =>
  jetstream.emit(commit(`did:plc:${name}`, like, rkey, { subject: { uri: hats, cid: 'c' } }));

test(
  'likes, replies and follows earn the orders of whoever made them',
  async () => {
    jetstream.emit(commit(shop, post, 'hats', { text: 'New hats' }));
    liked('ada', 'l1');
    const reply = { root: { uri: hats }, parent: { uri: hats } };
    const text = 'Mine! Write to me: bob@example.org';
    jetstream.emit(commit('did:plc:bob', post, 'r1', { text, reply }));
    jetstream.emit(commit('did:plc:eve', follow, 'f1', { subject: shop }));
    jetstream.emit(deletion('did:plc:eve', follow, 'f1'));
    const own = mastodon.post('own', {}) as { url: string };
    const account = { id: '9', acct: 'lin@social.example' };
    mastodon.notify({ type: 'reblog', account, status: own });
    expect((await settledWith(5)).map(({ kind, source }) => [source, kind])).toEqual([
      ['connector:bluesky', 'like'],
      ['connector:bluesky', 'reply'],
      ['connector:bluesky', 'follow'],
      ['connector:bluesky', 'unfollow'],
      ['connector:mastodon', 'share'],
    ]);
    await product.post(
      [
        ['bluesky:@ada.example', 'order-ada'],
        ['mastodon:@lin@social.example', 'order-lin'],
      ].map(([handle, orderId], index) => ({
        event_id: orderId,
        type: 'purchase',
        identifiers: { handle, user_id: `u-${index}` },
        order: { order_id: orderId, total: '19.99', currency: 'EUR' },
      })),
    );
    await product.settle();
    const credits = await product.sql(
      `SELECT order_id, platform, medium, media_type, post_id, uniqExact(model) AS models,
        sum(credit) AS credit
      FROM credits_current GROUP BY ALL ORDER BY order_id`,
    );
    const earned = { medium: 'social', media_type: 'earned', models, credit: models * 1_999 };
    expect(credits).toEqual([
      { order_id: 'order-ada', platform: 'bluesky', post_id: hats, ...earned },
      { order_id: 'order-lin', platform: 'mastodon', post_id: own.url, ...earned },
    ]);
    const posts = await product.sql(
      'SELECT post_id, platform, media_type FROM posts ORDER BY platform',
    );
    expect(posts).toEqual([
      { post_id: hats, platform: 'bluesky', media_type: 'owned' },
      { post_id: own.url, platform: 'mastodon', media_type: 'owned' },
    ]);
    expect(JSON.stringify(await interactions())).toContain('Write to me: [email]');
  },
  testMsMax,
);

test(
  'killed in the middle of the streams, twice: nothing is lost, nothing counts twice',
  async () => {
    const before = (await interactions()).length;
    const status = { id: '77', url: `${mastodon.url}/@shop/77`, account: mastodon.account };
    const both = (index: number) => {
      liked('bob', `k${index}`);
      const account = { id: '9', acct: 'lin@social.example' };
      mastodon.notify({ type: 'favourite', account, status });
    };
    let starting: Promise<Product> | null = null;
    for (let index = 0; index < 900; index += 1) {
      both(index);
      await new Promise((resolve) => setTimeout(resolve, index % 3));
      if (index !== 200 && index !== 600) continue;
      // What was read and not accepted, or accepted and not noted, is so now; and the networks go on.
      product = (await starting) ?? product;
      await product.kill();
      starting = startProduct({ dataDir });
    }
    product = (await starting) ?? product;
    jetstream.repeat(50);
    const found = await settledWith(before + 1_800);
    expect(new Set(found.map(({ event_id: id }) => id)).size).toBe(found.length);
    const counted = await product.sql(
      `SELECT platform, count() AS touches FROM touchpoints_current
      WHERE post_id IN ('${hats}', '${status.url}') GROUP BY platform ORDER BY platform`,
    );
    expect(counted).toEqual([
      { platform: 'bluesky', touches: 902 },
      { platform: 'mastodon', touches: 900 },
    ]);
    const checked = await runCommand(dataDir, ['check']);
    expect(checked.code, checked.stdout).toBe(0);
  },
  testMsMax,
);

test(
  'how they are, is told',
  async () => {
    await read();
    const metrics = (await product.request('/metrics')).body;
    expect(metrics).toContain('rosi_connector_connected{connector="sky",source="bluesky"} 1');
    expect(metrics).toMatch(
      /rosi_connector_messages_total\{connector="toot",source="mastodon",outcome="accepted",reason="all"\} \d+/,
    );
    const stages = (await product.status())['stages'] as readonly { name: string }[];
    expect(stages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['connector sky (bluesky)', 'connector toot (mastodon)']),
    );
    // A backup takes along where they are, so that what it restores goes on from there.
    const folder = `${dataDir}-backup`;
    const backup = await runCommand(dataDir, ['backup', folder]);
    expect(backup.code, backup.stderr).toBe(0);
    for (const name of ['connectors.json', 'connectors/sky.json', 'connectors/toot.json']) {
      expect(existsSync(join(folder, name)), name).toBe(true);
    }
    await removeDataDir(folder);
    const stopped = await product.stop();
    expect(stopped.code).toBe(0);
    expect(stopped.output).not.toContain(mastodon.token);
  },
  testMsMax,
);
