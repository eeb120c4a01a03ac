/**
 * Posts, influencers, campaigns, links, coupons and spend; several versions, before or after the
 * events that refer to them. Few ids, so that references meet entries.
 */
import type { Body, World } from './world.js';

export const postIds = ['p-1', 'p-2', 'p-3 ～', 'p-4 😀'];
export const influencerIds = ['i-1', 'i-2', 'i-3 é'];
export const campaignIds = ['spring', 'summer', 'c-3'];
export const linkIds = ['l-1', 'l-2', 'l-3'];
export const programIds = ['r-1', 'r-2'];
export const couponCodes = ['ADA10', 'SPRING', 'ÉTÉ', 'X'];

function emitEntry(world: World, type: string, entry: Body, at = world.instant()): void {
  world.emit(type, at, { [type]: entry }, { server: true });
}

function optional(world: World, name: string, ids: readonly string[], probability = 0.5): Body {
  return world.random.chance(probability) ? { [name]: world.random.pick(ids) } : {};
}

export function post(world: World): void {
  const { random } = world;
  const at = world.instant();
  const entry = {
    post_id: random.pick(postIds),
    platform: random.pick(['mastodon', 'instagram', 'tiktok']),
    published_at: new Date(at).toISOString(),
    goal: 'buy',
    ...optional(world, 'influencer_id', influencerIds),
    ...optional(world, 'campaign_id', campaignIds),
    ...optional(world, 'media_type', ['owned', 'paid', 'earned']),
    ...optional(world, 'format', ['video', 'image']),
    ...optional(world, 'topic', ['shoes', 'été']),
  };
  emitEntry(world, 'post', entry, at);
}

export function influencer(world: World): void {
  const name = `Influencer ${world.serial()} 😀`;
  emitEntry(world, 'influencer', { influencer_id: world.random.pick(influencerIds), name });
}

export function campaign(world: World): void {
  const entry = {
    campaign_id: world.random.pick(campaignIds),
    name: `Campaign ${world.serial()}`,
    ...optional(world, 'objective', ['sales', 'notoriety']),
  };
  emitEntry(world, 'campaign', entry);
}

function linkEntry(world: World): Body {
  return {
    link_id: world.random.pick(linkIds),
    url: `https://shop.example/l/${world.serial()}`,
    ...optional(world, 'post_id', postIds, 0.6),
    ...optional(world, 'influencer_id', influencerIds, 0.3),
    ...optional(world, 'campaign_id', campaignIds, 0.3),
    ...optional(world, 'program_id', programIds, 0.3),
  };
}

export function link(world: World): void {
  emitEntry(world, 'link', linkEntry(world));
}

function couponEntry(world: World, code: string): Body {
  return {
    code,
    ...optional(world, 'influencer_id', influencerIds, 0.6),
    ...optional(world, 'post_id', postIds, 0.4),
    ...optional(world, 'campaign_id', campaignIds, 0.3),
    ...optional(world, 'program_id', programIds, 0.3),
  };
}

/** Codes are trimmed and upper-cased. */
export function coupon(world: World): void {
  const code = world.random.pick(couponCodes);
  emitEntry(
    world,
    'coupon',
    couponEntry(world, world.random.pick([code, ` ${code.toLowerCase()} `])),
  );
}

/** A code that changes hands; the last owner has it for all of history. */
export function couponChangesOwner(world: World): void {
  const code = world.random.pick(couponCodes);
  for (const influencerId of world.random.shuffled(influencerIds)) {
    emitEntry(world, 'coupon', { code, influencer_id: influencerId });
  }
}

/** A campaign's code names no influencer, post or program: no touchpoint. */
export function couponOfCampaignAlone(world: World): void {
  emitEntry(world, 'coupon', { code: world.random.pick(couponCodes), campaign_id: 'spring' });
}

/** Versions at one instant: the larger event_id stays. A version replaces the whole entry. */
export function versionsAtOneInstant(world: World): void {
  const at = world.instant();
  const entry = world.random.chance(0.5)
    ? () => ['link', linkEntry(world)] as const
    : () => ['coupon', couponEntry(world, 'ADA10')] as const;
  for (let i = 0; i < 3; i++) {
    const [type, body] = entry();
    emitEntry(world, type, body, at);
  }
}

export function spend(world: World): void {
  const { random } = world;
  const [amount, currency] = random.pick([
    ['12.50', 'EUR'],
    ['1000', 'JPY'],
    ['7.125', 'KWD'],
  ]) as [string, string];
  const target = random.pick([
    { post_id: random.pick(postIds) },
    { influencer_id: random.pick(influencerIds) },
    { campaign_id: random.pick(campaignIds) },
    { platform: 'mastodon' },
  ]);
  const date = new Date(world.instant()).toISOString().slice(0, 10);
  emitEntry(world, 'spend', {
    spend_id: `s-${random.integer(1, 4)}`,
    date,
    amount,
    currency,
    ...target,
  });
}
