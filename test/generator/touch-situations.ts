/**
 * What people do before they buy: pages, clicks, views, interactions, exactly on window bounds too.
 */
import {
  campaignIds,
  influencerIds,
  linkIds,
  postIds,
  programIds,
} from './catalogue-situations.js';
import { type Body, dayMs, type PersonSketch, type World } from './world.js';

export const siteUrl = 'https://shop.example';

const statedDimensions = [
  { platform: 'mastodon', medium: 'social', media_type: 'owned' },
  { platform: 'instagram', medium: 'influencer', media_type: 'earned' },
  { platform: 'google', medium: 'cpc', media_type: 'paid' },
  { platform: 'newsletter', medium: 'email', media_type: 'owned' },
  { platform: 'tiktok', medium: 'paid_social', media_type: 'paid' },
] as const;

const utms = [
  { source: 'google', medium: 'cpc' },
  { source: 'facebook', medium: 'cpc' },
  { source: 'instagram', medium: 'influencer' },
  { source: 'facebook', medium: 'paid_social' },
  { source: 'mastodon', medium: 'social' },
  { source: 'newsletter', medium: 'email' },
] as const;

const referrers = [
  'https://www.google.com/',
  'https://www.bing.com/search?q=shoes',
  'https://www.facebook.com/',
  'https://www.instagram.com/ada/',
  'https://mastodon.social/@ada',
  'https://www.linkedin.com/feed/',
  'https://t.co/x',
  'https://www.lemonde.fr/',
];

/** Some of the ids that say what a touchpoint came from; each may or may not be in the catalogue. */
function references(world: World): Body {
  const { random } = world;
  const sometimes = (name: string, ids: readonly string[], probability: number): Body =>
    random.chance(probability) ? { [name]: random.pick(ids) } : {};
  return {
    ...sometimes('link_id', linkIds, 0.4),
    ...sometimes('post_id', postIds, 0.4),
    ...sometimes('influencer_id', influencerIds, 0.15),
    ...sometimes('campaign_id', campaignIds, 0.15),
    ...sometimes('program_id', programIds, 0.1),
  };
}

const interactionKinds = ['like', 'share', 'comment', 'reply', 'mention', 'follow', 'save'];

/** Emits one touchpoint of a person at an instant. */
export function touch(
  world: World,
  type: 'view' | 'click' | 'interaction' | 'page',
  person: PersonSketch,
  at: number,
  extra: Body = {},
): void {
  const { random } = world;
  const identifiers = random.chance(0.6) ? world.browserOf(person) : world.identifiersOf(person);
  const kind =
    type === 'interaction' ? { interaction: { kind: random.pick(interactionKinds) } } : {};
  const visit =
    type === 'page'
      ? {
          page: { url: `${siteUrl}/p/${random.integer(1, 9)}` },
          properties: { session_start: true },
        }
      : {};
  const body = {
    identifiers,
    ...random.pick(statedDimensions),
    ...references(world),
    ...kind,
    ...visit,
    ...extra,
  };
  world.emit(type, at, body, { server: random.chance(0.3) });
}

export function clickOnLink(world: World): void {
  const link = { link_id: world.random.pick(linkIds) };
  touch(world, 'click', world.person(), world.instant(), link);
}

export function view(world: World): void {
  touch(world, 'view', world.person(), world.instant());
}

/** A touchpoint belongs to the person of the order that it names, with or without another name. */
export function touchOfOrder(world: World): void {
  const { random } = world;
  if (world.orders.length === 0) return;
  const { orderId, person, at } = random.pick(world.orders);
  const alone = random.chance(0.3) ? { identifiers: {} } : {};
  const when = random.chance(0.3) ? at : at - random.integer(0, 2 * dayMs);
  touch(world, random.pick(['click', 'view', 'page']), person, when, {
    order: { order_id: orderId },
    ...alone,
  });
  world.count('touch_of_order');
}

export function interaction(world: World): void {
  touch(world, 'interaction', world.person(), world.instant());
}

function page(world: World, body: Body): void {
  const person = world.person();
  const identifiers = world.random.chance(0.7)
    ? world.browserOf(person)
    : world.identifiersOf(person);
  world.emit(
    'page',
    world.instant(),
    { identifiers, ...body },
    { server: world.random.chance(0.2) },
  );
}

function utmQuery(world: World): string {
  const utm = world.random.pick(utms);
  const campaign = world.random.chance(0.6)
    ? `&utm_campaign=${world.random.pick(campaignIds)}`
    : '';
  return `utm_source=${utm.source}&utm_medium=${utm.medium}${campaign}`;
}

export function pageWithUtmInUrl(world: World): void {
  page(world, { page: { url: `${siteUrl}/?${utmQuery(world)}` } });
}

/** The event's own utm stands as a whole: the url's campaign is not read. */
export function pageWithStatedUtm(world: World): void {
  const url = `${siteUrl}/?${utmQuery(world)}`;
  page(world, { page: { url }, utm: world.random.pick(utms) });
}

