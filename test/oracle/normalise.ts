/**
 * One posted event to an accepted one, or the reason for its rejection (contract, section 2).
 */
import { isBot } from './bots.js';
import { catalogueIdFields, isCatalogueType } from './catalogue-types.js';
import { dimensionsOf } from './classification.js';
import { identifiersOf } from './identifiers.js';
import { instantOf } from './instant.js';
import { isCurrency, moneyOf } from './money.js';
import { type PageFacts, pageFacts } from './page-url.js';
import { idOf, isObject, type JsonObject, objectOf, textOf } from './text.js';
import {
  type Accepted,
  type EventType,
  eventTypes,
  type Money,
  type OracleEvent,
  type OracleSettings,
  type Purchase,
  type Refund,
} from './types.js';

const pixelTypes = new Set([
  'view',
  'click',
  'interaction',
  'page',
  'lead',
  'purchase',
  'identify',
]);
const mediums = new Set([
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
]);
const mediaTypes = new Set(['owned', 'paid', 'earned']);
const interactionKinds = new Set([
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
]);
const dayMs = 86_400_000;

/** Thrown inside this module alone, so that every check can stand where the value is read. */
class Rejection extends Error {}

function reject(reason: string): never {
  throw new Rejection(reason);
}

export type NormaliseResult =
  | { readonly ok: true; readonly event: Accepted }
  | { readonly ok: false; readonly eventId: string | null; readonly reason: string };

/** `madeEventId` names an event that has no id of its own. */
export function normalise(
  posted: OracleEvent,
  settings: OracleSettings,
  madeEventId: string,
): NormaliseResult {
  try {
    return { ok: true, event: accept(posted, settings, madeEventId) };
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    const id = objectOf(posted.body)['event_id'];
    return { ok: false, eventId: typeof id === 'string' ? id : null, reason: error.message };
  }
}

function accept(posted: OracleEvent, settings: OracleSettings, madeEventId: string): Accepted {
  if (!isObject(posted.body)) reject('not an object');
  const body = posted.body;
  const type = typeOf(body, posted.keyKind);
  checkVocabulary(body);
  const facts = pageFacts(body, settings.ownDomains);
  const consented = isConsented(body, posted);
  const bot = isBot(agentOf(body, posted));
  const isEntry = isCatalogueType(type);
  const identifiers =
    isEntry || type === 'settings' || type === 'upkeep'
      ? [] // the catalogue describes no person
      : identifiersOf({ body, hashKey: settings.hashKey, urlClickId: facts.clickId, consented });
  if (type === 'unlink' && identifiers.length !== 2) reject('unlink needs two identifiers');
  return {
    eventId: eventIdOf(body) ?? madeEventId,
    type,
    occurredAt: occurredAtOf(body, posted.receivedAt),
    receivedAt: posted.receivedAt,
    server: posted.keyKind === 'secret',
    bot,
    identifiers,
    touchpoint: !bot && isTouchpoint(type, body, facts),
    dimensions: dimensionsOf(type, body, facts),
    utmCampaign: facts.utm?.campaign ?? '',
    postId: idOf(body['post_id']),
    influencerId: idOf(body['influencer_id']),
    campaignId: idOf(body['campaign_id']),
    linkId: idOf(body['link_id']),
    programId: idOf(body['program_id']),
    interactionKind: textOf(objectOf(body['interaction'])['kind']),
    purchase: type === 'purchase' ? purchaseOf(body) : null,
    refund: type === 'refund' ? refundOf(body) : null,
    entry: isEntry ? entryOf(type, body) : type === 'settings' ? objectOf(body['settings']) : null,
  };
}

function typeOf(body: JsonObject, keyKind: 'secret' | 'write'): EventType {
  const type = eventTypes.find((known) => known === body['type']) ?? reject('unknown type');
  if (keyKind === 'write' && !pixelTypes.has(type)) reject('type not for this key');
  return type;
}

