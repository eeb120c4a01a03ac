/** The shop's catalogue and spend as events. The same shop gives the same event ids. */
import type { ImportEvent } from '../import/item.js';
import { dayMs, type Shop, yearDays } from './shop.js';

export type DemoEvent = ImportEvent;

const amountOf = (cents: number) => (cents / 100).toFixed(2);
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** `until`: the end of the shop's last day. */
export function catalogueEvents(shop: Shop, until: number): DemoEvent[] {
  const begin = new Date(until - yearDays * dayMs).toISOString();
  const entry = (type: string, id: string, body: object): DemoEvent => ({
    event_id: `demo-${shop.seed}-${type}-${id}`,
    type,
    occurred_at: begin,
    [type]: body,
  });
  return [
    ...shop.campaigns.map(({ campaignId, name }) =>
      entry('campaign', campaignId, { campaign_id: campaignId, name }),
    ),
    ...shop.influencers.flatMap(({ influencerId, name, platform, code }) => [
      entry('influencer', influencerId, {
        influencer_id: influencerId,
        name,
        handles: [`${platform}:@${influencerId}`],
      }),
      entry('coupon', code, { code, influencer_id: influencerId }),
    ]),
    ...shop.posts.map((post) =>
      entry('post', post.postId, {
        post_id: post.postId,
        platform: post.platform,
        media_type: post.mediaType,
        format: post.format,
        ...(post.topic === '' ? {} : { topic: post.topic }),
        ...(post.influencerId === null ? {} : { influencer_id: post.influencerId }),
        ...(post.campaignId === null ? {} : { campaign_id: post.campaignId }),
        published_at: new Date(until - post.publishedDaysAgo * dayMs).toISOString(),
      }),
    ),
    ...spendEvents(shop, until),
  ];
}

/** Ads cost by the week, influencers a fee for each post. */
function spendEvents(shop: Shop, until: number): DemoEvent[] {
  const spend = (id: string, at: number, cents: number, on: object): DemoEvent => ({
    event_id: `demo-${shop.seed}-spend-${id}`,
    type: 'spend',
    occurred_at: new Date(at).toISOString(),
    spend: {
      spend_id: `demo-${shop.seed}-${id}`,
      date: dayOf(at),
      amount: amountOf(cents),
      currency: 'EUR',
      ...on,
    },
  });
  const weeks = Array.from({ length: 52 }, (_, week) => week);
  const ofAds = shop.posts
    .filter(({ costPerDay }) => costPerDay > 0)
    .flatMap(({ postId, costPerDay }) =>
      weeks.map((week) => {
        const at = until - (week * 7 + 1) * dayMs;
        return spend(`${postId}-${week}`, at, costPerDay * 7, { post_id: postId });
      }),
    );
  const fees = new Map(shop.influencers.map(({ influencerId, fee }) => [influencerId, fee]));
  const ofPosts = shop.posts.flatMap(({ postId, influencerId, publishedDaysAgo }) => {
    const fee = influencerId === null ? undefined : fees.get(influencerId);
    const at = until - (publishedDaysAgo + 0.5) * dayMs;
    return fee === undefined ? [] : [spend(postId, at, fee, { post_id: postId })];
  });
  return [...ofAds, ...ofPosts];
}
