/** What the composition root gives the dashboard. */
import type { Warehouse } from '@rosi/warehouse';

export interface DashboardOptions {
  readonly warehouse: Pick<Warehouse, 'query'>;
  readonly workspace: string;
  /** IANA name: the one that the daily sums are made with. */
  readonly timezone: string;
  readonly secretKey: string;
  /** Secret keys that change while it runs, in place of `secretKey`. */
  readonly keys?: SecretKeys;
  status(): Promise<Pipeline>;
  /** Null: no such order. */
  receipt(orderId: string): Promise<Receipt | null>;
  readonly logger: { error(fields: object, message: string): void };
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface SecretKeys {
  /** Null: it is no secret key that is good. */
  idOf(key: string): string | null;
  /** Whether the key of that id is good still. */
  isGood(id: string): boolean;
}

/** How far the pipeline is. */
export interface Pipeline {
  readonly settled: boolean;
  /** ISO time of the smallest received_at with work pending; null: none pending. */
  readonly freshThrough: string | null;
  readonly stages: readonly {
    readonly name: string;
    readonly lastOffset: number | null;
    readonly lag: number;
  }[];
}

export interface ReceiptModelLine {
  readonly credit: number;
  /** Null: credited. */
  readonly reason: string | null;
}

export interface ReceiptTouchpoint {
  readonly touchpoint_id: string;
  readonly type: string;
  readonly occurred_at: string;
  readonly platform: string;
  readonly medium: string;
  readonly post_id: string;
  readonly influencer_id: string;
  readonly campaign_id: string;
  /** Null: at least eligible. */
  readonly reason: string | null;
  /** By model; empty when it is not eligible. */
  readonly models: Readonly<Record<string, ReceiptModelLine>>;
}

export interface Receipt {
  readonly order: {
    readonly order_id: string;
    readonly person_id: string;
    readonly occurred_at: string;
    readonly currency: string;
    readonly gross: number;
    readonly refunded: number;
    readonly net: number;
    readonly new_customer: boolean;
    readonly coupon_codes: readonly string[];
    readonly touchpoints_cut: boolean;
  };
  readonly touchpoints: readonly ReceiptTouchpoint[];
  /** By model; empty when a touchpoint was eligible. */
  readonly unattributed: Readonly<Record<string, ReceiptModelLine>>;
  readonly consistent: boolean;
}
