/**
 * What is asked for a period: the signed deltas and the touchpoints, kept in order of time as well.
 * A projection is part of its table's parts, so that it can't be lost, doubled or forgotten apart
 * from them. ClickHouse uses none under FINAL: credits need no FINAL, since deltas add up, and the
 * records of one touchpoint are alike, so that any of them serves.
 */
import type { Statement } from '../migrations/migration.js';
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
function sorted(
  table: string,
  projection: string,
  columns: readonly string[],
  order: string,
): readonly string[] {
  return [
    `ALTER TABLE rosi.${table} ADD PROJECTION IF NOT EXISTS ${projection}
(SELECT ${columns.join(', ')} ORDER BY ${order})`,
    `ALTER TABLE rosi.${table} MATERIALIZE PROJECTION ${projection} SETTINGS mutations_sync = 0`,
  ];
}

/** Conditions on these reach the rows; of the rest only what is asked for is read. */
const ofRecord = 'workspace, touchpoint_id, type, occurred_at';
const anyOf = dimensions.map((name) => `any(${name}) AS ${name}`).join(', ');

const touchpointsOnce = (source: string) =>
  createView(
    'touchpoints_by_time',
    'Touchpoints of events without their person, quick for a period of occurred_at; those of ' +
      'coupons are in touchpoints_current alone. Dimensions by the catalogue as it is now.',
    resolved({
      dimensions: [
        ...(['platform', 'medium', 'media_type', 'post_id'] as const),
        ...(['influencer_id', 'campaign_id', 'link_id', 'program_id'] as const),
      ],
      keep: ['workspace', 'touchpoint_id', 'type', 'occurred_at'],
      source: `(${source})`,
    }),
  );

/** As `any` makes them: of the same types by either view. */
const asTexts = dimensions.map((name) => `CAST(${name} AS String) AS ${name}`).join(', ');

/** Older servers would read all touchpoints before they looked at a condition over LIMIT BY. */
export const touchpointsByTime: Statement = {
  sql: touchpointsOnce(
    `SELECT ${ofRecord}, ${asTexts} FROM rosi.touchpoints LIMIT 1 BY ${ofRecord}`,
  ),
  since: [26, 7],
  before: touchpointsOnce(
    `SELECT ${ofRecord}, ${anyOf} FROM rosi.touchpoints GROUP BY ${ofRecord}`,
  ),
};

const ofEvents = [
  ...['workspace', 'event_id', 'type', 'occurred_at', 'source', 'identifier_type', 'identifier'],
  ...['platform', 'medium', 'media_type', 'post_id', 'influencer_id', 'campaign_id', 'link_id'],
  ...['interaction_kind', 'touchpoint', 'bot'],
];

/** Reads the period's rows alone; FINAL would have to merge those of all time first. */
export const eventsByTime = createView(
  'events_by_time',
  'Accepted events without texts, quick for a period of occurred_at, of type interaction above ' +
    'all. Count with uniqExact(event_id): copies of an event stand beside each other until ' +
    'ClickHouse has merged them. events_current is always exact.',
  `SELECT ${ofEvents.join(', ')} FROM rosi.events`,
);

const ofInteractions = [
  ...['workspace', 'type', 'occurred_at', 'event_id', 'platform', 'medium', 'media_type'],
  ...['post_id', 'influencer_id', 'campaign_id', 'interaction_kind', 'bot'],
];

/**
 * Of events only interactions are kept in order of time: views of pages are most of the rest, and are
 * touchpoints where they matter. A server that knows no projection of a part reads the table.
 */
export const interactionsByTime: readonly Statement[] = [
  "ALTER TABLE rosi.events MODIFY SETTING deduplicate_merge_projection_mode = 'rebuild'",
  {
    sql: `ALTER TABLE rosi.events ADD PROJECTION IF NOT EXISTS interactions_by_time
(SELECT ${ofInteractions.join(', ')} WHERE type = 'interaction' ORDER BY workspace, occurred_at)`,
    mayBeUnknown: true,
  },
  {
    sql: `ALTER TABLE rosi.events MATERIALIZE PROJECTION interactions_by_time
SETTINGS mutations_sync = 0`,
    mayBeUnknown: true,
  },
];

export const byTime: readonly string[] = [
  // Merging drops older records of a touchpoint; the projection then has to be made anew.
  "ALTER TABLE rosi.touchpoints MODIFY SETTING deduplicate_merge_projection_mode = 'rebuild'",
  ...sorted('touchpoints', 'by_time', ofTouchpoints, 'workspace, occurred_at'),
];

/**
 * Of the six models a question names one or two: by model first, a sixth of a period is read. What it
 * replaces goes first, since dropping waits for whatever is being made.
 */
export const creditsByModel: readonly string[] = [
  'ALTER TABLE rosi.credit_deltas DROP PROJECTION IF EXISTS by_time',
  ...sorted('credit_deltas', 'by_model', ofCredits, 'workspace, model, ordered_at'),
];
