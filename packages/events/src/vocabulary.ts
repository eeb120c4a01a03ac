/**
 * The closed lists of the public contract: types, media, kinds, and identifiers by strength. Every
 * part that needs one of these words takes it from here.
 */

/** Describe no person; the latest version of an entry replaces the whole entry. */
export const catalogueTypes = [
  'post',
  'influencer',
  'campaign',
  'link',
  'coupon',
  'spend',
] as const;

/** What a write key (a pixel) may send. */
export const pixelEventTypes = [
  'view',
  'click',
  'interaction',
  'page',
  'lead',
  'purchase',
  'identify',
] as const;

export const eventTypes = [...pixelEventTypes, 'refund', 'unlink', ...catalogueTypes] as const;

export const media = [
  'social',
  'paid_social',
  'cpc',
  'display',
  'affiliate',
  'influencer',
  'referral',
  'email',
  'organic',
  'coupon',
  'direct',
  'other',
] as const;

/** Owned, paid, earned (POEM). */
export const mediaTypes = ['owned', 'paid', 'earned'] as const;

export const interactionKinds = [
  'like',
  'share',
  'comment',
  'reply',
  'mention',
  'follow',
  'unfollow',
  'save',
  'video_view',
  'message',
  'review',
] as const;

/** Strongest first: an event belongs to the person of the first of these that it carries. */
export const identifierTypes = [
  'order_id',
  'user_id',
  'customer_id',
  'email',
  'phone',
  'handle',
  'anonymous_id',
  'click_id',
] as const;

/** Url parameters that advertising networks add; the first in this order names the click. */
export const adClickParameters = [
  'gclid',
  'gbraid',
  'wbraid',
  'dclid',
  'fbclid',
  'msclkid',
  'ttclid',
  'twclid',
  'li_fat_id',
  'rdt_cid',
  'epik',
  'ScCid',
  'yclid',
] as const;

/** The url parameter that a tracked link adds: the id of its click. */
export const trackedClickParameter = 'rosi_click';

export type EventType = (typeof eventTypes)[number];
export type CatalogueType = (typeof catalogueTypes)[number];
export type Medium = (typeof media)[number];
export type MediaType = (typeof mediaTypes)[number];
export type IdentifierType = (typeof identifierTypes)[number];
export type AdClickParameter = (typeof adClickParameters)[number];

const eventTypeSet: ReadonlySet<string> = new Set(eventTypes);
const catalogueTypeSet: ReadonlySet<string> = new Set(catalogueTypes);

export function isEventType(text: string): text is EventType {
  return eventTypeSet.has(text);
}

export function isCatalogueType(text: string): text is CatalogueType {
  return catalogueTypeSet.has(text);
}
