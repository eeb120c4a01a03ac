/**
 * Segment's messages (segment.com/docs/connections/spec): track, identify, page, screen, alias and
 * group. docs/connect/segment.md has the table of what becomes of what. Traits are used for
 * identifiers and then let go: they describe a person, and nothing here needs them.
 */
import { amountText, partText, sumOf } from '../webhooks/amounts.js';
import { at, firstText, listAt, stated, textAt } from '../webhooks/reading.js';
import {
  addressOf,
  eventIdOf,
  happenedAt,
  ignored,
  type MessageContext,
  type MessageReading,
  type RawEvent,
} from './message.js';

/** `message` has its `type`; a batch's own context and sentAt are in it already. */
export function readSegment(message: unknown, context: MessageContext): MessageReading {
  const read = readers.get(textAt(message, 'type').toLowerCase());
  if (read === undefined) return ignored('type');
  if (isMeantForOthers(at(message, 'integrations'))) return ignored('integrations');
  return { kind: 'event', event: { ...commonOf(message, context), ...read(message) } };
}

export const isSegmentType = (type: string): boolean => readers.has(type.toLowerCase());

/** What a kind of message adds to, or states instead of, what all have in common. */
type Reader = (message: unknown) => RawEvent;

const readers: ReadonlyMap<string, Reader> = new Map([
  ['track', readTrack],
  ['identify', () => ({ type: 'identify' })],
  ['page', readPage],
  ['screen', readScreen],
  ['alias', readAlias],
  ['group', readGroup],
]);

/** `{"ROSI": false}`, or `{"All": false}` without ROSI: the sender means other tools. */
function isMeantForOthers(integrations: unknown): boolean {
  const ours = at(integrations, 'ROSI') ?? at(integrations, 'Rosi') ?? at(integrations, 'rosi');
  if (ours !== undefined) return ours === false;
  return at(integrations, 'All') === false && at(integrations, 'Segment.io') !== true;
}

function commonOf(message: unknown, context: MessageContext): RawEvent {
  return stated({
    event_id: eventIdOf('segment', textAt(message, 'messageId'), context),
    occurred_at: occurredAtOf(message, context.receivedAt),
    identifiers: identifiersOf(message),
    page: pageOf(message),
    utm: utmOf(at(message, 'context.campaign')),
    consent: consentOf(at(message, 'context.consent.categoryPreferences')),
    user_agent: textAt(message, 'context.userAgent'),
    ip: textAt(message, 'context.ip'),
  });
}

/**
 * A library states its `timestamp` by the clock that it states `sentAt` by. Segment sets it right
 * before it passes a message on, which then has `originalTimestamp` and `receivedAt` too.
 */
function occurredAtOf(message: unknown, receivedAt: number): unknown {
  const timestamp = at(message, 'timestamp');
  const original = at(message, 'originalTimestamp');
  const isSetRight = timestamp != null && (original ?? at(message, 'receivedAt')) != null;
  const sentAt = isSetRight ? undefined : at(message, 'sentAt');
  return happenedAt(timestamp ?? original, sentAt, receivedAt);
}

/**
 * Events whose `email` and `phone` are those of who did it. In others they may well be somebody
 * else's, of whom a friend has invited for instance, and would make one person of two.
 */
const ofActor = new RegExp(
  '^(signed (up|in)|account created|trial started|lead generated|subscribed|completed order|' +
    '(order|checkout) .+|payment info entered|email (opened|link clicked))$',
  'i',
);

function identifiersOf(message: unknown): Record<string, unknown> {
  const userId = textAt(message, 'userId');
  const type = textAt(message, 'type').toLowerCase();
  const isOfActor = type === 'track' && ofActor.test(textAt(message, 'event'));
  const places = [
    ...(type === 'group' ? [] : ['traits']),
    'context.traits',
    ...(isOfActor ? ['properties'] : []),
  ];
  const trait = (name: string) =>
    firstText(
      message,
      places.map((place) => `${place}.${name}`),
    );
  return stated({
    user_id: userId,
    anonymous_id: textAt(message, 'anonymousId'),
    email: trait('email') || addressOf(userId),
    phone: trait('phone'),
  });
}

