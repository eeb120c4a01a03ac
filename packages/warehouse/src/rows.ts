/**
 * Rows of the base tables as they are inserted. Times are whole milliseconds since 1970 that
 * ClickHouse can hold (`storedTime`); columns are the interface's keys.
 */

/** Where a row comes from in the log. */
interface Placed {
  readonly workspace: string;
  readonly log_partition: number;
  readonly log_offset: number;
}

interface Recorded extends Placed {
  readonly revision: number;
  readonly recorded_at: number;
}

export interface OrderRecordRow extends Recorded {
  readonly order_id: string;
  readonly person_id: string;
  readonly ordered_at: number;
  readonly currency: string;
  readonly gross: number;
  readonly tax: number;
  readonly shipping: number;
  readonly refunded: number;
  readonly net: number;
  readonly new_customer: boolean;
  readonly cut: boolean;
  readonly coupon_codes: readonly string[];
  readonly items: string;
  readonly eligible: number;
  readonly moved_from: readonly number[];
  readonly 'touch.touchpoint_id': readonly string[];
  readonly 'touch.type': readonly string[];
  readonly 'touch.touched_at': readonly number[];
  readonly 'touch.platform': readonly string[];
  readonly 'touch.medium': readonly string[];
  readonly 'touch.media_type': readonly string[];
  readonly 'touch.post_id': readonly string[];
  readonly 'touch.influencer_id': readonly string[];
  readonly 'touch.campaign_id': readonly string[];
  readonly 'touch.link_id': readonly string[];
  readonly 'touch.program_id': readonly string[];
  readonly 'touch.utm_campaign': readonly string[];
  readonly 'touch.coupon_code': readonly string[];
  readonly 'touch.credit_model': readonly (readonly string[])[];
  readonly 'touch.credit': readonly (readonly number[])[];
  readonly 'touch.credit_share': readonly (readonly number[])[];
  readonly 'touch.delta_model': readonly (readonly string[])[];
  readonly 'touch.delta_person_id': readonly (readonly string[])[];
  readonly 'touch.delta_ordered_at': readonly (readonly number[])[];
  readonly 'touch.delta_currency': readonly (readonly string[])[];
  readonly 'touch.delta_credit': readonly (readonly number[])[];
  readonly 'touch.delta_share': readonly (readonly number[])[];
}

export interface Dimensions {
  readonly platform: string;
  readonly medium: string;
  readonly media_type: string;
  readonly post_id: string;
  readonly influencer_id: string;
  readonly campaign_id: string;
  readonly link_id: string;
  readonly program_id: string;
  readonly utm_campaign: string;
}

export interface TouchpointRow extends Recorded, Dimensions {
  readonly touchpoint_id: string;
  readonly identifier_type: string;
  readonly identifier: string;
  readonly type: string;
  readonly occurred_at: number;
  readonly coupon_code: string;
}

export interface IdentityRow extends Recorded {
  readonly identifier_type: string;
  readonly identifier: string;
  readonly person_id: string;
  readonly shared: boolean;
}

export interface CatalogueEntryRow extends Recorded {
  readonly kind: string;
  readonly id: string;
  readonly event_id: string;
  readonly occurred_at: number;
  readonly entry: string;
}

export interface EventRow extends Placed, Dimensions {
  readonly event_id: string;
  readonly type: string;
  readonly occurred_at: number;
  readonly received_at: number;
  readonly source: string;
  readonly identifier_type: string;
  readonly identifier: string;
  readonly utm_source: string;
  readonly utm_medium: string;
  readonly utm_content: string;
  readonly utm_term: string;
  readonly order_id: string;
  readonly interaction_kind: string;
  readonly text: string;
  readonly url: string;
  readonly referrer: string;
  readonly title: string;
  readonly touchpoint: boolean;
  readonly bot: boolean;
  readonly consent: string;
  readonly properties: string;
}

export interface SuppressionRow extends Recorded {
  readonly name: string;
  readonly until: number;
}

interface Rows {
  readonly suppressions: SuppressionRow;
  readonly order_records: OrderRecordRow;
  readonly touchpoints: TouchpointRow;
  readonly identities: IdentityRow;
  readonly catalogue_entries: CatalogueEntryRow;
  readonly events: EventRow;
}

/** Tables that the loader fills; the others are fed by materialized views. */
export type BaseTable = keyof Rows;
export type RowOf<T extends BaseTable> = Rows[T];

/** ClickHouse's range of DateTime64(3); the contract names no bounds, so a time beyond is cut. */
const TIME_MS_MIN = Date.UTC(1900, 0, 1);
const TIME_MS_MAX = Date.UTC(2299, 11, 31, 23, 59, 59, 999);

/** A time as the tables hold it. */
export function storedTime(ms: number): number {
  return Math.trunc(Math.min(Math.max(ms, TIME_MS_MIN), TIME_MS_MAX));
}
