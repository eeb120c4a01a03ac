/**
 * What is asked for a period: the signed deltas and the touchpoints, kept in order of time as well.
 * A projection is part of its table's parts, so that it can't be lost, doubled or forgotten apart
 * from them. ClickHouse uses none under FINAL: credits need no FINAL, since deltas add up, and the
 * records of one touchpoint are alike, so that DISTINCT is enough.
 */
import { touchDimensions } from './columns.js';
import { createView } from './define-table.js';
import { resolved } from './resolve.js';

const dimensions = touchDimensions.map(([name]) => name);

const ofCredits = [
  ...['workspace', 'order_id', 'model', 'touchpoint_id', 'type', 'person_id', 'ordered_at'],
  ...['touched_at', ...dimensions, 'currency', 'credit', 'share_parts', 'recorded_at'],
];
const ofTouchpoints = ['workspace', 'touchpoint_id', 'type', 'occurred_at', ...dimensions];

/** Rows that are there already are sorted in the background: until then the table itself is read. */
function sortedByTime(table: string, columns: readonly string[], time: string): readonly string[] {
  return [
    `ALTER TABLE rosi.${table} ADD PROJECTION IF NOT EXISTS by_time
(SELECT ${columns.join(', ')} ORDER BY workspace, ${time})`,
    `ALTER TABLE rosi.${table} MATERIALIZE PROJECTION by_time SETTINGS mutations_sync = 0`,
  ];
}

const touchpointsByTime = createView(
  'touchpoints_by_time',
  'Touchpoints of events without their person, quick for a period of occurred_at; those of coupons ' +
    'are in touchpoints_current alone. Dimensions by the catalogue as it is now.',
  resolved({
    dimensions: [
      ...(['platform', 'medium', 'media_type', 'post_id'] as const),
      ...(['influencer_id', 'campaign_id', 'link_id', 'program_id'] as const),
    ],
    keep: ['workspace', 'touchpoint_id', 'type', 'occurred_at'],
    source: `(SELECT DISTINCT ${ofTouchpoints.join(', ')} FROM rosi.touchpoints)`,
  }),
);

const ofEvents = [
  ...['workspace', 'event_id', 'type', 'occurred_at', 'source', 'identifier_type', 'identifier'],
  ...['platform', 'medium', 'media_type', 'post_id', 'influencer_id', 'campaign_id', 'link_id'],
  ...['interaction_kind', 'touchpoint', 'bot'],
];

/** Reads the period's rows alone; FINAL would have to merge those of all time first. */
const eventsByTime = createView(
  'events_by_time',
  'Accepted events without texts, quick for a period of occurred_at. Count with ' +
    'uniqExact(event_id): copies of an event that differ, as do those without a time of their own, ' +
    'may stand beside each other until ClickHouse has merged them. events_current is always exact.',
  `SELECT DISTINCT ${ofEvents.join(', ')} FROM rosi.events`,
);

export const byTime: readonly string[] = [
  // Merging drops older records of a touchpoint; the projection then has to be made anew.
  "ALTER TABLE rosi.touchpoints MODIFY SETTING deduplicate_merge_projection_mode = 'rebuild'",
  ...sortedByTime('credit_deltas', ofCredits, 'ordered_at'),
  ...sortedByTime('touchpoints', ofTouchpoints, 'occurred_at'),
  touchpointsByTime,
  eventsByTime,
];
