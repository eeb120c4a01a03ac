/**
 * A small shop's half year, seeded, for the statements of docs/queries.md: posts of several formats,
 * influencers with and without a rate, spend that earned nothing, orders in three currencies, some
 * refunded, some of nobody's, some at the edges of a month, bots, coupons and referral links.
 */
import { Random } from '../generator/index.js';
import type { OracleEvent } from '../oracle/index.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const from = Date.UTC(2025, 11, 1);
const days = 210;
const count = (many: number) => Array.from({ length: many }, (_, at) => at);
const iso = (ms: number) => new Date(ms).toISOString();

export interface Shop {
  readonly events: readonly OracleEvent[];
  readonly posts: ReadonlyMap<string, { published: number; format: string; topic: string }>;
  /** Influencers that stated one. */
  readonly rates: ReadonlyMap<string, number>;
}

export function makeShop(seed: number): Shop {
  const random = new Random(seed);
  const posts = postsOf(random);
  const rates = new Map(count(6).map((at) => [`i-${at}`, at / 20] as const));
  const events: OracleEvent[] = [];
  const send = (receivedAt: number, body: object) =>
    events.push({ body, keyKind: 'secret', receivedAt });
  sendCatalogue(random, posts, rates, (body) => send(from, { occurred_at: iso(from), ...body }));
  for (const person of count(60)) sendPerson(random, person, send);
  for (const person of count(60)) sendOutside(random, person, send);
  return { events: random.shuffled(events), posts, rates };
}

function postsOf(random: Random) {
  return new Map(
    count(40).map((at) => [
      `p-${at}`,
      {
        published: from + random.integer(60, 135) * dayMs + random.integer(0, 3) * 5 * hourMs,
        format: random.pick(['video', 'image']),
        topic: random.pick(['care', 'sale', '']),
      },
    ]),
  );
}

function sendCatalogue(
  random: Random,
  posts: Shop['posts'],
  rates: Shop['rates'],
  send: (body: object) => void,
): void {
  for (const [post_id, { published, format, topic }] of posts) {
    const owner = random.chance(0.6) ? { influencer_id: `i-${random.integer(0, 7)}` } : {};
    const campaign = random.chance(0.7) ? { campaign_id: `c-${random.integer(0, 4)}` } : {};
    const stated = { post_id, platform: 'mastodon', published_at: iso(published), format, topic };
    send({ type: 'post', post: { ...stated, ...owner, ...campaign } });
  }
  for (const at of count(8)) {
    const rate = rates.get(`i-${at}`);
    const stated = rate === undefined ? {} : { commission_rate: rate };
    const influencer = { influencer_id: `i-${at}`, name: `Name ${at}`, ...stated };
    send({ type: 'influencer', influencer });
  }
  for (const at of count(10)) {
    const program = at % 3 === 0 ? { program_id: `r-${at}` } : {};
    const link = {
      link_id: `l-${at}`,
      url: 'https://shop.example',
      post_id: `p-${at}`,
      ...program,
    };
    send({ type: 'link', link });
  }
  send({ type: 'coupon', coupon: { code: 'ADA', influencer_id: 'i-1' } });
  send({ type: 'coupon', coupon: { code: 'BO', influencer_id: 'i-7', program_id: 'r-9' } });
  for (const at of count(80)) sendSpend(random, at, send);
}

function sendSpend(random: Random, at: number, send: (body: object) => void): void {
  const owner = random.pick([
    { campaign_id: `c-${random.integer(0, 6)}` },
    { post_id: `p-${random.integer(0, 45)}` },
    { platform: 'google' },
  ]);
  const day = iso(from + random.integer(25, 130) * dayMs).slice(0, 10);
  const currency = random.pick(['EUR', 'EUR', 'USD']);
  const amount = `${random.integer(1, 90)}.50`;
  const spend = { spend_id: `s-${at}`, date: day, amount, currency, ...owner };
  send({ type: 'spend', spend });
}

type Send = (receivedAt: number, body: object) => void;

