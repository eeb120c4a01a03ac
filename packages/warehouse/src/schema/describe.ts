/**
 * What each column of a view means; ClickHouse keeps no comments for them, so docs/tables.md is
 * where they stand. A test holds this list against the columns there are.
 */
import { baseTables } from './base-tables.js';
import { touchDimensions } from './columns.js';

/** The base table that a view shows; its comments hold for the view's columns, too. */
const shown: Readonly<Record<string, string>> = {
  orders_current: 'order_records',
  credits_current: 'credit_deltas',
  credits: 'credit_deltas',
  touchpoints_current: 'touchpoints',
  touchpoints_by_time: 'touchpoints',
  identities_current: 'identities',
  events_current: 'events',
  events_by_time: 'events',
  orders_by_time: 'order_records',
};

function inherited(view: string, column: string): string | undefined {
  const of = (name: string | undefined) =>
    baseTables.find((table) => table.name === name)?.columns.find(([each]) => each === column)?.[2];
  // The catalogue views and the daily ones share only columns that mean the same everywhere.
  return of(shown[view]) ?? of('credit_deltas') ?? of('order_records');
}

const MODELS =
  'first_touch, last_touch, last_non_direct, linear, position_based or time_decay. Each splits the ' +
  'whole net: name one, or figures count several times.';
const CURRENCY = 'ISO 4217. Amounts of two currencies can not be added.';

const resolved: Readonly<Record<string, string>> = {
  touchpoint_id: 'The event_id of its event; of a coupon: coupon:<order_id>:<CODE>.',
  type: 'view, click, interaction, page or coupon.',
  platform:
    "Where it happened: stated or derived; of a coupon touchpoint its post's; empty when unknown.",
  medium:
    'How somebody came (social, cpc, email, direct, …): stated or derived; empty when unknown ' +
    'and for unattributed.',
  media_type:
    "owned, paid or earned: stated or derived; of a coupon touchpoint its post's; empty when unknown.",
  post_id: "The event's own, else its link's or coupon's; empty when none.",
  influencer_id: "The event's own, else its link's or coupon's, else its post's; empty when none.",
  campaign_id:
    "The event's own, else its link's or coupon's, else its post's, else utm_campaign; empty when none.",
  link_id: 'The tracked link that was followed, as the event states it; empty when none.',
  program_id: "The event's own, else its link's or coupon's; empty when none.",
  identifier_type: 'Type of the strongest identifier of its event; order_id for a coupon.',
  coupon_code:
    'The code of a coupon touchpoint; empty for others. With touchpoint_id it names one row: where ' +
    'ids or codes have colons, the coupons of two orders may have one touchpoint_id.',
  person_id: "The person; empty: nobody's.",
};

const credited: Readonly<Record<string, string>> = {
  ...resolved,
  model: `Attribution model: ${MODELS}`,
  touchpoint_id:
    'The touchpoint (touchpoints_current); or unattributed: no touchpoint was eligible.',
  type: 'view, click, interaction, page or coupon; empty for unattributed.',
  person_id: "The order's person; empty: nobody's.",
  ordered_at: "The order's time (occurred_at in orders_current).",
  touched_at: "The touchpoint's time; of unattributed: the order's.",
  currency: `The order's currency. ${CURRENCY}`,
};

const attributed: Readonly<Record<string, string>> = {
  ...resolved,
  day: "The order's day in the workspace's time zone (ROSI_TIMEZONE), not the touchpoint's.",
  model: `Attribution model: ${MODELS}`,
  currency: CURRENCY,
  credit: 'Attributed revenue, net of refunds known by now, in minor units.',
  orders:
    'Attributed orders: the sum of shares, seldom whole. Orders with a net of 0 are not in it.',
};

const catalogue: Readonly<Record<string, string>> = {
  event_id: 'The event of the version that counts.',
  occurred_at: "That event's time.",
  post_id: 'The post that it belongs to; empty when none.',
  influencer_id: 'The influencer that it belongs to; empty when none.',
  campaign_id: 'The campaign that it belongs to; empty when none.',
  link_id: 'The tracked link.',
  program_id: 'The referral programme that it belongs to; empty when none.',
  platform: 'The platform that it was published on; empty when not stated.',
  media_type: 'owned, paid or earned; empty when not stated.',
  author: 'Who published it; empty when not stated.',
  format: 'video, image, … as stated; empty when not.',
  topic: 'What it is about, as stated; empty when not.',
  published_at: 'When it was published; 1970-01-01 when not stated.',
  goal: 'What it is to make people do (read, share, react, subscribe, buy), as stated; empty when not.',
  handles: 'Public names, as platform:@name.',
  commission_rate: 'Part of the attributed net that is owed, 0.1 is a tenth; NULL when not stated.',
  objective: 'What the campaign is to reach (sales, notoriety, …), as stated; empty when not.',
  starts_at: 'When the campaign begins; 1970-01-01 when not stated.',
  ends_at: 'When the campaign ends; 1970-01-01 when not stated.',
  code: 'The code, upper case, as in coupon_codes of orders_current.',
};

