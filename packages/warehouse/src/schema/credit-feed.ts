/** The materialized view that writes each record's signed differences as rows of credit_deltas. */
import { touchDimensions } from './columns.js';
import { createFeed } from './define-table.js';

const scalars = ['touchpoint_id', 'type', 'touched_at', ...touchDimensions.map(([name]) => name)];
const deltas = ['model', 'person_id', 'ordered_at', 'currency', 'credit', 'share'];

const select = `SELECT workspace, order_id, model, touch_touchpoint_id AS touchpoint_id,
  touch_type AS type, person_id, ordered_at, touch_touched_at AS touched_at,
  ${touchDimensions.map(([name]) => `touch_${name} AS ${name}`).join(', ')},
  currency, credit, share AS share_parts, recorded_at, log_partition, log_offset
FROM (SELECT workspace, order_id, recorded_at, log_partition, log_offset,
    ${[...scalars, ...deltas.map((name) => `delta_${name}`)].map((n) => `touch_${n}`).join(', ')}
  FROM rosi.order_records
  ARRAY JOIN ${[...scalars, ...deltas.map((name) => `delta_${name}`)]
    .map((name) => `\`touch.${name}\` AS touch_${name}`)
    .join(', ')})
ARRAY JOIN ${deltas.map((name) => `touch_delta_${name} AS ${name}`).join(', ')}`;

export const creditFeed = createFeed(
  'credit_deltas_feed',
  'credit_deltas',
  'Feeds credit_deltas with the signed differences of each record.',
  select,
);
