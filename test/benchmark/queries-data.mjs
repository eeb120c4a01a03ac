/**
 * Ledger records and events of a large shop's two years, seeded, in order of time: what the query
 * benchmark fills ClickHouse with. Credits are those of the real models. Nothing is held in memory
 * but who has bought before, so that any size can be made.
 */
import { creditOrder, defaultSettings } from '@rosi/attribution';
import { catalogueOf } from './queries-catalogue.mjs';
import { randomNumbers, uuidOf } from './random.mjs';

const startMs = Date.UTC(2025, 0, 1);
const endMs = Date.UTC(2027, 0, 1);
/** About as many credit rows an order has: 3.3 touchpoints, six models. */
export const creditsPerOrder = 12.6;

const spanMs = endMs - startMs;
const dayMs = 86_400_000;
const ledger = { workspace: 'default', generation: 0 };
const kinds = ['like', 'like', 'like', 'comment', 'share', 'follow', 'mention', 'save', 'unfollow'];

/**
 * @param {{ orders: number, seed?: number }} size
 * @yields one order at a time: its record (and that of its refund, if any), touchpoints, identities, events
 */
export function* shopOrders({ orders, seed = 7 }) {
  const random = randomNumbers(seed);
  const catalogue = catalogueOf(orders);
  let persons = 0;
  for (let number = 0; number < orders; number++) {
    const orderedAt = Math.floor(startMs + (number / orders) * spanMs + random() * dayMs * 0.9);
    const isNew = persons === 0 || random() < 0.65;
    const person = isNew ? persons++ : Math.floor(random() * persons);
    yield orderOf({ number, orderedAt, person, isNew, random, catalogue });
  }
}

function orderOf(context) {
  const { number, orderedAt, person, isNew, random, catalogue } = context;
  const orderId = uuidOf('order', number);
  const personId = `p_${uuidOf('person', person)}`;
  const seen = touchesOf({ orderedAt, random, catalogue, number });
  const code = random() < 0.08 ? pick(random, catalogue.codes) : '';
  const touches = code === '' ? seen : [...seen, couponTouch(orderId, code, orderedAt)];
  const currency = random() < 0.85 ? 'EUR' : random() < 0.8 ? 'USD' : 'JPY';
  const gross = Math.floor(1_000 + random() ** 3 * 40_000);
  const base = {
    ...ledger,
    orderId,
    personId,
    orderedAt,
    currency,
    gross,
    tax: Math.floor(gross / 6),
    shipping: 490,
    newCustomer: isNew,
    cut: false,
    couponCodes: code === '' ? [] : [code],
    items: '',
  };
  const first = recordOf(base, touches, {
    revision: 1,
    recordedAt: orderedAt + 2_000,
    refunded: 0,
  });
  const records = [first];
  if (random() < 0.05) {
    const refunded = random() < 0.4 ? gross : Math.floor(gross * random());
    const at = { revision: 2, recordedAt: orderedAt + 9 * dayMs, refunded };
    records.push(recordOf(base, touches, at, first));
  }
  return {
    records,
    touchpoints: seen.map((touch) => touchpointOf(touch, person)),
    identities: identitiesOf(person, personId, isNew, orderId, orderedAt),
    events: [
      ...seen.map((touch, at) => eventOf(touch, person, random, at)),
      purchaseOf(base, person),
    ],
  };
}

/** The record that says what holds now, with the differences to the one before. */
function recordOf(base, eligible, { revision, recordedAt, refunded }, before) {
  const { personId, orderedAt, currency, gross } = base;
  const net = Math.max(0, gross - refunded);
  const { touches, credits } = creditOrder({
    touches: eligible,
    orderedAt,
    net,
    settings: defaultSettings,
  });
  const changes = new Map();
  const add = ({ model, touch, credit, share }, sign) => {
    const key = `${model} ${touch}`;
    const change = changes.get(key) ?? { model, touch, credit: 0, share: 0 };
    change.credit += sign * credit;
    change.share += sign * share;
    changes.set(key, change);
  };
  for (const credit of credits) add(credit, 1);
  for (const credit of before?.credits ?? []) add(credit, -1);
  const deltas = [...changes.values()]
    .filter(({ credit, share }) => credit !== 0 || share !== 0)
    .map((change) => ({ ...change, personId, orderedAt, currency }));
  const all = before !== undefined && touches.length === 0 ? before.touches : touches;
  return {
    ...base,
    revision,
    recordedAt,
    refunded,
    net,
    touches: all,
    eligible: eligible.length,
    credits,
    deltas,
    movedFrom: [],
  };
}

const pick = (random, values) => values[Math.floor(random() * values.length)];