const events: Readonly<Record<string, string>> = {
  event_id: 'The event; copies with the same one count once.',
  occurred_at: 'When it happened, as the producer says; else when it was received.',
  received_at: 'When the collector took it.',
  identifier_type: 'Type of the strongest identifier that it carries; empty when none.',
  identifier:
    'Its value (e-mail and phone: keyed hash). Its person: identities_current by type and value.',
  touchpoint: 'It counts as a touchpoint (docs/attribution.md).',
  interaction_kind:
    'like, share, comment, reply, mention, follow, unfollow, save, video_view, message or ' +
    'review; empty for other events.',
  consent: 'JSON of what was stated, {} when nothing was: {"analytics":true,"marketing":false}.',
};

const orders: Readonly<Record<string, string>> = {
  order_id: 'The order, as the shop names it.',
  occurred_at: "The order's time: that of its earliest purchase told by a server, else by a pixel.",
  currency: CURRENCY,
  gross: "The order's total as stated, tax and shipping included, in minor units.",
  tax: 'Tax within gross, in minor units; 0 until stated.',
  shipping: 'Shipping within gross, in minor units; 0 until stated.',
  refunded:
    'Sum of its refunds in its own currency, in minor units; may exceed gross, up to ' +
    '9007199254740990, the most that a record holds.',
  net: 'max(0, gross - refunded) in minor units: what the models split.',
  new_customer:
    'The first order of its person that ROSI knows of; false where nothing but orders is known ' +
    'of the person.',
  coupon_codes: 'Codes used, upper case, also those that belong to nobody.',
  items: 'Items as sent (JSON); empty when none were.',
  eligible_touchpoints: 'How many touchpoints the models looked at; 0: all is unattributed.',
  touchpoints_cut: 'More than the newest 1,000 were eligible; the older ones did not count.',
};

const creditRows: Readonly<Record<string, string>> = {
  ...credited,
  credit: 'Difference of the credit to what was recorded before, in minor units: only sums count.',
  share:
    'Difference of the share; per order and model they add up to 1, or to 0 when its net is 0.',
};

/** As its columns in the base tables say. */
const stated = Object.fromEntries(touchDimensions.map(([name, , comment]) => [name, comment]));

const byView: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  orders_current: orders,
  orders_by_time: {
    ...orders,
    person_key:
      "The person as a number, 0: nobody's. Grouping by it is much quicker than by person_id, and as " +
      'exact as uniqExact is.',
  },
  credits_current: {
    ...credited,
    credit: "The touchpoint's part of the order's net under this model, in minor units.",
    share: 'The same part as a fraction; per order and model they add up to 1.',
  },
  credits: creditRows,
  credits_unresolved: { ...creditRows, ...stated },
  touchpoints_current: resolved,
  touchpoints_by_time: resolved,
  events_current: events,
  events_by_time: events,
  identities_current: {
    shared:
      'Several people use it (a tablet, a forwarded link): it joins nothing, a person of its own.',
  },
  revenue_by_post_daily: attributed,
  revenue_by_influencer_daily: attributed,
  revenue_by_campaign_daily: attributed,
  revenue_by_channel_daily: attributed,
  revenue_daily: attributed,
  posts: { ...catalogue, post_id: 'The post.', url: "The post's address." },
  influencers: {
    ...catalogue,
    influencer_id: 'The influencer.',
    name: 'The name to show; empty when not stated.',
  },
  campaigns: {
    ...catalogue,
    campaign_id: 'The campaign.',
    name: 'The name to show; empty when not stated.',
  },
  links: { ...catalogue, url: 'Where the link sends people.' },
  coupons: catalogue,
  spend: {
    ...catalogue,
    spend_id: 'The entry.',
    date: 'The day on which it was spent, as stated.',
    amount: 'What was spent, in minor units of the currency.',
    currency: CURRENCY,
    post_id: 'What it was spent on, when a post; else empty.',
    influencer_id: 'What it was spent on, when an influencer; else empty.',
    campaign_id: 'What it was spent on, when a campaign; else empty.',
    platform: 'What it was spent on, when a platform as a whole; else empty.',
  },
};

/** Undefined when nothing is known of it: a defect that the test finds. */
export function describeColumn(view: string, column: string): string | undefined {
  return byView[view]?.[column] ?? inherited(view, column);
}
