/**
 * The rows of the contract's section 5, plain and snake_case, with the columns that it fixes.
 * Times are milliseconds since the epoch, amounts BigInt minor units, persons labels.
 */
import { eligibleTouchpoints, models, type Share, shareNumber, sharesOf } from './attribution.js';
import type { Catalogue } from './catalogue.js';
import { dayOf } from './instant.js';
import { moneyOf } from './money.js';
import type { Order } from './orders.js';
import type { Persons } from './persons.js';
import type { AttributionSettings } from './settings.js';
import { compareIds, groupBy, idOf, type JsonObject, textOf } from './text.js';
import type { Touchpoint } from './touchpoints.js';
import type { Accepted, Row } from './types.js';

const workspace = 'default';

function dimensionColumns(touch: Touchpoint): Row {
  return {
    platform: touch.platform,
    medium: touch.medium,
    media_type: touch.mediaType,
    post_id: touch.postId,
    influencer_id: touch.influencerId,
    campaign_id: touch.campaignId,
  };
}

const noDimensions: Row = {
  platform: '',
  medium: '',
  media_type: '',
  post_id: '',
  influencer_id: '',
  campaign_id: '',
};

export function touchpointRow(touch: Touchpoint): Row {
  return {
    workspace,
    touchpoint_id: touch.touchpointId,
    person_id: touch.person,
    type: touch.type,
    occurred_at: touch.occurredAt,
    ...dimensionColumns(touch),
    link_id: touch.linkId,
    program_id: touch.programId,
  };
}

/**
 * The dimensions stand here only for touchpoints: for other events the contract does not say what
 * they are. The identifier of a bot's event is not fixed either.
 */
export function eventRow(event: Accepted): Row {
  const strongest = event.identifiers[0];
  const identifier = {
    identifier_type: strongest?.type ?? '',
    identifier: strongest?.value ?? '',
  };
  const { platform, medium, mediaType } = event.dimensions;
  return {
    workspace,
    event_id: event.eventId,
    type: event.type,
    occurred_at: event.occurredAt,
    received_at: event.receivedAt,
    ...(event.bot ? {} : identifier),
    ...(event.touchpoint ? { platform, medium, media_type: mediaType } : {}),
    link_id: event.linkId,
    interaction_kind: event.interactionKind,
    bot: event.bot,
  };
}

export interface PlacedOrder {
  readonly order: Order;
  readonly person: string;
}

/** reading: "known by orders alone" is a person without any identifier but order_ids. */
export function newOrderIds(placed: readonly PlacedOrder[], persons: Persons): Set<string> {
  const known = placed.filter(({ order }) =>
    persons
      .membersOf({ type: 'order_id', value: order.orderId })
      .some((member) => member.type !== 'order_id'),
  );
  const byPerson = groupBy(known, ({ person }) => person);
  const firsts = [...byPerson.values()].flatMap((group) =>
    group
      .map(({ order }) => order)
      .sort((a, b) => a.occurredAt - b.occurredAt || compareIds(a.orderId, b.orderId))
      .slice(0, 1),
  );
  return new Set(firsts.map((order) => order.orderId));
}

export function orderRow({ order, person }: PlacedOrder, newCustomer: boolean): Row {
  return {
    workspace,
    order_id: order.orderId,
    person_id: person,
    occurred_at: order.occurredAt,
    currency: order.currency,
    gross: order.gross,
    tax: order.tax,
    shipping: order.shipping,
    refunded: order.refunded,
    net: order.net,
    new_customer: newCustomer,
  };
}

/** The credit rows of one order over all models; none when its net is 0. */
export function creditRows(
  placed: PlacedOrder,
  touchpoints: readonly Touchpoint[],
  settings: AttributionSettings,
): Row[] {
  const { order, person } = placed;
  if (order.net === 0n) return [];
  const eligible = eligibleTouchpoints(touchpoints, order, person, settings);
  return models.flatMap((model): Row[] => {
    const common = {
      workspace,
      order_id: order.orderId,
      model,
      person_id: person,
      ordered_at: order.occurredAt,
      currency: order.currency,
    };
    if (eligible.length === 0) {
      // touched_at of `unattributed` is not fixed by the contract.
      const whole = { touchpoint_id: 'unattributed', credit: order.net, share: 1 };
      return [{ ...common, ...noDimensions, ...whole }];
    }
    const shares = sharesOf(model, eligible, order, settings);
    return shares.map((share) => ({ ...common, ...shareColumns(share) }));
  });
}