/** One to five orders, each after some touchpoints; the first person's first order is 1001. */
function sendPerson(random: Random, person: number, send: Send): void {
  const identifiers = { anonymous_id: `a-${person}`, user_id: `u-${person}` };
  for (const at of count(random.integer(1, 5))) {
    const orderedAt =
      person === 0 && at === 0
        ? Date.UTC(2026, 2, 10, 12)
        : from + random.integer(0, days * 24) * hourMs + random.integer(0, 3_599) * 1_000;
    for (const nth of count(random.integer(0, 6))) {
      const event_id = `t-${person}-${at}-${nth}`;
      sendTouch(random, { event_id, identifiers, orderedAt }, send);
    }
    const order_id = person === 0 && at === 0 ? '1001' : `o-${person}-${at}`;
    if (order_id === '1001') {
      const body = { type: 'click', platform: 'mastodon', post_id: 'p-1', identifiers };
      send(orderedAt - hourMs, { occurred_at: iso(orderedAt - hourMs), ...body });
    }
    // A few are known by their order alone.
    const known = random.chance(0.93) ? identifiers : {};
    sendOrder(random, { order_id, orderedAt, identifiers: known }, send);
  }
}

/** Some were customers before the months that are asked for, and some come back after them. */
function sendOutside(random: Random, person: number, send: Send): void {
  const identifiers = { user_id: `u-${person}` };
  const order = (name: string, orderedAt: number) =>
    sendOrder(random, { order_id: `${name}-${person}`, orderedAt, identifiers }, send);
  if (person % 7 === 3) order('early', Date.UTC(2025, 5, 30, 23, 59));
  if (person % 7 === 4) order('summer', Date.UTC(2025, 8, 30, 23, 59));
  if (person % 7 === 6) order('autumn', Date.UTC(2025, 9, 1));
  if (person % 7 === 5) order('late', Date.UTC(2026, 6, 1));
}

interface Visit {
  readonly identifiers: object;
  readonly orderedAt: number;
}

function sendTouch(
  random: Random,
  { event_id, identifiers, orderedAt }: Visit & { event_id: string },
  send: Send,
): void {
  const at = orderedAt - random.integer(1, 20 * 24 * 60) * 60_000;
  const platform = random.pick(['mastodon', 'instagram', 'tiktok']);
  const post = { platform, post_id: random.pick(['p-1', `p-${random.integer(0, 39)}`]) };
  const kind = random.pick(['like', 'like', 'comment', 'mention', 'follow', 'review']);
  const what = random.pick([
    { type: 'click', medium: 'social', media_type: 'owned', ...post },
    { type: 'click', link_id: `l-${random.integer(0, 9)}` },
    { type: 'interaction', medium: 'social', media_type: 'earned', ...post, interaction: { kind } },
    { type: 'view', ...post },
    { type: 'page', page: { url: 'https://shop.example/?utm_source=google&utm_medium=cpc' } },
    { type: 'page', page: { url: 'https://shop.example/' }, properties: { session_start: true } },
    { type: 'click', medium: 'email', campaign_id: `c-${random.integer(0, 4)}` },
  ]);
  const agent = random.chance(0.05) ? { user_agent: 'Googlebot/2.1' } : {};
  const body = { event_id, occurred_at: iso(at), identifiers, ...agent, ...what };
  send(at, body);
  if (random.chance(0.1)) send(at + hourMs, body);
}

function sendOrder(
  random: Random,
  { order_id, orderedAt, identifiers }: Visit & { order_id: string },
  send: Send,
): void {
  const currency = random.pick(['EUR', 'EUR', 'EUR', 'USD', 'JPY']);
  const amount = (units: number) => (currency === 'JPY' ? `${units}` : `${units}.37`);
  const total = random.integer(10, 400);
  const coupon_codes = random.chance(0.25) ? [random.pick(['ADA', 'BO', 'NOBODY'])] : [];
  const order = { order_id, total: amount(total), currency, coupon_codes };
  const occurred_at = iso(orderedAt);
  send(orderedAt, { event_id: order_id, type: 'purchase', occurred_at, identifiers, order });
  if (!random.chance(0.2)) return;
  const back = random.pick([total, Math.ceil(total / 3)]);
  const refund = { refund_id: `r-${order_id}`, order_id, total: amount(back), currency };
  send(orderedAt + 9 * dayMs, {
    event_id: `refund-${order_id}`,
    type: 'refund',
    occurred_at: iso(orderedAt + 9 * dayMs),
    refund,
  });
}
