/**
 * The made-up shop: what it publishes, who publishes for it, and what it pays. Reach follows Zipf's
 * law; how much a post *persuades* is another matter, and is the planted truth: search for the
 * shop's own name and retargeting reach many who buy anyway and cause nothing.
 */
import { Chance } from './chance.js';

export const dayMs = 86_400_000;
export const yearDays = 365;
/** For how long a post is seen after it was published; ads are always on. */
const seenDays = 45;

export interface Post {
  readonly postId: string;
  readonly platform: string;
  readonly medium: string;
  readonly mediaType: 'owned' | 'paid' | 'earned';
  readonly format: string;
  readonly topic: string;
  readonly influencerId: string | null;
  readonly campaignId: string | null;
  /** Days before the shop's last day. */
  readonly publishedDaysAgo: number;
  /** How many people it comes before, relative to the others. */
  readonly reach: number;
  /** How readily one of them buys because of it; 0: never. */
  readonly persuasion: number;
  /** Of an ad, in cents. */
  readonly costPerDay: number;
}

export interface Influencer {
  readonly influencerId: string;
  readonly name: string;
  readonly platform: string;
  readonly reach: number;
  readonly code: string;
  /** For each post, in cents. */
  readonly fee: number;
}

export interface Shop {
  readonly seed: number;
  readonly influencers: readonly Influencer[];
  readonly posts: readonly Post[];
  readonly campaigns: readonly { readonly campaignId: string; readonly name: string }[];
}

const influencerNames = [
  ['trailcat', 'Trail Cat', 'instagram'],
  ['slowbrew', 'Slow Brew', 'youtube'],
  ['gardenfox', 'Garden Fox', 'tiktok'],
  ['nightowl', 'Night Owl Reads', 'mastodon'],
  ['saltandstone', 'Salt and Stone', 'instagram'],
  ['thirdgear', 'Third Gear', 'youtube'],
  ['paperboat', 'Paper Boat', 'tiktok'],
  ['northlight', 'North Light', 'mastodon'],
] as const;
const topics = ['how to', 'behind the scenes', 'new arrival', 'review', 'season'] as const;
const formats = ['video', 'story', 'image', 'text'] as const;
const postsPerInfluencer = 5;
const ownedPosts = 16;

const campaigns = [
  { campaignId: 'always-on', name: 'Always on' },
  { campaignId: 'brand-search', name: "Search for the shop's name" },
  { campaignId: 'retargeting', name: 'Retargeting' },
] as const;

export function createShop(seed: number): Shop {
  const chance = new Chance(seed, 'shop');
  const influencers = influencerNames.map(
    ([influencerId, name, platform], rank): Influencer => ({
      influencerId,
      name,
      platform,
      reach: 1 / (rank + 1),
      code: `${influencerId.toUpperCase()}10`,
      fee: Math.round(24_000 / (rank + 1)) + 4_000,
    }),
  );
  const posts = [
    ...influencers.flatMap((influencer) => postsOf(influencer, chance)),
    ...Array.from({ length: ownedPosts }, (_, index) => ownedPost(index, chance)),
    ...ads,
  ];
  return { seed, influencers, posts, campaigns };
}

/** Spread over the year, so that each has one seen on most days. */
const spread = (index: number, count: number, chance: Chance) =>
  Math.floor(((index + chance.between(0.1, 0.9)) / count) * yearDays);

function postsOf(influencer: Influencer, chance: Chance): Post[] {
  return Array.from({ length: postsPerInfluencer }, (_, index) => ({
    postId: `${influencer.influencerId}-${index + 1}`,
    platform: influencer.platform,
    medium: 'influencer',
    mediaType: 'earned',
    format: formats[chance.integer(0, 3)] ?? 'video',
    topic: topics[chance.integer(0, 4)] ?? 'review',
    influencerId: influencer.influencerId,
    campaignId: null,
    publishedDaysAgo: spread(index, postsPerInfluencer, chance),
    reach: influencer.reach,
    // Not the largest persuade most: that is what attribution is to find out.
    persuasion: Math.min(3, chance.aroundMedian(0.9, 0.7)),
    costPerDay: 0,
  }));
}

function ownedPost(index: number, chance: Chance): Post {
  return {
    postId: `shop-${index + 1}`,
    platform: index % 3 === 0 ? 'mastodon' : 'instagram',
    medium: 'social',
    mediaType: 'owned',
    format: formats[chance.integer(0, 3)] ?? 'image',
    topic: topics[chance.integer(0, 4)] ?? 'season',
    influencerId: null,
    campaignId: null,
    publishedDaysAgo: spread(index, ownedPosts, chance),
    reach: 0.45 / (1 + (index % 4)),
    persuasion: Math.min(2, chance.aroundMedian(0.5, 0.6)),
    costPerDay: 0,
  };
}

type Ad = readonly [
  id: string,
  platform: string,
  medium: string,
  campaign: string,
  reach: number,
  persuasion: number,
  costPerDay: number,
];

const ad = ([postId, platform, medium, campaignId, reach, persuasion, costPerDay]: Ad): Post => ({
  postId,
  platform,
  medium,
  mediaType: 'paid',
  format: 'ad',
  topic: '',
  influencerId: null,
  campaignId,
  publishedDaysAgo: yearDays,
  reach,
  persuasion,
  costPerDay,
});

const ads: readonly Post[] = [
  ad(['ad-instagram', 'instagram', 'paid_social', 'always-on', 0.6, 0.5, 1_900]),
  ad(['ad-tiktok', 'tiktok', 'paid_social', 'always-on', 0.35, 0.8, 1_100]),
  ad(['ad-search', 'google', 'cpc', 'always-on', 0.3, 0.9, 1_500]),
  ad(['ad-brand-search', 'google', 'cpc', 'brand-search', 0, 0, 900]),
  ad(['ad-retargeting', 'criteo', 'display', 'retargeting', 0, 0, 1_200]),
];

/** Posts that somebody could see so many days before the shop's last day. */
export function seenPosts({ posts }: Shop, daysAgo: number): readonly Post[] {
  return posts.filter(
    ({ mediaType, publishedDaysAgo }) =>
      daysAgo <= publishedDaysAgo &&
      (mediaType === 'paid' || daysAgo > publishedDaysAgo - seenDays),
  );
}
