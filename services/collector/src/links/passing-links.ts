/** A log that tells of each link that was written to it, whoever's request brought it. */
import type { CollectedEvent } from '@rosi/events';
import type { TopicWriter } from '@rosi/streams';
import type { StoredLink } from './link-options.js';

export function tellingLinks(log: TopicWriter, tell: (link: StoredLink) => void): TopicWriter {
  return {
    async append(topic, records) {
      await log.append(topic, records);
      for (const { value } of records) {
        const link = linkOf(value);
        if (link !== null) tell(link);
      }
    },
  };
}

/** Null: it is no link's entry. */
function linkOf(value: unknown): StoredLink | null {
  // The collector writes events.collected alone.
  const { catalogue, occurredAt, eventId } = value as CollectedEvent;
  if (catalogue?.kind !== 'link') return null;
  const entry: unknown = JSON.parse(catalogue.entry);
  // A version without an address takes the link's address away.
  const url = typeof entry === 'object' && entry !== null && 'url' in entry ? entry.url : '';
  return { linkId: catalogue.id, url: String(url), occurredAt, eventId };
}
