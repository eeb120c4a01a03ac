/**
 * How a medium and a media type follow from utm_medium, ad click ids and the kind of a source. The
 * model is GA4's default channel grouping. Data only; docs/classification.md shows these tables.
 */
import type { SourceKind } from './sources.js';
import type { AdClickParameter, MediaType, Medium } from './vocabulary.js';

/** What a known source's visitors come by when no utm_medium and no ad click id tells. */
export const mediumOfKind: Readonly<Record<SourceKind, Medium>> = {
  search: 'organic',
  social: 'social',
  video: 'social',
  assistant: 'referral',
  mail: 'email',
  payment: 'referral',
  shortener: 'referral',
  site: 'referral',
};

/** utm_medium in lower case, with `_` and spaces as `-`, to the medium. */
export const mediumAliases: Readonly<Partial<Record<Medium, readonly string[]>>> = {
  social: [
    'social',
    'social-network',
    'social-media',
    'socialmedia',
    'sm',
    'organic-social',
    'social-organic',
    'social-post',
    'post',
    'story',
    'stories',
    'reel',
    'bio',
    'community',
  ],
  paid_social: [
    'paid-social',
    'paidsocial',
    'social-paid',
    'social-ad',
    'social-ads',
    'socialads',
    'social-cpc',
    'boosted',
    'sponsored-post',
    'promoted-post',
  ],
  display: [
    'display',
    'banner',
    'cpm',
    'expandable',
    'interstitial',
    'programmatic',
    'native',
    'rich-media',
  ],
  affiliate: ['affiliate', 'affiliates', 'affiliation', 'partner', 'partners'],
  influencer: [
    'influencer',
    'influencers',
    'influencer-marketing',
    'creator',
    'creators',
    'ambassador',
  ],
  referral: ['referral', 'referrer', 'refer-a-friend', 'app', 'link', 'website'],
  email: ['email', 'e-mail', 'mail', 'newsletter', 'mailing', 'crm'],
  organic: ['organic', 'seo', 'organic-search'],
  coupon: ['coupon', 'coupons', 'voucher', 'discount', 'promo-code'],
};

/** Bought per click or view: with a social or video source `paid_social`, else `cpc`. */
export const paidMedia: readonly string[] = [
  'cpc',
  'ppc',
  'cpv',
  'cpa',
  'cpp',
  'paid',
  'paid-search',
  'paidsearch',
  'paid-click',
  'sem',
  'retargeting',
  'remarketing',
  'ad',
  'ads',
  'sponsored',
  'paid-video',
  'paid-shopping',
  'shopping-ads',
  'search-ads',
  'search-ad',
];

/** Where a network's click id comes from. fbclid also stands on links that nobody paid for. */
export const adClicks: Readonly<
  Record<AdClickParameter, { readonly platform: string; readonly medium: Medium }>
> = {
  gclid: { platform: 'google', medium: 'cpc' },
  gbraid: { platform: 'google', medium: 'cpc' },
  wbraid: { platform: 'google', medium: 'cpc' },
  dclid: { platform: 'google', medium: 'display' },
  fbclid: { platform: 'facebook', medium: 'social' },
  msclkid: { platform: 'bing', medium: 'cpc' },
  ttclid: { platform: 'tiktok', medium: 'paid_social' },
  twclid: { platform: 'x', medium: 'paid_social' },
  li_fat_id: { platform: 'linkedin', medium: 'paid_social' },
  rdt_cid: { platform: 'reddit', medium: 'paid_social' },
  epik: { platform: 'pinterest', medium: 'paid_social' },
  ScCid: { platform: 'snapchat', medium: 'paid_social' },
  yclid: { platform: 'yandex', medium: 'cpc' },
};

/**
 * Platforms whose links carry another network's click id: the referrer (or utm_source) then names
 * the platform.
 */
export const clickFamilies: Readonly<Partial<Record<AdClickParameter, readonly string[]>>> = {
  gclid: ['youtube', 'gmail'],
  gbraid: ['youtube', 'gmail'],
  wbraid: ['youtube', 'gmail'],
  fbclid: ['instagram', 'threads', 'messenger', 'whatsapp'],
  msclkid: ['yahoo', 'duckduckgo', 'ecosia', 'msn'],
};

/** POEM: paid is bought, owned is sent by the brand itself, earned is given by others. */
export const mediaTypeOfMedium: Readonly<Record<Medium, MediaType | ''>> = {
  social: 'earned',
  paid_social: 'paid',
  cpc: 'paid',
  display: 'paid',
  affiliate: 'paid',
  influencer: 'paid',
  referral: 'earned',
  email: 'owned',
  organic: 'earned',
  coupon: '',
  direct: '',
  other: '',
};

/** A social link with utm parameters was put there by the brand itself: it is its own post. */
export const mediaTypeOfTaggedSocial: MediaType = 'owned';
