/**
 * One order's story: what its person saw, what made them buy (the planted truth), what they clicked
 * on besides, the purchase as the thank-you page and the shop's webhook tell it, and perhaps a
 * refund. A pure function of seed, number and time.
 */
import type { DemoEvent } from './catalogue.js';
import { Chance } from './chance.js';
import { createPerson, type Person, personNumber } from './person.js';
import { dayMs, type Post, type Shop, seenPosts } from './shop.js';

const hourMs = 3_600_000;
const minuteMs = 60_000;

export interface Delivery {
  readonly event: DemoEvent;
  /** Comes so many stories later than its own: a late webhook, a refund. */
  readonly delay: number;
}

export interface StorySetting {
  readonly shop: Shop;
  /** Before all ids, so that streams do not meet. */
  readonly prefix: string;
  readonly orderPrefix: string;
  /** The end of the shop's last day; nothing happens after it. */
  readonly until: number;
}

interface Scene extends StorySetting {
  readonly number: number;
  readonly at: number;
  readonly chance: Chance;
  readonly person: Person;
}

/** `at`: the time of the order. */
export function tellStory(setting: StorySetting, number: number, at: number): readonly Delivery[] {
  const { seed } = setting.shop;
  const scene: Scene = {
    ...setting,
    number,
    at,
    chance: new Chance(seed, `story ${number}`),
    person: createPerson(seed, setting.prefix, personNumber(seed, number)),
  };
  const cause = causeOf(scene);
  const touches = [...causing(scene, cause), ...besides(scene), ...closing(scene), ...bots(scene)];
  const events = [...touches, ...logins(scene)].map((event, index) => ({
    event: { ...event, event_id: `demo-${scene.prefix}${number}-${index}` },
    delay: 0,
  }));
  return [...events, ...purchase(scene, cause)];
}

/** Null: they would have bought anyway. */
function causeOf({ shop, chance, at, until }: Scene): { post: Post; agoMs: number } | null {
  const agoMs = Math.min(25 * dayMs, chance.aroundMedian(2.5 * dayMs, 1.1));
  if (chance.happens(0.22)) return null;
  const seen = seenPosts(shop, (until - at + agoMs) / dayMs);
  const post = chance.weighted(seen, ({ reach, persuasion }) => reach * persuasion);
  return post === undefined ? null : { post, agoMs };
}

type Loose = Record<string, unknown>;

function touch(scene: Scene, type: string, post: Post, agoMs: number, device: string): Loose {
  return {
    type,
    occurred_at: new Date(scene.at - agoMs).toISOString(),
    identifiers: { anonymous_id: device },
    platform: post.platform,
    medium: post.medium,
    media_type: post.mediaType,
    post_id: post.postId,
    ...(type === 'interaction' ? { interaction: { kind: 'like' } } : {}),
    ...(scene.person.refusesTracking ? { consent: { analytics: false } } : {}),
  };
}

const anyDevice = ({ chance, person }: Scene) =>
  person.devices[chance.integer(0, person.devices.length - 1)] ?? person.userId;
const buyingDevice = ({ person }: Scene) => person.devices.at(-1) ?? person.userId;

function causing(scene: Scene, cause: ReturnType<typeof causeOf>): Loose[] {
  if (cause === null) return [];
  const device = anyDevice(scene);
  const click = touch(scene, 'click', cause.post, cause.agoMs, device);
  if (!scene.chance.happens(0.4)) return [click];
  const before = cause.agoMs + scene.chance.between(1, 20) * minuteMs;
  return [touch(scene, 'view', cause.post, before, device), click];
}

/** Posts that they came across and that caused nothing. */
function besides(scene: Scene): Loose[] {
  const { chance, shop, at, until } = scene;
  const found: Loose[] = [];
  while (found.length < 6 && chance.happens(0.52)) {
    const type = chance.weighted(['view', 'click', 'interaction'], (each) =>
      each === 'click' ? 2 : 3,
    );
    const agoMs = chance.aroundMedian(type === 'view' ? 9 * hourMs : 3 * dayMs, 1);
    const post = chance.weighted(
      seenPosts(shop, (until - at + agoMs) / dayMs),
      ({ reach }) => reach,
    );
    if (post !== undefined && type !== undefined) {
      found.push(touch(scene, type, post, agoMs, anyDevice(scene)));
    }
  }
  return found;
}