function pageOf(message: unknown): Record<string, unknown> {
  const field = (name: string) => textAt(message, `context.page.${name}`);
  return stated({ url: field('url'), referrer: referrerOf(message, []), title: field('title') });
}

/** Servers and apps tell how somebody was referred in a place of its own. */
const referrerOf = (message: unknown, before: readonly string[]) =>
  firstText(message, [...before, 'context.page.referrer', 'context.referrer.url']);

/** Segment calls `utm_campaign` the campaign's name. */
function utmOf(campaign: unknown): Record<string, unknown> {
  return stated({
    source: textAt(campaign, 'source'),
    medium: textAt(campaign, 'medium'),
    campaign: textAt(campaign, 'name'),
    content: textAt(campaign, 'content'),
    term: textAt(campaign, 'term'),
  });
}

/** Categories are named by each workspace; these are the usual names, and OneTrust's. */
const analyticsCategory = /^(analytics|performance|statistics|c0002)$/i;
const marketingCategory = /^(advertising|marketing|targeting|c0004)$/i;

function consentOf(preferences: unknown): Record<string, unknown> {
  if (typeof preferences !== 'object' || preferences === null) return {};
  const decided = (category: RegExp) => {
    const values = Object.entries(preferences).filter(([name]) => category.test(name));
    // What was refused under one of the names was refused.
    return values.length === 0 ? undefined : values.every(([, value]) => value === true);
  };
  return stated({ analytics: decided(analyticsCategory), marketing: decided(marketingCategory) });
}

function propertiesOf(message: unknown, name: string): Record<string, unknown> {
  const properties = at(message, 'properties');
  const kept = typeof properties === 'object' && properties !== null ? properties : {};
  return stated({ ...kept, event: name });
}

function readPage(message: unknown): RawEvent {
  const own = (name: string) => firstText(message, [`properties.${name}`, `context.page.${name}`]);
  const referrer = referrerOf(message, ['properties.referrer']);
  const page = { url: own('url'), referrer, title: own('title') };
  const properties = propertiesOf(message, textAt(message, 'name') || 'page');
  // analytics.js says the address there again, whole and in parts; `page` has it, masked as an url.
  const isTold = (name: string, value: unknown) =>
    Object.hasOwn(page, name) || (typeof value === 'string' && isPartOf(page.url, name, value));
  const others = Object.entries(properties).filter(([name, value]) => !isTold(name, value));
  return { type: 'page', page: stated(page), properties: Object.fromEntries(others) };
}

const beforePath = /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#]*/i;

/** Where each part begins is known: to look for it everywhere may take as long as their product. */
function isPartOf(url: string, name: string, value: string): boolean {
  if (name === 'path') return url.startsWith(value, beforePath.exec(url)?.[0].length ?? 0);
  const query = url.indexOf('?');
  return name === 'search' && query !== -1 && url.startsWith(value, query);
}

/** An app's screen has no address: it begins no visit and says nothing of where one came from. */
function readScreen(message: unknown): RawEvent {
  const name = textAt(message, 'name') || textAt(message, 'properties.name') || 'screen';
  return { type: 'identify', properties: { event: 'screen', name } };
}

/** What was known as `previousId` goes on as `userId`. */
function readAlias(message: unknown): RawEvent {
  const previous = textAt(message, 'previousId');
  return {
    type: 'identify',
    identifiers: stated({
      ...identifiersOf(message),
      anonymous_id: previous === textAt(message, 'userId') ? '' : previous,
    }),
  };
}

function readGroup(message: unknown): RawEvent {
  return { type: 'identify', properties: stated({ group_id: textAt(message, 'groupId') }) };
}

/**
 * Events of Segment's specs that mean more than that something happened. All others tell who did
 * it and are kept under their name; they are no touchpoints, since what a visitor does in the shop
 * is not what brought him there.
 */
const trackReaders: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['order completed', readOrder],
  ['completed order', readOrder],
  ['order updated', readOrder],
  ['order refunded', readRefund],
  ['order cancelled', readCancellation],
  ['signed up', readLead],
  ['account created', readLead],
  ['trial started', readLead],
  ['lead generated', readLead],
  ['subscribed', readLead],
  ['install attributed', readCampaignTouch],
  ['push notification tapped', readCampaignTouch],
  ['email opened', (message) => ({ ...mailTouch(message), type: 'view' })],
  ['email link clicked', (message) => ({ ...mailTouch(message), type: 'click' })],
  ['deep link opened', readDeepLink],
  ['product shared', readShare],
  ['cart shared', readShare],
  ['product reviewed', readReview],
]);

