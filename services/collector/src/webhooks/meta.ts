/**
 * Meta's webhooks for Pages (feed, mention) and Instagram (comments, mentions): what people do with
 * posts, as interactions, and the Page's own posts as catalogue entries. What the Page does itself
 * is nobody's interaction, and what is edited or taken back was still done once.
 */
import * as z from 'zod';
import {
  type Delivery,
  defineAdapter,
  ignored,
  malformed,
  type RawEvent,
  withContentId,
} from './adapter.js';
import { at, firstText, listAt, stated, textAt, timeOfSeconds } from './reading.js';
import { verifyHeaderHmac } from './signatures.js';

const settingsSchema = z.strictObject({
  /** As given to Meta beside the address; sent back once, when the webhook is set up. */
  verify_token: z
    .string('must be a word of your choice')
    .min(16, 'must have at least 16 characters'),
});

export const meta = defineAdapter({
  source: 'meta',
  settings: settingsSchema,
  verify: (signed) =>
    verifyHeaderHmac(signed, { header: 'x-hub-signature-256', encoding: 'hex', prefix: 'sha256=' }),
  challenge(query, settings) {
    if (query.get('hub.mode') !== 'subscribe') return null;
    const token = query.get('hub.verify_token') ?? '';
    return { token, expected: settings.verify_token, answer: query.get('hub.challenge') ?? '' };
  },
  read(delivery) {
    const object = textAt(delivery.body, 'object');
    const read = readers.get(object);
    if (object === '') return malformed('object');
    if (read === undefined) return ignored('topic');
    const events = listAt(delivery.body, 'entry').flatMap((entry) =>
      changesOf(entry).flatMap((change) => read({ delivery, entry, change })),
    );
    return events.length === 0 ? ignored('topic') : { kind: 'events', events: told(events) };
  },
});

interface Change {
  readonly delivery: Delivery;
  /** The Page or account, and when. */
  readonly entry: unknown;
  readonly change: unknown;
}

const readers: ReadonlyMap<string, (change: Change) => RawEvent[]> = new Map([
  ['page', readPageChange],
  ['instagram', readInstagramChange],
]);

/** By Instagram's Business Login an entry is its own change. */
const changesOf = (entry: unknown): readonly unknown[] =>
  textAt(entry, 'field') === '' ? listAt(entry, 'changes') : [entry];

/**
 * Likes and shares have no id of their own. By persons whom Meta doesn't name, those of one post and
 * second are alike: each counts, and a retry of the delivery has them in the same order.
 */
function told(events: readonly RawEvent[]): RawEvent[] {
  const counts = new Map<unknown, number>();
  return events.map((event) => {
    const { event_id: id } = event;
    const kind = at(event, 'interaction.kind');
    if (event['identifiers'] !== undefined || (kind !== 'like' && kind !== 'share')) return event;
    const before = counts.get(id) ?? 0;
    counts.set(id, before + 1);
    return before === 0 ? event : { ...event, event_id: `${String(id)}:${before}` };
  });
}

/** Items of a Page's feed that are posts. */
const postItems: ReadonlySet<string> = new Set(['post', 'status', 'photo', 'video', 'album']);

function readPageChange({ delivery, entry, change }: Change): RawEvent[] {
  const value = at(change, 'value');
  const field = textAt(change, 'field');
  const author = firstText(value, ['from.id', 'sender_id']);
  const ofPage = author !== '' && author === textAt(entry, 'id');
  const item = textAt(value, 'item');
  const isPost = postItems.has(item);
  // The Page's own link is a post; that of somebody else shares one.
  if (field === 'feed' && ofPage && (isPost || item === 'share')) {
    return isPublished(value) ? [pagePost(value, entry, delivery)] : [];
  }
  if (textAt(value, 'verb') !== 'add') return [];
  const kind = field === 'mention' || (field === 'feed' && isPost) ? 'mention' : kindOf(value);
  if ((field !== 'feed' && field !== 'mention') || ofPage || kind === null) return [];
  const event = interaction({
    platform: 'facebook',
    kind,
    postId: textAt(value, 'post_id'),
    handle: author,
    text: kind === 'like' ? '' : textAt(value, 'message'),
    occurredAt: timeOf(value, entry),
  });
  return [withContentId(`meta:${kind}:${textAt(value, 'comment_id')}`, event, delivery)];
}

/** Of drafts and planned posts it is told when they are edited into published ones. */
function isPublished(value: unknown): boolean {
  const published = at(value, 'published');
  const verb = textAt(value, 'verb');
  return verb === 'add' ? published !== 0 : verb === 'edited' && published === 1;
}

function kindOf(value: unknown): string | null {
  const item = textAt(value, 'item');
  if (item === 'reaction' || item === 'like') return 'like';
  if (item === 'share') return 'share';
  if (item !== 'comment') return null;
  const parent = textAt(value, 'parent_id');
  return parent === '' || parent === textAt(value, 'post_id') ? 'comment' : 'reply';
}

function pagePost(value: unknown, entry: unknown, delivery: Delivery): RawEvent {
  const publishedAt = timeOf(value, entry);
  const event = {
    type: 'post',
    occurred_at: publishedAt,
    post: stated({
      post_id: textAt(value, 'post_id'),
      platform: 'facebook',
      url: textAt(value, 'permalink_url'),
      author: textAt(value, 'from.name'),
      media_type: 'owned',
      format: textAt(value, 'item'),
      published_at: publishedAt,
    }),
  };
  return withContentId('meta:post', event, delivery);
}

/** Comments and mentions have an id of their own; the time of a mention is that of the notice. */
function readInstagramChange({ delivery, entry, change }: Change): RawEvent[] {
  const value = at(change, 'value');
  const field = textAt(change, 'field');
  if (field !== 'comments' && field !== 'live_comments' && field !== 'mentions') return [];
  if (textAt(value, 'from.id') !== '' && textAt(value, 'from.id') === textAt(entry, 'id'))
    return [];
  const name = textAt(value, 'from.username');
  const comment = textAt(value, 'parent_id') === '' ? 'comment' : 'reply';
  const kind = field === 'mentions' ? 'mention' : comment;
  const event = interaction({
    platform: 'instagram',
    kind,
    postId: firstText(value, ['media.id', 'media_id']),
    handle: name === '' ? textAt(value, 'from.id') : `@${name}`,
    text: textAt(value, 'text'),
    occurredAt: timeOf(value, entry),
  });
  const id = firstText(value, ['id', 'comment_id', 'media_id']);
  if (id === '') return [withContentId(`meta:${kind}`, event, delivery)];
  return [{ event_id: `meta:instagram:${kind}:${id}`, ...event }];
}

interface Interaction {
  readonly platform: string;
  readonly kind: string;
  readonly postId: string;
  readonly handle: string;
  readonly text: string;
  readonly occurredAt: string;
}

function interaction({ platform, kind, postId, handle, text, occurredAt }: Interaction): RawEvent {
  return stated({
    type: 'interaction',
    occurred_at: occurredAt,
    identifiers: stated({ handle: handle === '' ? '' : `${platform}:${handle}` }),
    platform,
    medium: 'social',
    media_type: 'earned',
    post_id: postId,
    interaction: stated({ kind, text }),
  });
}

const millisecondsFrom = 100_000_000_000;

/** Seconds, or of some notices milliseconds, since 1970. */
function timeOf(value: unknown, entry: unknown): string {
  const time = at(value, 'created_time') ?? at(entry, 'time');
  if (typeof time !== 'number') return '';
  return timeOfSeconds(time >= millisecondsFrom ? time / 1_000 : time);
}
