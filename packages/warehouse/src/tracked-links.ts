/** Tracked links as the catalogue has them, for redirects and for lists. */
import type { QueryParameters, Warehouse } from './warehouse-api.js';

type Queries = Pick<Warehouse, 'query'>;

/** The latest version of a link. */
export interface CatalogueLink {
  readonly linkId: string;
  /** Empty when it states none. */
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly occurredAt: number;
  readonly eventId: string;
  /** Milliseconds since 1970 at which this version came into the ledger. */
  readonly recordedAt: number;
}

interface Row {
  readonly id: string;
  readonly url: string;
  readonly at: number;
  readonly event_id: string;
  readonly recorded: number;
}

const select = `SELECT id, JSONExtractString(entry, 'url') AS url,
  toFloat64(toUnixTimestamp64Milli(occurred_at)) AS at, event_id,
  toFloat64(toUnixTimestamp64Milli(recorded_at)) AS recorded
FROM rosi.catalogue_entries FINAL
WHERE workspace = {workspace:String} AND kind = 'link'`;

export async function readNewestLinks(
  warehouse: Queries,
  options: { readonly workspace: string; readonly limit: number },
): Promise<CatalogueLink[]> {
  // Oldest first: whoever keeps a part of them forgets those first.
  const newest = `SELECT * FROM (${select} ORDER BY occurred_at DESC LIMIT {limit:UInt32})
    ORDER BY at`;
  return linksOf(warehouse, newest, { ...options });
}

/** Those recorded within so many seconds before now. */
export async function readRecentLinks(
  warehouse: Queries,
  options: { readonly workspace: string; readonly seconds: number },
): Promise<CatalogueLink[]> {
  const recent = `${select} AND recorded_at > now64(3) - toIntervalSecond({seconds:UInt32})`;
  return linksOf(warehouse, recent, { ...options });
}

/** Null: the tables know none of that id. */
export async function findLink(
  warehouse: Queries,
  options: { readonly workspace: string; readonly linkId: string },
): Promise<CatalogueLink | null> {
  const [found] = await linksOf(warehouse, `${select} AND id = {linkId:String}`, { ...options });
  return found ?? null;
}

async function linksOf(
  warehouse: Queries,
  sql: string,
  parameters: QueryParameters,
): Promise<CatalogueLink[]> {
  const rows = await warehouse.query<Row>(sql, parameters);
  return rows.map(({ id, url, at, event_id: eventId, recorded }) => ({
    linkId: id,
    url,
    occurredAt: at,
    eventId,
    recordedAt: recorded,
  }));
}

/** A row of the view `links`. */
export interface LinkRow {
  readonly link_id: string;
  readonly url: string;
  readonly post_id: string;
  readonly influencer_id: string;
  readonly campaign_id: string;
  readonly program_id: string;
}

/** By id, those after `after`, at most `limit`. */
export function listLinks(
  warehouse: Queries,
  options: { readonly workspace: string; readonly after: string; readonly limit: number },
): Promise<LinkRow[]> {
  return warehouse.query<LinkRow>(
    `SELECT link_id, url, post_id, influencer_id, campaign_id, program_id FROM rosi.links
    WHERE workspace = {workspace:String} AND link_id > {after:String}
    ORDER BY link_id LIMIT {limit:UInt32}`,
    { ...options },
  );
}
