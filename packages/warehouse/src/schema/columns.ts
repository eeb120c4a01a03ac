/** Columns that several tables share. */
import type { Column } from './define-table.js';

export const TIME = "DateTime64(3, 'UTC')";
export const NAME = 'LowCardinality(String)';

export const workspace: Column = ['workspace', 'String', 'The workspace; `default` unless named.'];

/** Where a base row comes from; the loader compares by it after an unclean end. */
export const logPlace: readonly Column[] = [
  ['log_partition', 'UInt32', 'Partition of the log record behind this row.'],
  ['log_offset', 'UInt64', 'Offset of the log record behind this row.'],
];

export const recordedAt: Column = ['recorded_at', TIME, 'When the pipeline recorded this row.'];
export const revision: Column = ['revision', 'UInt64', 'Grows with every record of the key.'];

/** Unresolved dimensions of a touchpoint, as its event stated them. */
export const touchDimensions: readonly Column[] = [
  ['platform', NAME, "The event's own platform; empty when none."],
  ['medium', NAME, "The event's own medium; empty when none."],
  ['media_type', NAME, "The event's own media type (owned, paid, earned); empty when none."],
  ['post_id', 'String', "The event's own post; empty when none."],
  ['influencer_id', 'String', "The event's own influencer; empty when none."],
  ['campaign_id', 'String', "The event's own campaign; empty when none."],
  ['link_id', 'String', "The event's own tracked link; empty when none."],
  ['program_id', 'String', "The event's own referral program; empty when none."],
  ['utm_campaign', 'String', 'utm_campaign; the campaign when nothing else names one.'],
  ['coupon_code', 'String', 'The code of a coupon touchpoint; empty for all others.'],
];
