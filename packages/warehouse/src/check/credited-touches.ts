/** The touches of the newest order records with what each model credits them, as SQL. */
import { touchDimensions } from '../schema/columns.js';

const columns = ['touchpoint_id', 'type', 'touched_at', ...touchDimensions.map(([name]) => name)];
const credits = ['credit_model', 'credit', 'credit_share'];
const ofOrder = 'workspace, order_id, person_id, ordered_at, currency';

/** One row per order and credited touch; what the models give it stays in arrays. */
export const creditedTouches = `SELECT ${ofOrder}, ${[...columns, ...credits].map((name) => `touch_${name} AS ${name}`).join(', ')}
  FROM (SELECT ${ofOrder}, ${[...columns, ...credits].map((name) => `touch_${name}`).join(', ')}
    FROM rosi.order_records FINAL
    ARRAY JOIN ${[...columns, ...credits].map((name) => `\`touch.${name}\` AS touch_${name}`).join(', ')})
  WHERE notEmpty(credit_model)`;

/** The columns by which a credit row is told from another, beside order and model. */
export const creditColumns = [...columns, 'person_id', 'ordered_at', 'currency'] as const;

/** One row per order, model and touch, with `due` and `due_parts`. */
export const newestCredits = `SELECT workspace, order_id, model, ${creditColumns.join(', ')}, due, due_parts
  FROM (${creditedTouches})
  ARRAY JOIN credit_model AS model, credit AS due, credit_share AS due_parts`;
