/**
 * The rows that `credit_deltas_feed` makes of a record of an order, made here: what the table is
 * held against and mended with when the feed's own outcome is unknown. A test holds the two
 * against each other.
 */
import type { Dimensions, OrderRecordRow } from './rows.js';

export interface CreditDeltaRow extends Dimensions {
  readonly workspace: string;
  readonly log_partition: number;
  readonly log_offset: number;
  readonly recorded_at: number;
  readonly order_id: string;
  readonly model: string;
  readonly touchpoint_id: string;
  readonly type: string;
  readonly person_id: string;
  readonly ordered_at: number;
  readonly touched_at: number;
  readonly coupon_code: string;
  readonly currency: string;
  readonly credit: number;
  readonly share_parts: number;
}

/** How many they are, without making them. */
export function countCreditDeltas(row: OrderRecordRow): number {
  return row['touch.delta_model'].reduce((count, models) => count + models.length, 0);
}

export function creditDeltaRows(row: OrderRecordRow): CreditDeltaRow[] {
  return row['touch.delta_model'].flatMap((models, touch) =>
    models.map((model, index) => creditDeltaRow(row, { model, touch, index })),
  );
}

/** All arrays of a record are equally long, and so are those within one touch. */
function creditDeltaRow(
  row: OrderRecordRow,
  { model, touch, index }: { model: string; touch: number; index: number },
): CreditDeltaRow {
  return {
    workspace: row.workspace,
    log_partition: row.log_partition,
    log_offset: row.log_offset,
    recorded_at: row.recorded_at,
    order_id: row.order_id,
    model,
    touchpoint_id: row['touch.touchpoint_id'][touch]!,
    type: row['touch.type'][touch]!,
    person_id: row['touch.delta_person_id'][touch]![index]!,
    ordered_at: row['touch.delta_ordered_at'][touch]![index]!,
    touched_at: row['touch.touched_at'][touch]!,
    platform: row['touch.platform'][touch]!,
    medium: row['touch.medium'][touch]!,
    media_type: row['touch.media_type'][touch]!,
    post_id: row['touch.post_id'][touch]!,
    influencer_id: row['touch.influencer_id'][touch]!,
    campaign_id: row['touch.campaign_id'][touch]!,
    link_id: row['touch.link_id'][touch]!,
    program_id: row['touch.program_id'][touch]!,
    utm_campaign: row['touch.utm_campaign'][touch]!,
    coupon_code: row['touch.coupon_code'][touch]!,
    currency: row['touch.delta_currency'][touch]![index]!,
    credit: row['touch.delta_credit'][touch]![index]!,
    share_parts: row['touch.delta_share'][touch]![index]!,
  };
}