export function pageFromReferrer(world: World): void {
  page(world, { page: { url: `${siteUrl}/`, referrer: world.random.pick(referrers) } });
}

export function pageFromAd(world: World): void {
  const parameter = world.random.pick(['gclid', 'dclid', 'msclkid', 'ttclid', 'fbclid']);
  const value = `x${world.serial()}${world.random.pick(['', '%20y', '+z', '%C3%A9'])}`;
  page(world, { page: { url: `${siteUrl}/?a=1&${parameter}=${value}#top` } });
}

/** Two ad click ids: the first in the contract's order names the click, not the first in the url. */
export function pageFromTwoAds(world: World): void {
  const [a, b] = [world.serial(), world.serial()];
  page(world, { page: { url: `${siteUrl}/?msclkid=m${a}&gclid=g${b}` } });
}

/** No touchpoint: the click on the tracked link already is. Its click id links all the same. */
export function pageFromTrackedLink(world: World): void {
  const clickId = world.newId('k').replaceAll(/[^\w-]/g, '');
  const person = world.person();
  const at = world.instant();
  touch(world, 'click', person, at - 2_000, { identifiers: { click_id: clickId } });
  world.emit('page', at, {
    identifiers: world.browserOf(person),
    page: { url: `${siteUrl}/?rosi_click=${clickId}&${utmQuery(world)}` },
  });
}

/** Sources that say different things: an earlier one leaves to the next what it does not say. */
export function pageFromMixedSources(world: World): void {
  const n = world.serial();
  const [query, referrer] = world.random.pick([
    [`utm_source=google&gclid=g${n}`, ''],
    [`utm_source=mastodon&fbclid=f${n}`, ''],
    ['utm_source=mastodon', ''],
    [`fbclid=f${n}`, 'https://www.instagram.com/'],
    [`fbclid=f${n}`, 'https://www.facebook.com/'],
    ['utm_source=newsletter&utm_medium=email', 'https://www.google.com/'],
  ] as const);
  page(world, { page: { url: `${siteUrl}/?${query}`, ...(referrer === '' ? {} : { referrer }) } });
}

/** A stated platform leaves the medium to what the url says. */
export function pageWithStatedPlatform(world: World): void {
  page(world, { platform: 'tiktok', page: { url: `${siteUrl}/?${utmQuery(world)}` } });
}

export function pageDirectVisit(world: World): void {
  page(world, { page: { url: `${siteUrl}/` }, properties: { session_start: true } });
}

/** An internal referrer counts as none: the visit that begins so is direct. */
export function pageInternalVisit(world: World): void {
  const referrer = world.random.pick(['https://www.shop.example/a', 'https://blog.example/b']);
  page(world, { page: { url: `${siteUrl}/c`, referrer }, properties: { session_start: true } });
}

export function pageWithinVisit(world: World): void {
  page(world, { page: { url: `${siteUrl}/d`, referrer: `${siteUrl}/c` } });
}

/** One touchpoint on each side of a window's two bounds. */
export function touchesOnWindowBounds(world: World): void {
  if (world.orders.length === 0) return;
  const order = world.random.pick(world.orders);
  const days = { click: 30, page: 30, interaction: 7, view: 1 } as const;
  const type = world.random.pick(['click', 'page', 'interaction', 'view'] as const);
  const start = order.at - days[type] * dayMs;
  for (const at of [start, start + 1, order.at, order.at + 1]) {
    touch(world, type, order.person, at);
  }
  world.count('touches_on_window_bounds');
}

/** Equal times: the order of touchpoint ids as UTF-8 bytes decides. */
export function touchesAtOneInstant(world: World): void {
  const person = world.person();
  const at = world.instant();
  const count = world.random.integer(2, 5);
  for (let i = 0; i < count; i++) touch(world, 'click', person, at);
}

/** Ages that are whole half-lives: shares with true ties. */
export function touchesWholeHalfLivesApart(world: World): void {
  if (world.orders.length === 0) return;
  const order = world.random.pick(world.orders);
  const count = world.random.integer(2, 6);
  for (let i = 0; i < count; i++) {
    touch(world, 'click', order.person, order.at - world.random.integer(0, 4) * 7 * dayMs);
  }
  world.count('touches_whole_half_lives_apart');
}

export function touchOfNobody(world: World): void {
  const type = world.random.pick(['view', 'click', 'interaction'] as const);
  touch(world, type, world.person(), world.instant(), { identifiers: {} });
}

/** More than 1,000 eligible touchpoints of one order; heavy, so only when asked for. */
export function overAThousandTouches(world: World): void {
  if (world.orders.length === 0) return;
  const order = world.random.pick(world.orders);
  const count = world.random.integer(1_000, 1_030);
  for (let i = 0; i < count; i++) {
    touch(world, 'click', order.person, order.at - world.random.integer(0, 29 * dayMs), {
      identifiers: { user_id: order.person.userId },
    });
  }
  world.emit('identify', order.at, {
    identifiers: { user_id: order.person.userId },
    order: { order_id: order.orderId },
  });
  world.count('over_a_thousand_touches');
}