/** Between none and nine, oldest first; posts are mostly the newest ones of their time. */
function touchesOf({ orderedAt, random, catalogue, number }) {
  const count = random() < 0.1 ? 0 : 1 + Math.floor(random() ** 1.8 * 9);
  const times = Array.from({ length: count }, () =>
    Math.floor(orderedAt - 60_000 - random() ** 2 * 6.9 * dayMs),
  ).sort((a, b) => a - b);
  return times.map((touchedAt, at) => {
    const touchpointId = uuidOf('touch', number * 16 + at);
    return { ...blankTouch(touchpointId, touchedAt), ...sourceOf(random, catalogue, touchedAt) };
  });
}

function blankTouch(touchpointId, touchedAt) {
  return {
    touchpointId,
    type: 'click',
    touchedAt,
    platform: '',
    medium: '',
    mediaType: '',
    postId: '',
    influencerId: '',
    campaignId: '',
    linkId: '',
    programId: '',
    utmCampaign: '',
    couponCode: '',
  };
}

function sourceOf(random, catalogue, touchedAt) {
  const what = random();
  if (what < 0.35) {
    const link = catalogue.recentLink(random, touchedAt);
    return { platform: link.platform, medium: 'social', mediaType: 'owned', linkId: link.linkId };
  }
  if (what < 0.6) {
    const post = catalogue.recentPost(random, touchedAt);
    const type = what < 0.5 ? 'interaction' : 'view';
    return {
      type,
      platform: post.platform,
      medium: 'social',
      mediaType: 'earned',
      postId: post.postId,
    };
  }
  if (what < 0.72) {
    const utmCampaign = pick(random, catalogue.campaigns);
    return { type: 'page', platform: 'google', medium: 'cpc', mediaType: 'paid', utmCampaign };
  }
  if (what < 0.82)
    return { type: 'page', platform: 'google', medium: 'organic', mediaType: 'earned' };
  if (what < 0.9) {
    const utmCampaign = pick(random, catalogue.campaigns);
    return { platform: 'newsletter', medium: 'email', mediaType: 'owned', utmCampaign };
  }
  return { type: 'page', medium: 'direct', mediaType: 'owned' };
}

function couponTouch(orderId, code, orderedAt) {
  const touch = blankTouch(`coupon:${orderId}:${code}`, orderedAt);
  return { ...touch, type: 'coupon', medium: 'coupon', couponCode: code };
}

const browserOf = (person) => uuidOf('browser', person);

function touchpointOf(touch, person) {
  const at = { revision: 1, recordedAt: touch.touchedAt + 1_000 };
  return { ...ledger, ...at, identifierType: 'anonymous_id', identifier: browserOf(person), touch };
}

function identitiesOf(person, personId, isNew, orderId, recordedAt) {
  const row = { ...ledger, revision: 1, recordedAt, personId, shared: false };
  const ofOrder = { ...row, identifierType: 'order_id', identifier: orderId };
  if (!isNew) return [ofOrder];
  const user = { ...row, identifierType: 'user_id', identifier: `u-${person}` };
  const email = { ...row, identifierType: 'email', identifier: `h_${uuidOf('email', person)}` };
  const browser = { ...row, identifierType: 'anonymous_id', identifier: browserOf(person) };
  return person % 3 === 0 ? [ofOrder, browser] : [ofOrder, browser, user, email];
}

function eventOf(touch, person, random, at) {
  const interaction = touch.type === 'interaction';
  return {
    ...blankEvent(touch.touchpointId, touch.type, touch.touchedAt),
    ...touch,
    identifiers: [{ type: 'anonymous_id', value: browserOf(person) }],
    utm: touch.utmCampaign === '' ? null : { campaign: touch.utmCampaign },
    page: interaction ? null : { url: `https://shop.example/p/${at}`, referrer: '', title: 'Shop' },
    interaction: interaction ? { kind: pick(random, kinds), text: '' } : null,
    touchpoint: true,
    bot: false,
  };
}

function purchaseOf({ orderId, orderedAt }, person) {
  return {
    ...blankEvent(`purchase-${orderId}`, 'purchase', orderedAt),
    identifiers: [
      { type: 'order_id', value: orderId },
      { type: 'user_id', value: `u-${person}` },
    ],
    order: { orderId },
  };
}

function blankEvent(eventId, type, occurredAt) {
  return {
    workspace: 'default',
    eventId,
    type,
    occurredAt,
    receivedAt: occurredAt + 500,
    source: 'server',
    identifiers: [],
    platform: '',
    medium: '',
    mediaType: '',
    postId: '',
    influencerId: '',
    campaignId: '',
    linkId: '',
    programId: '',
    utm: null,
    page: null,
    interaction: null,
    order: null,
    refund: null,
    touchpoint: false,
    bot: false,
    consentAnalytics: true,
    consentMarketing: null,
    properties: '{}',
  };
}
