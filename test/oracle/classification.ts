/**
 * Platform, medium and media type of an event: what it states, else what utm, ad click ids and the
 * referrer say. The rules of docs/classification.md over the few unambiguous rows of its tables
 * that the generator uses.
 */
import type { PageFacts } from './page-url.js';
import { type JsonObject, textOf } from './text.js';
import type { Dimensions, EventType } from './types.js';

/** What a source is, as the medium that a plain visit from it has. */
const sourceMediums: Readonly<Record<string, string>> = {
  google: 'organic',
  bing: 'organic',
  facebook: 'social',
  instagram: 'social',
  linkedin: 'social',
  mastodon: 'social',
  tiktok: 'social',
  x: 'social',
  newsletter: 'email',
};
const utmMediums: Readonly<Record<string, string>> = {
  social: 'social',
  cpc: 'cpc',
  paid_social: 'paid_social',
  email: 'email',
  affiliate: 'affiliate',
  influencer: 'influencer',
};
const hosts: Readonly<Record<string, string>> = {
  'google.com': 'google',
  'bing.com': 'bing',
  'facebook.com': 'facebook',
  'instagram.com': 'instagram',
  'linkedin.com': 'linkedin',
  'mastodon.social': 'mastodon',
  't.co': 'x',
};
interface AdClick {
  readonly platform: string;
  readonly medium: string;
  /** Networks that carry the same id; as the referrer they are the platform. */
  readonly carriers: readonly string[];
}
const adClicks: Readonly<Record<string, AdClick>> = {
  gclid: { platform: 'google', medium: 'cpc', carriers: [] },
  dclid: { platform: 'google', medium: 'display', carriers: [] },
  msclkid: { platform: 'bing', medium: 'cpc', carriers: [] },
  ttclid: { platform: 'tiktok', medium: 'paid_social', carriers: [] },
  fbclid: { platform: 'facebook', medium: 'social', carriers: ['instagram'] },
};
const mediaTypes: Readonly<Record<string, string>> = {
  social: 'earned',
  paid_social: 'paid',
  cpc: 'paid',
  display: 'paid',
  affiliate: 'paid',
  influencer: 'paid',
  referral: 'earned',
  email: 'owned',
  organic: 'earned',
};

function platformOf(facts: PageFacts): string {
  const referrer = hosts[facts.externalReferrerHost] ?? facts.externalReferrerHost;
  const ad = adClicks[facts.adClickParameter];
  const clicked = ad?.carriers.includes(referrer) ? referrer : ad?.platform;
  return facts.utm?.source || clicked || referrer;
}

function mediumOf(facts: PageFacts): string {
  const source = facts.utm?.source ?? '';
  const ad = adClicks[facts.adClickParameter];
  const adAlone = ad !== undefined && facts.adClickParameter !== 'fbclid';
  const stated = utmMediums[facts.utm?.medium ?? ''];
  if (stated !== undefined) {
    const paidSocial = stated === 'cpc' && sourceMediums[source] === 'social';
    return paidSocial ? 'paid_social' : stated;
  }
  if (adAlone) return ad.medium;
  if (source !== '') return sourceMediums[source] ?? 'other';
  if (ad !== undefined) return ad.medium;
  const host = facts.externalReferrerHost;
  if (host !== '') return sourceMediums[hosts[host] ?? ''] ?? 'referral';
  return 'other';
}

/** Each stated dimension wins by itself. */
export function dimensionsOf(type: EventType, body: JsonObject, facts: PageFacts): Dimensions {
  const [platform, medium, mediaType] = ['platform', 'medium', 'media_type'].map((name) =>
    textOf(body[name]),
  ) as [string, string, string];
  const sources = [facts.adClickParameter, facts.externalReferrerHost];
  if (facts.utm === null && sources.every((source) => source === '')) {
    const direct = type === 'page' && !facts.rosiClick ? 'direct' : '';
    return { platform, medium: medium || direct, mediaType };
  }
  const known = medium || mediumOf(facts);
  const owned = known === 'social' && facts.utm !== null; // only the brand tags its own links
  return {
    platform: platform || platformOf(facts),
    medium: known,
    mediaType: mediaType || (owned ? 'owned' : (mediaTypes[known] ?? '')),
  };
}