function eventIdOf(body: JsonObject): string | null {
  const id = body['event_id'];
  if (id === undefined) return null;
  if (typeof id !== 'string') reject('event_id is no text');
  const length = [...id].length;
  return length >= 1 && length <= 128 ? id : reject('event_id has not 1 to 128 characters');
}

function occurredAtOf(body: JsonObject, receivedAt: number): number {
  if (body['occurred_at'] === undefined) return receivedAt;
  const at = instantOf(body['occurred_at']) ?? reject('occurred_at is no instant with a zone');
  return at > receivedAt + dayMs ? reject('occurred_at is in the future') : at;
}

function checkVocabulary(body: JsonObject): void {
  const known = (value: unknown, words: ReadonlySet<string>, field: string): void => {
    if (value !== undefined && !words.has(String(value))) reject(`unknown ${field}`);
  };
  known(body['medium'], mediums, 'medium');
  known(body['media_type'], mediaTypes, 'media_type');
  known(objectOf(body['interaction'])['kind'], interactionKinds, 'interaction.kind');
  // reading: a post's media type is a media_type as well.
  if (body['type'] === 'post') {
    known(objectOf(body['post'])['media_type'], mediaTypes, 'post.media_type');
  }
}

function isConsented(body: JsonObject, posted: OracleEvent): boolean {
  if (posted.keyKind === 'write' && posted.secGpc === true) return false;
  return objectOf(body['consent'])['analytics'] !== false;
}

function agentOf(body: JsonObject, posted: OracleEvent): string {
  if (typeof body['user_agent'] === 'string') return body['user_agent'];
  return posted.keyKind === 'write' ? (posted.userAgent ?? '') : '';
}

function isTouchpoint(type: EventType, body: JsonObject, facts: PageFacts): boolean {
  if (type === 'view' || type === 'click' || type === 'interaction') return true;
  if (type !== 'page' || facts.rosiClick) return false;
  return (
    objectOf(body['properties'])['session_start'] === true ||
    facts.externalReferrerHost !== '' ||
    facts.utm !== null ||
    facts.adClickParameter !== ''
  );
}

function amountOf(amount: unknown, currency: unknown, field: string): Money {
  const result = moneyOf(amount, currency);
  return result.ok ? result.money : reject(`bad ${field}`);
}

function purchaseOf(body: JsonObject): Purchase {
  const order = objectOf(body['order']);
  const orderId = idOf(order['order_id']) || reject('purchase without order_id');
  const currency = order['currency'];
  if (currency !== undefined && !isCurrency(currency)) reject('bad order.currency');
  // reading: "lack total with currency" is to lack both; an amount without a currency is no money.
  const amount = (field: string): Money | null =>
    order[field] === undefined ? null : amountOf(order[field], currency, `order.${field}`);
  return {
    orderId,
    total: amount('total'),
    tax: amount('tax'),
    shipping: amount('shipping'),
    couponCodes: couponCodesOf(order['coupon_codes']),
  };
}

export function couponCodeOf(value: unknown): string {
  return idOf(value).toUpperCase();
}

function couponCodesOf(value: unknown): string[] | null {
  if (value === undefined || value === null) return null;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return [...new Set(list.map(couponCodeOf).filter((code) => code !== ''))];
}

function refundOf(body: JsonObject): Refund {
  const refund = objectOf(body['refund']);
  return {
    refundId: idOf(refund['refund_id']) || reject('refund without refund_id'),
    orderId: idOf(refund['order_id']) || reject('refund without order_id'),
    total: amountOf(refund['total'], refund['currency'], 'refund.total'),
  };
}

function entryOf(type: keyof typeof catalogueIdFields, body: JsonObject): JsonObject {
  const entry = objectOf(body[type]);
  if (idOf(entry[catalogueIdFields[type]]) === '') reject(`${type} without its id`);
  if (type === 'spend') amountOf(entry['amount'], entry['currency'], 'spend.amount');
  return entry;
}
