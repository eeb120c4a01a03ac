/** The catalogue: the version that counts is the newest one, and it is the one that views show. */
import { type Check, told } from './check.js';

const kinds: readonly (readonly [kind: string, view: string, id: string])[] = [
  ['post', 'posts', 'post_id'],
  ['influencer', 'influencers', 'influencer_id'],
  ['campaign', 'campaigns', 'campaign_id'],
  ['link', 'links', 'link_id'],
  ['coupon', 'coupons', 'code'],
  ['spend', 'spend', 'spend_id'],
];

const shownBy = (kind: string, id: string, source: string) =>
  `SELECT workspace, '${kind}' AS kind, ${id} AS id, event_id AS shown,
      '' AS due, '' AS newest, 1 AS is_shown, 0 AS is_due FROM ${source}`;

const shown = [
  ...kinds.map(([kind, view, id]) => shownBy(kind, id, `rosi.${view}`)),
  // Settings have versions as entries do, and no view: who reads them reads the table.
  shownBy(
    'settings',
    'id',
    `(SELECT workspace, id, event_id FROM rosi.catalogue_entries FINAL WHERE kind = 'settings')`,
  ),
];

export const catalogueChecks: readonly Check[] = [
  {
    name: 'catalogue-versions',
    law: 'each view of the catalogue shows the version of an entry with the latest occurred_at',
    table: 'catalogue_entries',
    sql: `SELECT workspace, kind, id,
  if(sum(is_shown) = 0, 'not shown', ${told({ event_id: 'max(shown)' })}) AS found,
  if(sum(is_due) = 0, 'no entry', ${told({ event_id: 'max(newest)' })}) AS expected
FROM (SELECT workspace, toString(kind) AS kind, id, '' AS shown, argMax(event_id, revision) AS due,
      argMax(event_id, (occurred_at, event_id)) AS newest, 0 AS is_shown, 1 AS is_due
    FROM rosi.catalogue_entries GROUP BY workspace, kind, id
  UNION ALL ${shown.join('\n  UNION ALL ')})
GROUP BY workspace, kind, id
HAVING max(shown) != max(due) OR max(due) != max(newest) OR sum(is_shown) != 1 OR sum(is_due) != 1`,
  },
  {
    name: 'catalogue-entries-json',
    law: 'the body of each catalogue entry is JSON',
    table: 'catalogue_entries',
    sql: `SELECT workspace, kind, id, 'no JSON' AS found, 'a JSON object' AS expected
FROM rosi.catalogue_entries FINAL WHERE NOT isValidJSON(entry)`,
  },
];
