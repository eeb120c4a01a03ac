/**
 * The catalogue: of each entry the version with the latest occurred_at, then the larger event_id.
 */
import { type CatalogueType, catalogueIdFields } from './catalogue-types.js';
import { couponCodeOf } from './normalise.js';
import { compareIds, idOf, type JsonObject } from './text.js';
import type { Accepted } from './types.js';

export type Catalogue = Readonly<Record<CatalogueType, ReadonlyMap<string, JsonObject>>>;

export function compareVersions(a: Accepted, b: Accepted): number {
  return a.occurredAt - b.occurredAt || compareIds(a.eventId, b.eventId);
}

function entryIdOf(type: CatalogueType, entry: JsonObject): string {
  const id = entry[catalogueIdFields[type]];
  return type === 'coupon' ? couponCodeOf(id) : idOf(id);
}

export function catalogueOf(events: readonly Accepted[]): Catalogue {
  const entriesOf = (type: CatalogueType): ReadonlyMap<string, JsonObject> => {
    const versions = events.filter((event) => event.type === type).sort(compareVersions);
    // Later versions replace earlier ones whole, so the last writer of each key stays.
    return new Map(
      versions.flatMap((event) =>
        event.entry === null ? [] : [[entryIdOf(type, event.entry), event.entry] as const],
      ),
    );
  };
  return {
    post: entriesOf('post'),
    influencer: entriesOf('influencer'),
    campaign: entriesOf('campaign'),
    link: entriesOf('link'),
    coupon: entriesOf('coupon'),
    spend: entriesOf('spend'),
  };
}
