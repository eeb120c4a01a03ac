/**
 * Mastodon's notifications and statuses, and what they are to the workspace: pure functions.
 * docs/connect/mastodon.md has the table. Event ids are made of the server's ids, so the same thing
 * told by the stream, by a catch-up and by two streams counts once.
 */
import { decode } from 'html-entities';
import type { RawEvent } from '../frame/connector.js';
import { at, listAt, textAt } from '../frame/reading.js';

/** The account whose token is used. */
export interface OwnAccount {
  readonly id: string;
  /** Of its profile: `https://social.example/@shop`. */
  readonly url: string;
  /** `social.example`: what follows the name in handles. */
  readonly domain: string;
}

export type Finding =
  | { readonly kind: 'event'; readonly event: RawEvent }
  | { readonly kind: 'ignored'; readonly reason: 'kind' | 'own' | 'others' | 'malformed' };

const ignored = (reason: 'kind' | 'own' | 'others' | 'malformed'): Finding => ({
  kind: 'ignored',
  reason,
});

const kinds: ReadonlyMap<string, string> = new Map([
  ['favourite', 'like'],
  ['reblog', 'share'],
  ['quote', 'share'],
  ['follow', 'follow'],
  ['mention', 'mention'],
]);

export function notificationFinding(notification: unknown, own: OwnAccount): Finding {
  const type = textAt(notification, 'type');
  const kind = kinds.get(type);
  const id = textAt(notification, 'id');
  const createdAt = textAt(notification, 'created_at');
  const account = at(notification, 'account');
  const status = at(notification, 'status');
  if (id === '' || createdAt === '') return ignored('malformed');
  if (kind === undefined) return ignored('kind');
  if (textAt(account, 'id') === own.id) return ignored('own');
  if (kind === 'mention') return mentionFinding(status, own);
  const event = interaction({ kind, account, own, occurredAt: createdAt });
  const about = kind === 'follow' ? '' : postIdOf(aboutStatus(status, type), own);
  const post = about === '' ? {} : { post_id: about };
  return {
    kind: 'event',
    event: { event_id: idOf(own, `notification:${id}`), ...event, ...post },
  };
}

/**
 * A quote notifies with the quoting status, which has the quoted one, its id alone, or neither; the
 * others notify with ours, which may quote somebody else's.
 */
function aboutStatus(status: unknown, type: string): unknown {
  if (type !== 'quote') return status;
  return at(status, 'quote.quoted_status') ?? { id: textAt(status, 'quote.quoted_status_id') };
}

/** A status by somebody else that mentions us, answers us, or carries a hashtag of ours. */
export function mentionFinding(status: unknown, own: OwnAccount): Finding {
  const id = textAt(status, 'id');
  if (id === '') return ignored('malformed');
  if (textAt(status, 'account.id') === own.id) return ignored('own');
  // A boost of something with our hashtag is no mention by who boosted it.
  if (typeof at(status, 'reblog') === 'object' && at(status, 'reblog') !== null) {
    return ignored('others');
  }
  const visibility = textAt(status, 'visibility');
  // For the followers of who wrote it.
  if (visibility === 'private') return ignored('kind');
  const event = visibility === 'direct' ? messageOf(status, own) : publicMention(status, own);
  return { kind: 'event', event: { event_id: idOf(own, `mention:${id}`), ...event } };
}

/** What is for us alone counts, and is nobody else's to read. */
function messageOf(status: unknown, own: OwnAccount): RawEvent {
  const occurredAt = textAt(status, 'created_at');
  return interaction({ kind: 'message', account: at(status, 'account'), own, occurredAt });
}

function publicMention(status: unknown, own: OwnAccount): RawEvent {
  const isReply = textAt(status, 'in_reply_to_account_id') === own.id;
  const event = interaction({
    kind: isReply ? 'reply' : 'mention',
    account: at(status, 'account'),
    own,
    occurredAt: textAt(status, 'created_at'),
    text: plainText(textAt(status, 'content')),
  });
  return isReply ? { ...event, post_id: `${own.url}/${textAt(status, 'in_reply_to_id')}` } : event;
}

