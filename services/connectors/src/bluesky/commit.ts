/**
 * One message of Jetstream, and what it is to the workspace: a pure function. docs/connect/bluesky.md
 * has the table. What somebody takes back (an unlike, a deleted reply) was still done once; only a
 * follow that is taken back is an event of its own.
 */
import * as z from 'zod';
import { at, listAt, textAt } from '../frame/reading.js';

/** The collections that are asked for. */
export const collections = {
  post: 'app.bsky.feed.post',
  like: 'app.bsky.feed.like',
  repost: 'app.bsky.feed.repost',
  follow: 'app.bsky.graph.follow',
} as const;

const commitSchema = z.object({
  operation: z.enum(['create', 'update', 'delete']),
  collection: z.string(),
  rkey: z.string().min(1),
  record: z.looseObject({}).optional(),
});

const messageSchema = z.object({
  did: z.string().startsWith('did:'),
  time_us: z.int().positive(),
  kind: z.string(),
  commit: commitSchema.optional(),
  identity: z.object({ handle: z.string().optional() }).optional(),
});
export type JetstreamMessage = z.output<typeof messageSchema>;

/** Null: not what Jetstream documents. */
export function readMessage(text: string): JetstreamMessage | null {
  try {
    return messageSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** An account of the workspace. */
export interface OwnAccount {
  readonly did: string;
  /** Without `@`. */
  readonly handle: string;
}

export type Finding =
  | { readonly kind: 'own_post'; readonly account: OwnAccount; readonly record: object }
  | {
      readonly kind: 'interaction';
      readonly interaction: 'like' | 'share' | 'reply' | 'mention' | 'follow';
      /** The workspace's post that it is about; empty: none. */
      readonly postId: string;
      readonly record: object;
    }
  /** Of a follow whose key may be known. */
  | { readonly kind: 'follow_taken_back' }
  /** Somebody, perhaps known, goes by another name. */
  | { readonly kind: 'renamed'; readonly handle: string }
  | { readonly kind: 'ignored'; readonly reason: 'others' | 'own' | 'kind' };

const ignored = (reason: 'others' | 'own' | 'kind'): Finding => ({ kind: 'ignored', reason });

export function findingOf(
  { did, kind, commit, identity }: JetstreamMessage,
  accounts: ReadonlyMap<string, OwnAccount>,
): Finding {
  if (kind === 'identity') {
    return identity?.handle === undefined
      ? ignored('kind')
      : { kind: 'renamed', handle: identity.handle };
  }
  if (kind !== 'commit' || commit === undefined) return ignored('kind');
  const { operation, collection, record } = commit;
  if (operation === 'delete' && collection === collections.follow) {
    return { kind: 'follow_taken_back' };
  }
  if (operation !== 'create' || record === undefined) return ignored('kind');
  const account = accounts.get(did);
  if (account !== undefined) {
    const isPost = collection === collections.post && at(record, 'reply') === undefined;
    return isPost ? { kind: 'own_post', account, record } : ignored('own');
  }
  return interactionOf(collection, record, accounts);
}

function interactionOf(
  collection: string,
  record: object,
  accounts: ReadonlyMap<string, OwnAccount>,
): Finding {
  const ofOurs = (uri: string) => (accounts.has(authorOfPost(uri)) ? uri : '');
  const about = ofOurs(textAt(record, 'subject.uri'));
  switch (collection) {
    case collections.like:
    case collections.repost: {
      const interaction = collection === collections.like ? 'like' : 'share';
      return about === ''
        ? ignored('others')
        : { kind: 'interaction', interaction, postId: about, record };
    }
    case collections.follow:
      return accounts.has(textAt(record, 'subject'))
        ? { kind: 'interaction', interaction: 'follow', postId: '', record }
        : ignored('others');
    case collections.post:
      return postInteraction(record, ofOurs, accounts);
    default:
      return ignored('kind');
  }
}

/** A reply to us or in our thread goes before a quote, a quote before a mention. */
function postInteraction(
  record: object,
  ofOurs: (uri: string) => string,
  accounts: ReadonlyMap<string, OwnAccount>,
): Finding {
  const replied =
    ofOurs(textAt(record, 'reply.parent.uri')) || ofOurs(textAt(record, 'reply.root.uri'));
  if (replied !== '') {
    return { kind: 'interaction', interaction: 'reply', postId: replied, record };
  }
  const quoted =
    ofOurs(textAt(record, 'embed.record.uri')) || ofOurs(textAt(record, 'embed.record.record.uri'));
  if (quoted !== '') return { kind: 'interaction', interaction: 'share', postId: quoted, record };
  const mentioned = listAt(record, 'facets')
    .flatMap((facet) => listAt(facet, 'features'))
    .some((feature) => accounts.has(textAt(feature, 'did')));
  return mentioned
    ? { kind: 'interaction', interaction: 'mention', postId: '', record }
    : ignored('others');
}

/** `at://did:plc:…/app.bsky.feed.post/3k…` is of `did:plc:…`; a feed or list is no post. */
function authorOfPost(uri: string): string {
  const [scheme, , did = '', collection] = uri.split('/', 4);
  return scheme === 'at:' && collection === collections.post ? did : '';
}

/** What a post is made of, by its embed. */
export function formatOf(record: object): string {
  const type = typeAt(record, 'embed');
  const inner = typeAt(record, 'embed.media');
  for (const format of ['images', 'video', 'external'] as const) {
    if (type.endsWith(`.${format}`) || inner.endsWith(`.${format}`)) return formats[format];
  }
  return 'text';
}

const typeAt = (value: unknown, path: string) => textAt(value, `${path}.$type`);

const formats = { images: 'image', video: 'video', external: 'link' } as const;
