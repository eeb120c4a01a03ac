/**
 * The words that the oracle shares with those who feed and compare it.
 *
 * Guarantee: nothing under test/oracle imports from packages/ or services/. Everything was written
 * from the public contract alone, so that an error has to be made twice to stay hidden.
 */

/** One event as it was posted, with what the collector knows about its request. */
export interface OracleEvent {
  /** The JSON value of the event (parsed). */
  readonly body: unknown;
  readonly keyKind: 'secret' | 'write';
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** The User-Agent header of the request. */
  readonly userAgent?: string;
  /** True when the request carried `Sec-GPC: 1`. */
  readonly secGpc?: boolean;
}

export interface OracleSettings {
  readonly hashKey: string;
  readonly ownDomains: readonly string[];
  /** IANA name, for `day`. */
  readonly timezone: string;
}

/**
 * What an erasure renamed, by the old names: identifiers as `type:value`, to the new value;
 * touchpoints by id. What it doesn't name gets a label of the oracle's own.
 */
export interface Renaming {
  readonly identifiers: ReadonlyMap<string, string>;
  readonly touchpoints: ReadonlyMap<string, string>;
}

export interface OracleInput {
  readonly events: readonly OracleEvent[];
  readonly settings: OracleSettings;
  /** What each erasure among the events renamed to, in their order; else labels are made up. */
  readonly renamings?: readonly Renaming[];
}

export type Cell = string | number | bigint | boolean;
/** A row; a column that the contract does not fix for this row is simply absent. */
export type Row = Readonly<Record<string, Cell>>;

export const tableNames = [
  'touchpoints_current',
  'events_current',
  'orders_current',
  'credits_current',
  'identities_current',
  'posts',
  'influencers',
  'campaigns',
  'links',
  'coupons',
  'spend',
  'revenue_by_post_daily',
  'revenue_by_influencer_daily',
  'revenue_by_campaign_daily',
  'revenue_by_channel_daily',
] as const;
export type TableName = (typeof tableNames)[number];
export type OracleTables = Readonly<Record<TableName, readonly Row[]>>;

/** Whether the collector has to accept an event; `reason` is for the reader, not for comparison. */
export interface Decision {
  readonly index: number;
  readonly eventId: string | null;
  readonly accepted: boolean;
  readonly reason: string;
}

/** What erasures left of page, text and properties; open: where clocks or the list can't tell. */
export type Words = 'kept' | 'gone' | 'open';

/** An event as a database shows it that was filled after all erasures. */
export interface ShownEvent {
  /** As it was sent. */
  readonly postedId: string;
  readonly eventId: string;
  readonly words: Words;
  /** As `type:value`; '' for nobody's. */
  readonly identifier: string;
}

export interface OracleOutput {
  readonly tables: OracleTables;
  /** But for the operator's commands. */
  readonly shown: readonly ShownEvent[];
  readonly decisions: readonly Decision[];
}

export const identifierTypes = [
  'order_id',
  'user_id',
  'customer_id',
  'email',
  'phone',
  'handle',
  'anonymous_id',
  'click_id',
] as const;
/** In the order of strength, the strongest first. */
export type IdentifierType = (typeof identifierTypes)[number];

export interface Identifier {
  readonly type: IdentifierType;
  readonly value: string;
}

export interface Money {
  readonly minor: bigint;
  readonly currency: string;
}

export interface Purchase {
  readonly orderId: string;
  readonly total: Money | null;
  readonly tax: Money | null;
  readonly shipping: Money | null;
  /** Trimmed, upper-cased, each once; null when the event says nothing about codes. */
  readonly couponCodes: readonly string[] | null;
}

export interface Refund {
  readonly refundId: string;
  readonly orderId: string;
  readonly total: Money;
}

export interface Utm {
  readonly source: string;
  readonly medium: string;
  readonly campaign: string;
}

export interface Dimensions {
  readonly platform: string;
  readonly medium: string;
  readonly mediaType: string;
}

export const eventTypes = [
  'view',
  'click',
  'interaction',
  'page',
  'lead',
  'purchase',
  'refund',
  'identify',
  'unlink',
  'post',
  'influencer',
  'campaign',
  'link',
  'coupon',
  'spend',
  'settings',
  'upkeep',
  'erase',
] as const;
export type EventType = (typeof eventTypes)[number];

/** An accepted event, normalised. */
export interface Accepted {
  readonly eventId: string;
  readonly type: EventType;
  readonly occurredAt: number;
  readonly receivedAt: number;
  /** True for an event of the secret key. */
  readonly server: boolean;
  readonly bot: boolean;
  /** In the order of strength. */
  readonly identifiers: readonly Identifier[];
  readonly touchpoint: boolean;
  readonly dimensions: Dimensions;
  readonly utmCampaign: string;
  readonly postId: string;
  readonly influencerId: string;
  readonly campaignId: string;
  readonly linkId: string;
  readonly programId: string;
  readonly interactionKind: string;
  readonly purchase: Purchase | null;
  readonly refund: Refund | null;
  /** The body of a catalogue entry (`post`, `link`, …) or of settings, else null. */
  readonly entry: Readonly<Record<string, unknown>> | null;
}
