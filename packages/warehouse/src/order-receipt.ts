/**
 * The receipt of an order: its row, who got how much by each model, and everything the person was
 * touched by. Finds rows by key or by skip index first and reads their newest version second, so
 * it stays quick in large tables.
 */
import type { Dimensions } from './rows.js';
import type { Warehouse } from './warehouse-api.js';

export interface ReceiptOrder {
  readonly order_id: string;
  readonly person_id: string;
  readonly occurred_at: string;
  readonly currency: string;
  readonly gross: number;
  readonly tax: number;
  readonly shipping: number;
  readonly refunded: number;
  readonly net: number;
  readonly new_customer: boolean;
  readonly coupon_codes: readonly string[];
  readonly eligible_touchpoints: number;
  readonly touchpoints_cut: boolean;
}

export interface ReceiptTouchpoint extends Omit<Dimensions, 'utm_campaign'> {
  readonly touchpoint_id: string;
  readonly type: string;
  readonly occurred_at: string;
}

export interface ReceiptCredit extends Omit<ReceiptTouchpoint, 'occurred_at'> {
  readonly model: string;
  readonly touched_at: string;
  readonly credit: number;
  readonly share: number;
}

export interface OrderReceipt {
  readonly order: ReceiptOrder;
  /** By model, then in the order of the touchpoints. */
  readonly credits: readonly ReceiptCredit[];
  /** All of the order's person, eligible or not, oldest first; other orders' coupons are not. */
  readonly touchpoints: readonly ReceiptTouchpoint[];
}

const dimensions =
  'platform, medium, media_type, post_id, influencer_id, campaign_id, link_id, program_id';
const orderKey = 'workspace = {workspace:String} AND order_id = {orderId:String}';

/** Undefined when the order is not known. Consistent once the pipeline is settled. */
export async function readOrderReceipt(
  warehouse: Pick<Warehouse, 'query'>,
  at: { readonly workspace: string; readonly orderId: string },
): Promise<OrderReceipt | undefined> {
  const [order] = await warehouse.query<ReceiptOrder>(
    `SELECT order_id, person_id, occurred_at, currency, gross, tax, shipping, refunded, net,
      new_customer, coupon_codes, eligible_touchpoints, touchpoints_cut
    FROM rosi.orders_current WHERE ${orderKey}`,
    at,
  );
  if (order === undefined) return undefined;
  const credits = await warehouse.query<ReceiptCredit>(
    `SELECT model, touchpoint_id, type, touched_at, ${dimensions}, credit, share
    FROM rosi.credits_current WHERE ${orderKey}
    ORDER BY model, touched_at, touchpoint_id`,
    at,
  );
  const touchpoints = await warehouse.query<ReceiptTouchpoint>(
    `SELECT touchpoint_id, type, occurred_at, ${dimensions}
    FROM rosi.touchpoints_current
    WHERE workspace = {workspace:String} AND person_id = {personId:String}
      AND (type = 'coupon' AND identifier = {orderId:String}
        OR {personId:String} != '' AND touchpoint_id IN (
          SELECT touchpoint_id FROM rosi.touchpoints
          WHERE workspace = {workspace:String} AND (identifier_type, identifier) IN (
            SELECT identifier_type, identifier FROM rosi.identities
            WHERE workspace = {workspace:String} AND person_id = {personId:String})))
    ORDER BY occurred_at, touchpoint_id`,
    { ...at, personId: order.person_id },
  );
  return { order, credits, touchpoints };
}
