/**
 * What each column of a view means; ClickHouse keeps no comments for them, so docs/tables.md is
 * where they stand. A test holds this list against the columns there are.
 */
import { baseTables } from './base-tables.js';

/** The base table that a view shows; its comments hold for the view's columns, too. */
const shown: Readonly<Record<string, string>> = {
  orders_current: 'order_records',
  credits_current: 'credit_deltas',
  credits: 'credit_deltas',
  touchpoints_current: 'touchpoints',
  identities_current: 'identities',
  events_current: 'events',
};

function inherited(view: string, column: string): string | undefined {
  const of = (name: string | undefined) =>
    baseTables.find((table) => table.name === name)?.columns.find(([each]) => each === column)?.[2];
  // The catalogue views and the daily ones share only columns that mean the same everywhere.
  return of(shown[view]) ?? of('credit_deltas') ?? of('order_records');
}

const resolved: Readonly<Record<string, string>> = {
  platform: "Stated or derived; of a coupon touchpoint: its post's, else empty.",
  medium: 'Stated or derived; empty for unattributed.',
  media_type: "Stated or derived; of a coupon touchpoint: its post's, else empty.",
  post_id: "The event's own, else its link's or coupon's.",
  influencer_id: "The event's own, else its link's or coupon's, else its post's.",
  campaign_id: "The event's own, else its link's or coupon's, else its post's, else utm_campaign.",
  link_id: "The event's own.",
  program_id: "The event's own, else its link's or coupon's.",
  identifier_type: 'Type of the strongest identifier of its event; order_id for a coupon.',
  coupon_code: 'The code of a coupon touchpoint; empty for others.',
  touched_at: "The touchpoint's time; of unattributed: the order's.",
  person_id: "The person; empty: nobody's.",
  share: 'Of 1 per order and model.',
};

const attributed: Readonly<Record<string, string>> = {
  ...resolved,
  day: "The order's day in the workspace's time zone.",
  model: 'Attribution model.',
  credit: 'Attributed revenue in minor units.',
  orders: 'Attributed orders: sum of shares.',
};

const catalogue: Readonly<Record<string, string>> = {
  event_id: 'The event of the version that counts.',
  occurred_at: "That event's time.",
  post_id: 'The post.',
  influencer_id: 'The influencer; empty when none.',
  campaign_id: 'The campaign; empty when none.',
  link_id: 'The tracked link.',
  program_id: 'The referral program; empty when none.',
  platform: 'The platform; empty when none.',
  media_type: 'owned, paid or earned; empty when none.',
  url: 'Its address.',
  author: 'Who published it.',
  format: 'Its format.',
  topic: 'Its topic.',
  published_at: 'When it was published; 1970-01-01 when not stated.',
  goal: 'What it is for.',
  name: 'Its name.',
  handles: 'Public names.',
  commission_rate: 'Share of the net; NULL when not stated.',
  objective: 'What it is for.',
  starts_at: 'Its begin; 1970-01-01 when not stated.',
  ends_at: 'Its end; 1970-01-01 when not stated.',
  code: 'The code, upper case.',
  spend_id: 'The entry.',
  date: 'The day of the spend.',
  amount: 'Minor units of the currency.',
  currency: 'ISO 4217.',
};

const byView: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  orders_current: {
    occurred_at: "The order's time.",
    eligible_touchpoints: 'How many touchpoints count for it.',
    touchpoints_cut: 'More were eligible than count.',
  },
  credits_current: { ...resolved, model: 'Attribution model.', credit: 'Minor units.' },
  credits: { ...resolved, share: 'Signed, of 1 per order and model.' },
  touchpoints_current: { ...resolved, type: 'view, click, interaction, page or coupon.' },
  revenue_by_post_daily: attributed,
  revenue_by_influencer_daily: attributed,
  revenue_by_campaign_daily: attributed,
  revenue_by_channel_daily: attributed,
  posts: catalogue,
  influencers: catalogue,
  campaigns: catalogue,
  links: catalogue,
  coupons: catalogue,
  spend: catalogue,
};

/** Undefined when nothing is known of it: a defect that the test finds. */
export function describeColumn(view: string, column: string): string | undefined {
  return byView[view]?.[column] ?? inherited(view, column);
}
