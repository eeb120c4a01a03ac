/**
 * The oracle: all tables of a set of events, recomputed from scratch in one batch.
 *
 * The order of the events in the input has no influence on the tables, but for what came before
 * an erasure and what came after it.
 */
import { type Catalogue, catalogueOf } from './catalogue.js';
import { type Standing, withErasures } from './erasure.js';
import { type NormaliseResult, normalise } from './normalise.js';
import { ordersOf } from './orders.js';
import { identifierKey, type Persons, personsOf } from './persons.js';
import { settingsOf } from './settings.js';
import {
  catalogueRows,
  creditRows,
  dailyRows,
  eventRow,
  identityRows,
  newOrderIds,
  orderRow,
  type PlacedOrder,
  touchpointRow,
} from './tables.js';
import { compareIds, groupBy } from './text.js';
import { couponTouchpointsOf, type Touchpoint, touchpointOf } from './touchpoints.js';
import type {
  Accepted,
  Decision,
  OracleInput,
  OracleOutput,
  OracleTables,
  ShownEvent,
} from './types.js';

/** The copies of one event_id count once. */
function withoutRepeats(events: readonly Accepted[]): Accepted[] {
  const copies = groupBy(events, (event) => event.eventId);
  // reading: which of differing copies counts is open; here it is the smallest as text, so that
  // the oracle is at least independent of their order. The generator makes identical copies only.
  const text = (event: Accepted): string =>
    JSON.stringify(event, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  return [...copies.values()].flatMap((group) =>
    [...group].sort((a, b) => compareIds(text(a), text(b))).slice(0, 1),
  );
}

function decisionOf(result: NormaliseResult, index: number): Decision {
  return result.ok
    ? { index, eventId: result.event.eventId, accepted: true, reason: '' }
    : { index, eventId: result.eventId, accepted: false, reason: result.reason };
}

function placedOrders(events: readonly Accepted[], persons: Persons): PlacedOrder[] {
  // reading: an order that only bots have named belongs to nobody, having no identity.
  return ordersOf(events).map((order) => ({
    order,
    person: persons.personOf({ type: 'order_id', value: order.orderId }),
  }));
}

function allTouchpoints(
  events: readonly Accepted[],
  placed: readonly PlacedOrder[],
  catalogue: Catalogue,
  persons: Persons,
): Touchpoint[] {
  const seen = events.filter((event) => event.touchpoint);
  return [
    ...seen.map((event) => touchpointOf(event, catalogue, persons)),
    ...placed.flatMap(({ order, person }) => couponTouchpointsOf(order, person, catalogue)),
  ];
}

/** What an operator asks; an erasure is gone by now. */
const isCommand = (type: string): boolean => type === 'settings' || type === 'upkeep';

function tablesOf(events: readonly Accepted[], timezone: string): OracleTables {
  const catalogue = catalogueOf(events);
  const persons = personsOf(events);
  const placed = placedOrders(events, persons);
  const touchpoints = allTouchpoints(events, placed, catalogue, persons);
  const newOrders = newOrderIds(placed, persons);
  const settings = settingsOf(events);
  const credits = placed.flatMap((one) => creditRows(one, touchpoints, settings));
  const daily = (...keys: string[]) => dailyRows(credits, keys, timezone);
  return {
    touchpoints_current: touchpoints.map(touchpointRow),
    // Commands tell nothing that happened.
    events_current: events.filter(({ type }) => !isCommand(type)).map(eventRow),
    orders_current: placed.map((one) => orderRow(one, newOrders.has(one.order.orderId))),
    credits_current: credits,
    identities_current: identityRows(persons),
    ...catalogueRows(catalogue),
    // Summed only for who asks: the simulator compares what the sums are made of.
    get revenue_by_post_daily() {
      return daily('post_id');
    },
    get revenue_by_influencer_daily() {
      return daily('influencer_id');
    },
    get revenue_by_campaign_daily() {
      return daily('campaign_id');
    },
    get revenue_by_channel_daily() {
      return daily('platform', 'medium', 'media_type');
    },
  };
}

function shownEvent({ posted, eventId, words, identifiers }: Standing): ShownEvent {
  const identifier = identifiers.slice(0, 1).map(identifierKey).join();
  return { postedId: posted.eventId, eventId, words, identifier };
}

export function evaluate(input: OracleInput): OracleOutput {
  const results = input.events.map((posted, index) =>
    normalise(posted, input.settings, `made:${index}`),
  );
  const accepted = results.flatMap((result) => (result.ok ? [result.event] : []));
  const standing = withErasures(withoutRepeats(accepted), input.renamings ?? []);
  return {
    tables: tablesOf(standing, input.settings.timezone),
    shown: standing.filter(({ type }) => !isCommand(type)).map(shownEvent),
    decisions: results.map(decisionOf),
  };
}