interface InteractionFacts {
  readonly kind: string;
  readonly account: unknown;
  readonly own: OwnAccount;
  readonly occurredAt: string;
  readonly text?: string;
}

function interaction({ kind, account, own, occurredAt, text = '' }: InteractionFacts): RawEvent {
  return {
    type: 'interaction',
    occurred_at: occurredAt,
    identifiers: { handle: handleOf(account, own) },
    platform: 'mastodon',
    medium: 'social',
    media_type: 'earned',
    interaction: text === '' ? { kind } : { kind, text },
  };
}

/** Own statuses are `owned`; those of a list that the workspace keeps (its influencers) `earned`. */
export function postFinding(status: unknown, own: OwnAccount, isOwnStream: boolean): Finding {
  const id = textAt(status, 'id');
  const createdAt = textAt(status, 'created_at');
  if (id === '' || createdAt === '') return ignored('malformed');
  const isOwn = textAt(status, 'account.id') === own.id;
  if (isOwn !== isOwnStream) return ignored(isOwn ? 'own' : 'others');
  const isBoost = typeof at(status, 'reblog') === 'object' && at(status, 'reblog') !== null;
  const isReply = textAt(status, 'in_reply_to_id') !== '';
  const visibility = textAt(status, 'visibility');
  const isPublic = visibility === 'public' || visibility === 'unlisted';
  if (isBoost || isReply || !isPublic) return ignored('kind');
  const editedAt = textAt(status, 'edited_at');
  const version = editedAt === '' ? '' : `:${editedAt}`;
  const event = {
    event_id: idOf(own, `status:${id}${version}`),
    type: 'post',
    occurred_at: editedAt === '' ? createdAt : editedAt,
    post: {
      post_id: postIdOf(status, own),
      platform: 'mastodon',
      url: textAt(status, 'url'),
      author: handleOf(at(status, 'account'), own).slice('mastodon:'.length),
      media_type: isOwn ? 'owned' : 'earned',
      format: formatOf(status),
      published_at: createdAt,
    },
  };
  return { kind: 'event', event };
}

const idOf = (own: OwnAccount, name: string) => `mastodon:${own.domain}:${name}`;

/** A status's address; of our own one also when only its id is told. Empty: nothing is. */
function postIdOf(status: unknown, own: OwnAccount): string {
  const id = textAt(status, 'id');
  return textAt(status, 'url') || (id === '' ? '' : `${own.url}/${id}`);
}

/** `acct` is `ada` for an account of the same server, `ada@other.example` for others. */
export function handleOf(account: unknown, { domain }: Pick<OwnAccount, 'domain'>): string {
  const acct = textAt(account, 'acct');
  return `mastodon:@${acct.includes('@') ? acct : `${acct}@${domain}`}`.toLowerCase();
}

function formatOf(status: unknown): string {
  const type = textAt(listAt(status, 'media_attachments')[0], 'type');
  if (type === 'gifv') return 'video';
  if (type === 'image' || type === 'video' || type === 'audio') return type;
  if (typeof at(status, 'poll') === 'object' && at(status, 'poll') !== null) return 'poll';
  return typeof at(status, 'card') === 'object' && at(status, 'card') !== null ? 'link' : 'text';
}

/** Mastodon sends HTML of a few elements; people read its text. */
export function plainText(html: string): string {
  const lines = html.replace(/<br\s*\/?>|<\/p>\s*<p>/gi, '\n');
  return decode(lines.replace(/<[^>]*>/g, '')).trim();
}

/** Ids grow, but are texts of any length. */
export function laterId(one: string, other: string): string {
  if (one.length !== other.length) return one.length > other.length ? one : other;
  return one > other ? one : other;
}
