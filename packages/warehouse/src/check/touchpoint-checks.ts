/**
 * Touchpoints, identifiers and persons against what orders were credited with. Each check brings
 * both sides together by one key and aggregates, which spills to disk where a join would not.
 */
import { touchDimensions } from '../schema/columns.js';
import { type Check, told } from './check.js';
import { creditedTouches } from './credited-touches.js';

const dimensions = touchDimensions.map(([name]) => `toString(${name})`).join(', ');
/** Equal exactly when a touch says the same, as far as 64 bits tell. */
const content = (time: string) => `cityHash64(toString(type), ${time}, ${dimensions})`;

/** Those of events: neither coupons nor the unattributed rest stand in `touchpoints`. */
const creditedEvents = `(SELECT workspace, order_id, person_id, touchpoint_id,
    ${content('touched_at')} AS content
  FROM (${creditedTouches}) WHERE type NOT IN ('', 'coupon'))`;

const credited: Check = {
  name: 'credited-touchpoints',
  law: "every touchpoint that an order's credits name is there, with the same dimensions",
  table: 'touchpoints',
  sql: `SELECT workspace, touchpoint_id, named_by AS credited_by_order,
  if(known = 0, 'no row', 'another type, time or dimension') AS found,
  'the touchpoint as the order has it' AS expected
FROM (SELECT workspace, touchpoint_id, max(is_credit) AS is_credited, max(NOT is_credit) AS known,
    anyIf(order_id, is_credit) AS named_by, min(content) AS low, max(content) AS high
  FROM (SELECT workspace, touchpoint_id, order_id, content, true AS is_credit FROM ${creditedEvents}
    UNION ALL SELECT workspace, touchpoint_id, '' AS order_id,
      ${content('occurred_at')} AS content, false AS is_credit
    FROM rosi.touchpoints FINAL)
  GROUP BY workspace, touchpoint_id)
WHERE is_credited AND (known = 0 OR low != high)`,
};

const identified: Check = {
  name: 'touchpoint-identifiers',
  law: 'the identifier of every touchpoint is there',
  table: 'identities',
  sql: `SELECT workspace, identifier_type, identifier, any(one) AS touchpoint_id,
  'no row' AS found, 'a person of the identifier' AS expected
FROM (SELECT workspace, toString(identifier_type) AS identifier_type, identifier,
    touchpoint_id AS one, false AS known
    FROM rosi.touchpoints FINAL WHERE identifier_type != ''
  UNION ALL SELECT workspace, toString(identifier_type) AS identifier_type, identifier,
    '' AS one, true AS known FROM rosi.identities FINAL)
GROUP BY workspace, identifier_type, identifier HAVING max(known) = false`,
};

/** Of each identifier, the persons of the orders that its touchpoints are credited for. */
const creditedIdentifiers = `(SELECT workspace, any(identifier_type) AS identifier_type,
    any(identifier) AS identifier, min(lowest) AS low, max(highest) AS high, any(named_by) AS named_by
  FROM (SELECT workspace, touchpoint_id, '' AS identifier_type, '' AS identifier,
      person_id AS lowest, person_id AS highest, order_id AS named_by, true AS is_credit
    FROM ${creditedEvents}
    UNION ALL SELECT workspace, touchpoint_id, toString(identifier_type) AS identifier_type,
      identifier, NULL AS lowest, NULL AS highest, NULL AS named_by, false AS is_credit
    FROM rosi.touchpoints FINAL)
  GROUP BY workspace, touchpoint_id HAVING max(is_credit) AND NOT min(is_credit))`;

const persons: Check = {
  name: 'credited-persons',
  law: "an order's person is the person of every touchpoint that it credits",
  table: 'identities',
  sql: `SELECT workspace, identifier_type, identifier, credited_by_order,
  ${told({ person_id: 'person' })} AS found,
  ${told({ person_id: 'if(low != person, low, high)' })} AS expected
FROM (SELECT workspace, identifier_type, identifier, max(known) AS is_known,
    anyIf(held, known) AS person, min(lowest) AS low, max(highest) AS high,
    any(named_by) AS credited_by_order
  FROM (SELECT workspace, identifier_type, identifier, low AS lowest, high AS highest,
      named_by, '' AS held, false AS known FROM ${creditedIdentifiers}
    UNION ALL SELECT workspace, toString(identifier_type) AS identifier_type, identifier,
      NULL AS lowest, NULL AS highest, NULL AS named_by, person_id AS held, true AS known
    FROM rosi.identities FINAL)
  GROUP BY workspace, identifier_type, identifier)
WHERE is_known AND low IS NOT NULL AND (low != person OR high != person)`,
};

export const touchpointChecks: readonly Check[] = [credited, identified, persons];