function shareColumns(share: Share): Row {
  return {
    touchpoint_id: share.touch.touchpointId,
    touched_at: share.touch.occurredAt,
    ...dimensionColumns(share.touch),
    credit: share.credit,
    share: shareNumber(share),
  };
}

export function identityRows(persons: Persons): Row[] {
  return persons.nodes.map((node) => ({
    workspace,
    identifier_type: node.identifier.type,
    identifier: node.identifier.value,
    person_id: node.person,
    shared: node.shared,
  }));
}

/** Day × key × model × currency, from the rows of credits_current. */
export function dailyRows(
  credits: readonly Row[],
  keys: readonly string[],
  timezone: string,
): Row[] {
  const keyed = credits.map((row): Row => {
    const values = keys.map((key) => [key, row[key] ?? '']);
    const day = dayOf(Number(row['ordered_at']), timezone);
    return {
      workspace,
      day,
      ...Object.fromEntries(values),
      model: row['model'] ?? '',
      currency: row['currency'] ?? '',
    };
  });
  const groups = groupBy(
    keyed.map((key, i) => ({ key, row: credits[i] ?? {} })),
    ({ key }) => JSON.stringify(Object.values(key)),
  );
  return [...groups.values()].map((group) => ({
    ...group[0]?.key,
    credit: group.reduce((sum, { row }) => sum + BigInt(row['credit'] ?? 0), 0n),
    orders: group.reduce((sum, { row }) => sum + Number(row['share'] ?? 0), 0),
  }));
}

const idColumns = (entry: JsonObject, names: readonly string[]): Row =>
  Object.fromEntries(names.map((name) => [name, idOf(entry[name])]));
const textColumns = (entry: JsonObject, names: readonly string[]): Row =>
  Object.fromEntries(names.map((name) => [name, textOf(entry[name])]));

/** The columns whose form the contract leaves no doubt about (no lists, rates or optional times). */
export function catalogueRows(
  catalogue: Catalogue,
): Record<'posts' | 'influencers' | 'campaigns' | 'links' | 'coupons' | 'spend', Row[]> {
  const rows = (entries: ReadonlyMap<string, JsonObject>, row: (e: JsonObject) => Row): Row[] =>
    [...entries.values()].map((entry) => ({ workspace, ...row(entry) }));
  return {
    posts: rows(catalogue.post, (entry) => ({
      ...idColumns(entry, ['post_id', 'influencer_id', 'campaign_id']),
      ...textColumns(entry, ['platform', 'media_type', 'format', 'topic']),
    })),
    influencers: rows(catalogue.influencer, (entry) => ({
      ...idColumns(entry, ['influencer_id']),
      ...textColumns(entry, ['name']),
    })),
    campaigns: rows(catalogue.campaign, (entry) => ({
      ...idColumns(entry, ['campaign_id']),
      ...textColumns(entry, ['name', 'objective']),
    })),
    links: rows(catalogue.link, (entry) => ({
      ...idColumns(entry, ['link_id', 'post_id', 'influencer_id', 'campaign_id', 'program_id']),
      ...textColumns(entry, ['url']),
    })),
    coupons: couponRows(catalogue),
    spend: rows(catalogue.spend, (entry) => ({
      ...idColumns(entry, ['spend_id', 'post_id', 'influencer_id', 'campaign_id']),
      ...textColumns(entry, ['date', 'currency', 'platform']),
      amount: minorOf(entry),
    })),
  };
}

function couponRows(catalogue: Catalogue): Row[] {
  const fields = ['influencer_id', 'post_id', 'campaign_id', 'program_id'];
  return [...catalogue.coupon].map(([code, entry]) => ({
    workspace,
    code,
    ...idColumns(entry, fields),
  }));
}

function minorOf(entry: JsonObject): bigint {
  const result = moneyOf(entry['amount'], entry['currency']);
  if (!result.ok) throw new Error('a spend without a readable amount was accepted');
  return result.money.minor;
}
