/** The catalogue of the query benchmark's shop: posts, influencers, campaigns, links, coupons, spend. */
import { randomNumbers } from './random.mjs';

const startMs = Date.UTC(2025, 0, 1);
const spanMs = Date.UTC(2027, 0, 1) - startMs;
const platforms = ['instagram', 'tiktok', 'youtube', 'mastodon', 'facebook', 'linkedin'];
const formats = ['video', 'image', 'carousel', 'story', 'text'];
const topics = ['care', 'launch', 'sale', 'people', 'howto', 'press'];
const numbered = (prefix, count) => Array.from({ length: count }, (_, at) => `${prefix}-${at}`);

/** Posts grow with the shop, up to 5,000: a shop of ten times the orders has not ten times the posts. */
export function catalogueOf(orders) {
  const random = randomNumbers(99);
  const pick = (values) => values[Math.floor(random() * values.length)];
  const influencers = numbered('i', 300);
  const campaigns = numbered('c', 60);
  const count = Math.min(5_000, Math.max(100, Math.floor(orders / 20)));
  const posts = numbered('p', count).map((postId, at) => ({
    postId,
    platform: pick(platforms),
    influencerId: random() < 0.5 ? pick(influencers) : '',
    campaignId: random() < 0.7 ? pick(campaigns) : '',
    format: pick(formats),
    topic: pick(topics),
    publishedAt: Math.floor(startMs + (at / count) * spanMs),
  }));
  const links = posts
    .filter((_, at) => at % 2 === 0)
    .map((post, at) => ({ linkId: `l-${at}`, postId: post.postId, platform: post.platform }));
  const codes = numbered('CODE', 400);
  /** Of those published by then the newest more often: rank by a log-uniform draw. */
  const recent = (values) => (draw, at) => {
    const part = Math.min(1, (at - startMs) / spanMs);
    const known = Math.max(1, Math.ceil(part * values.length));
    return values[Math.max(0, known - Math.ceil(known ** draw()))];
  };
  const [recentPost, recentLink] = [recent(posts), recent(links)];
  return { influencers, campaigns, posts, links, codes, recentPost, recentLink };
}

/** Ledger records of all entries. */
export function catalogueRecords(catalogue) {
  const { influencers, campaigns, posts, links, codes } = catalogue;
  return [
    ...influencers.map((id, at) =>
      entry('influencer', id, { name: `Influencer ${id}`, commission_rate: (at % 20) / 100 }),
    ),
    ...campaigns.map((id) => entry('campaign', id, { name: `Campaign ${id}`, objective: 'sales' })),
    ...posts.map(({ postId, influencerId, campaignId, publishedAt, platform, format, topic }) =>
      entry('post', postId, {
        platform,
        format,
        topic,
        goal: 'buy',
        media_type: 'owned',
        influencer_id: influencerId,
        campaign_id: campaignId,
        published_at: new Date(publishedAt).toISOString(),
      }),
    ),
    ...links.map(({ linkId, postId }, at) =>
      entry('link', linkId, {
        url: 'https://shop.example',
        post_id: postId,
        program_id: at % 10 === 0 ? `r-${at % 7}` : '',
      }),
    ),
    ...codes.map((code, at) =>
      entry('coupon', code, { influencer_id: influencers[at % influencers.length] }),
    ),
    ...spendEntries(catalogue),
  ];
}

/** A day's spend of six campaigns and two posts, and of the search platform. */
function spendEntries({ campaigns, posts }) {
  return Array.from({ length: 730 }, (_, day) => day).flatMap((day) => {
    const date = new Date(startMs + day * 86_400_000).toISOString().slice(0, 10);
    const of = (name, owner, amount) =>
      entry('spend', `s-${day}-${name}`, { date, amount, currency: 'EUR', ...owner });
    return [
      ...[0, 1, 2, 3, 4, 5].map((at) =>
        of(`c${at}`, { campaign_id: campaigns[(day + at * 10) % campaigns.length] }, 20_000),
      ),
      ...[0, 1].map((at) =>
        of(`p${at}`, { post_id: posts[(day * 7 + at) % posts.length].postId }, 5_000),
      ),
      of('google', { platform: 'google' }, 40_000),
    ];
  });
}

function entry(kind, id, body) {
  return {
    workspace: 'default',
    generation: 0,
    revision: 1,
    recordedAt: startMs,
    eventId: `${kind}-${id}`,
    occurredAt: startMs,
    entry: { kind, id, entry: JSON.stringify(body) },
  };
}