function readTrack(message: unknown): RawEvent {
  const name = textAt(message, 'event');
  const read = trackReaders.get(name.toLowerCase());
  const properties = propertiesOf(message, name);
  return { type: 'identify', properties, ...read?.(message) };
}

const orderIdOf = (message: unknown) =>
  firstText(message, ['properties.order_id', 'properties.orderId']);
const currencyOf = (message: unknown) => textAt(message, 'properties.currency').toUpperCase();

function readOrder(message: unknown): RawEvent {
  const currency = currencyOf(message);
  const coupon = firstText(message, ['properties.coupon']);
  const { products: _, ...properties } = propertiesOf(message, textAt(message, 'event'));
  return {
    type: 'purchase',
    properties,
    order: stated({
      order_id: orderIdOf(message),
      total: totalOf(message, currency),
      currency,
      tax: partText(at(message, 'properties.tax'), currency),
      shipping: partText(at(message, 'properties.shipping'), currency),
      coupon_codes: coupon === '' ? undefined : coupon.split(','),
      items: itemsOf(message, currency),
    }),
  };
}

/** By Segment's spec `revenue` is without tax and shipping, so these are added to it. */
function totalOf(message: unknown, currency: string): string | undefined {
  const [total, revenue, ...parts] = ['total', 'revenue', 'tax', 'shipping'].map((name) =>
    amountText(at(message, `properties.${name}`), currency),
  );
  if (total !== undefined) return total;
  if (revenue === undefined || currency === '') return undefined;
  return sumOf([revenue, ...parts.filter((part) => part !== undefined)], currency);
}

function itemsOf(message: unknown, currency: string) {
  const products = listAt(message, 'properties.products');
  if (products.length === 0) return undefined;
  return products.map((product) =>
    stated({
      sku: firstText(product, ['sku', 'product_id', 'id']),
      name: textAt(product, 'name'),
      quantity: at(product, 'quantity'),
      unit_price: amountText(at(product, 'price'), currency),
    }),
  );
}

/** Segment gives a refund no id of its own: the message's is taken, unless one is stated. */
function readRefund(message: unknown): RawEvent {
  const total = amountText(at(message, 'properties.total'), currencyOf(message));
  return refundOf(message, firstText(message, ['properties.refund_id', 'messageId']), total);
}

/** The order's total comes back, under an id that each copy of the cancellation has. */
function readCancellation(message: unknown): RawEvent {
  const total = totalOf(message, currencyOf(message));
  return refundOf(message, `cancelled:${orderIdOf(message)}`, total);
}

function refundOf(message: unknown, refundId: string, total: string | undefined): RawEvent {
  const currency = currencyOf(message);
  return {
    type: 'refund',
    refund: stated({ refund_id: refundId, order_id: orderIdOf(message), total, currency }),
  };
}

function readLead(): RawEvent {
  return { type: 'lead' };
}

/** Segment's mobile and push specs put the campaign into the properties. */
function readCampaignTouch(message: unknown): RawEvent {
  return { type: 'click', utm: utmOf(at(message, 'properties.campaign')) };
}

function mailTouch(message: unknown): RawEvent {
  const campaign = firstText(message, ['properties.campaign_name', 'properties.campaign_id']);
  return {
    medium: 'email',
    media_type: 'owned',
    ...(campaign === '' ? {} : { utm: { campaign, medium: 'email' } }),
  };
}

function readDeepLink(message: unknown): RawEvent {
  const url = textAt(message, 'properties.url');
  const referrer = firstText(message, ['properties.referrer', 'properties.referring_application']);
  return url === '' ? {} : { type: 'page', page: stated({ url, referrer }) };
}

function readShare(message: unknown): RawEvent {
  return {
    type: 'interaction',
    platform: textAt(message, 'properties.share_via'),
    interaction: stated({ kind: 'share', text: textAt(message, 'properties.share_message') }),
  };
}

function readReview(message: unknown): RawEvent {
  const text = textAt(message, 'properties.review_body');
  return { type: 'interaction', interaction: stated({ kind: 'review', text }) };
}