/** How those who have decided come to the shop: last, and for nothing. */
function closing(scene: Scene): Loose[] {
  const { chance, shop } = scene;
  const device = buyingDevice(scene);
  const named = (id: string) => shop.posts.filter(({ postId }) => postId === id);
  const found: Loose[] = [];
  if (chance.happens(0.22)) {
    const agoMs = chance.between(1, 20) * hourMs;
    for (const post of named('ad-retargeting'))
      found.push(touch(scene, 'view', post, agoMs, device));
  }
  if (chance.happens(0.3)) {
    const agoMs = chance.between(3, 50) * minuteMs;
    for (const post of named('ad-brand-search')) {
      found.push(touch(scene, 'click', post, agoMs, device));
    }
  } else if (chance.happens(0.45)) {
    found.push({
      type: 'page',
      occurred_at: new Date(scene.at - chance.between(2, 40) * minuteMs).toISOString(),
      identifiers: { anonymous_id: device },
      page: { url: 'https://shop.example/' },
      properties: { session_start: true },
    });
  }
  return found;
}

/** The tablet of a household sees both its persons log in, so it joins nobody. */
function logins({ person, at, chance }: Scene): Loose[] {
  const devices = person.logsIn ? person.devices : person.devices.slice(-1);
  return devices.map((device) => ({
    type: 'identify',
    occurred_at: new Date(at - chance.between(1, 30) * minuteMs).toISOString(),
    identifiers: { anonymous_id: device, user_id: person.userId, email: person.email },
  }));
}

/** Crawlers and link previews look at everything and buy nothing. */
function bots(scene: Scene): Loose[] {
  if (!scene.chance.happens(0.15)) return [];
  const post = scene.shop.posts[scene.chance.integer(0, scene.shop.posts.length - 1)];
  if (post === undefined) return [];
  const agent = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
  const looked = touch(scene, 'view', post, scene.chance.between(0, 5) * hourMs, 'crawler');
  return [{ ...looked, user_agent: agent }];
}

const currencies = [
  { currency: 'EUR', weight: 0.9, perEuro: 100, digits: 2 },
  { currency: 'USD', weight: 0.08, perEuro: 110, digits: 2 },
  { currency: 'JPY', weight: 0.02, perEuro: 165, digits: 0 },
] as const;

function purchase(scene: Scene, cause: ReturnType<typeof causeOf>): Delivery[] {
  const { chance, person, at, number } = scene;
  const money = chance.weighted(currencies, ({ weight }) => weight) ?? currencies[0];
  const minor = Math.round(
    Math.min(900, Math.max(9, chance.aroundMedian(62, 0.6))) * money.perEuro,
  );
  const orderId = `${scene.orderPrefix}${number}`;
  const id = (what: string) => `demo-${scene.prefix}${number}-${what}`;
  const when = new Date(at).toISOString();
  const codes = couponsOf(scene, cause?.post ?? null);
  const thanks: DemoEvent = {
    event_id: id('thanks'),
    type: 'purchase',
    occurred_at: when,
    identifiers: { anonymous_id: buyingDevice(scene) },
    order: { order_id: orderId },
  };
  const webhook: DemoEvent = {
    event_id: id('webhook'),
    type: 'purchase',
    occurred_at: when,
    identifiers: { customer_id: person.customerId, email: person.email },
    order: {
      order_id: orderId,
      total: amountText(minor, money.digits),
      currency: money.currency,
      coupon_codes: codes,
    },
    properties: { demo: true, caused_by: cause?.post.postId ?? '' },
  };
  const late = chance.happens(0.12) ? chance.integer(1, 25) : 0;
  return [
    { event: thanks, delay: 0 },
    { event: webhook, delay: late },
    ...refunds(scene, { orderId, minor, ...money }, id('refund')),
  ];
}

const amountText = (minor: number, digits: number) => (minor / 10 ** digits).toFixed(digits);

/** Those whom an influencer won often use the code; now and then somebody found it elsewhere. */
function couponsOf({ chance, shop }: Scene, post: Post | null): readonly string[] {
  const own = shop.influencers.find(({ influencerId }) => influencerId === post?.influencerId);
  if (own !== undefined) return chance.happens(0.4) ? [own.code] : [];
  if (!chance.happens(0.03)) return [];
  return [chance.weighted(shop.influencers, ({ reach }) => reach)?.code ?? ''].filter(Boolean);
}

interface Sold {
  readonly orderId: string;
  readonly minor: number;
  readonly currency: string;
  readonly digits: number;
}

function refunds(scene: Scene, sold: Sold, eventId: string): Delivery[] {
  const { chance, at, until } = scene;
  if (!chance.happens(0.08)) return [];
  const share = chance.happens(0.5) ? 1 : chance.between(0.2, 0.8);
  const minor = Math.round(sold.minor * share);
  const refundedAt = Math.min(until, at + chance.between(1, 20) * dayMs);
  const event: DemoEvent = {
    event_id: eventId,
    type: 'refund',
    occurred_at: new Date(refundedAt).toISOString(),
    refund: {
      refund_id: `refund-of-${sold.orderId}`,
      order_id: sold.orderId,
      total: amountText(minor, sold.digits),
      currency: sold.currency,
    },
  };
  return [{ event, delay: chance.integer(3, 40) }];
}
