/** Conservation: what an order is worth, and that each model hands out exactly that. */
import { type Check, told } from './check.js';

/** Shares of one order and model sum to it (packages/attribution). */
const SHARE_WHOLE = 1_000_000_000_000;

const flat = (name: string, type: string) =>
  `arrayFlatten(CAST(\`touch.${name}\`, 'Array(Array(${type}))'))`;

/** `{models:Array(String)}` are all models that there must be for an order that is worth anything. */
const conservation: Check = {
  name: 'conservation',
  law: "each model's credits of an order sum to its net and its shares to 1; net 0 has no credit",
  table: 'order_records',
  sql: `SELECT workspace, order_id, model,
  ${told({ credit: 'credit', share: 'parts', rows: 'rows' })} AS found,
  if(net = 0, 'rows 0', ${told({ credit: 'net', share: `${SHARE_WHOLE}` })}) AS expected
FROM (SELECT workspace, order_id, net, model,
    countEqual(row_models, model) AS rows,
    arraySum((credit, name) -> if(name = model, credit, 0), credits, row_models) AS credit,
    arraySum((share, name) -> if(name = model, share, 0), shares, row_models) AS parts
  FROM (SELECT workspace, order_id, net, ${flat('credit_model', 'String')} AS row_models,
      ${flat('credit', 'Int64')} AS credits, ${flat('credit_share', 'Int64')} AS shares
    FROM rosi.order_records FINAL)
  ARRAY JOIN arrayDistinct(arrayConcat({models:Array(String)}, row_models)) AS model)
WHERE if(net = 0, rows != 0, credit != net OR parts != ${SHARE_WHOLE})`,
};

const net: Check = {
  name: 'order-net',
  law: 'the net of an order is its total less its refunds, never below 0',
  table: 'order_records',
  sql: `SELECT workspace, order_id, ${told({ net: 'net' })} AS found,
  ${told({ net: 'greatest(0, gross - refunded)' })} AS expected
FROM rosi.order_records FINAL WHERE net != greatest(0, gross - refunded)`,
};

const person: Check = {
  name: 'order-person',
  law: 'an order belongs to the person that its order_id belongs to, or to nobody',
  table: 'order_records',
  sql: `SELECT workspace, order_id, ${told({ person_id: 'held' })} AS found,
  if(known = 0, 'an identity of the order_id', ${told({ person_id: 'due' })}) AS expected
FROM (SELECT workspace, order_id, max(is_order) AS ordered, max(NOT is_order) AS known,
    anyIf(person, is_order) AS held, anyIf(person, NOT is_order) AS due
  FROM (SELECT workspace, order_id, person_id AS person, true AS is_order
      FROM rosi.order_records FINAL WHERE person_id != ''
    UNION ALL SELECT workspace, identifier AS order_id, person_id AS person, false AS is_order
      FROM rosi.identities FINAL WHERE identifier_type = 'order_id')
  GROUP BY workspace, order_id)
WHERE ordered AND (known = 0 OR held != due)`,
};

export const orderChecks: readonly Check[] = [net, conservation, person];
