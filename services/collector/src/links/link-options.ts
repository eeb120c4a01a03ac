/** What the composition root gives the collector for tracked links. */
import type { ClickStore } from './click-store.js';

/** A link as the tables or the log have it. */
export interface StoredLink {
  readonly linkId: string;
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly occurredAt: number;
  readonly eventId: string;
  /** When it came into the ledger; absent: it has not been in the tables. */
  readonly recordedAt?: number;
}

export interface LinkSource {
  /** The newest, at most so many. */
  newest(limit: number): Promise<readonly StoredLink[]>;
  /** Those recorded within so many seconds. */
  recordedWithin(seconds: number): Promise<readonly StoredLink[]>;
  find(linkId: string): Promise<StoredLink | null>;
}

/** A link as the tables have it, for lists. */
export interface ListedLink {
  readonly link_id: string;
  readonly url: string;
  readonly post_id: string;
  readonly influencer_id: string;
  readonly campaign_id: string;
  readonly program_id: string;
}

export interface LinksOptions {
  readonly store: ClickStore;
  readonly source: LinkSource;
  /** Links after an id, in the order of ids. */
  list(after: string, limit: number): Promise<readonly ListedLink[]>;
  /** Under which people reach this collector, `https://go.shop.example`; absent: as they ask. */
  readonly publicUrl?: string | undefined;
}
