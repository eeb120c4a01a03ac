/**
 * Bluesky by Jetstream, the network's public stream of everything that is posted: what people do
 * with the workspace's posts and accounts, and its own posts. The cursor is Jetstream's `time_us`;
 * a reconnect goes back a little behind it, since repeats are harmless and gaps are not.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import {
  type BoundConnector,
  type ConnectorIo,
  defineConnector,
  type Page,
  type RawEvent,
} from '../frame/connector.js';
import { textAt } from '../frame/reading.js';
import { secureOrLocal } from '../frame/settings.js';
import { openWebSocket } from '../frame/web-socket.js';
import {
  collections,
  findingOf,
  formatOf,
  type JetstreamMessage,
  type OwnAccount,
  readMessage,
} from './commit.js';
import { Handles } from './handles.js';

const settingsSchema = z.strictObject({
  /** The workspace's accounts. */
  accounts: z
    .array(
      z.strictObject({
        did: z.string().regex(/^did:[a-z]+:[A-Za-z0-9._:%-]+$/, 'must be a DID, did:plc:…'),
        handle: z.string().regex(/^[^@\s]+\.[^@\s]+$/, 'must be a handle without @'),
      }),
      'must list your accounts, each with "did" and "handle"',
    )
    .min(1, 'must name at least one account, {"did", "handle"}')
    .max(100),
  /** Any Jetstream server. */
  jetstream: z
    .url()
    .refine(secureOrLocal('wss:', 'ws:'), 'must begin with wss://')
    .default('wss://jetstream2.us-east.bsky.network/subscribe'),
  /** Who is asked for handles. */
  app_view: z
    .url()
    .refine(secureOrLocal('https:', 'http:'), 'must begin with https://')
    .default('https://public.api.bsky.app'),
  /** Only the workspace's own posts: a thousandth of the traffic, and no interactions. */
  own_posts_only: z.boolean().default(false),
});
type Settings = z.output<typeof settingsSchema>;

export const bluesky = defineConnector({
  source: 'bluesky',
  settings: settingsSchema,
  secret: null,
  bind: (settings): BoundConnector => ({
    pages: (cursor, io) => pages(settings, cursor, io),
    restMs: 0,
  }),
});

const batchMax = 1_000;
/** Servers number by their own clocks, so a reconnect to another one may be a little behind. */
const rewindUs = 5_000_000;
/** The whole network is never silent for so long: what lay between is not kept any more. */
const gapUs = 10 * 60_000_000;

async function* pages(
  settings: Settings,
  cursor: string | null,
  io: ConnectorIo,
): AsyncIterable<Page> {
  const accounts = new Map(settings.accounts.map((account) => [account.did, account]));
  const handles = new Handles(io.http, settings.app_view.replace(/\/$/, ''));
  // From now on: written before anything is read, so that a crash right after loses nothing.
  const from = cursor === null ? io.now() * 1_000 : Number(cursor);
  if (cursor === null) yield nothing(String(from));
  const stream = await openWebSocket(addressOf(settings, from - rewindUs), io);
  try {
    yield nothing(null);
    let last = from;
    let isFirst = true;
    for (;;) {
      const texts = await stream.take(batchMax);
      const reader = new PageReader(accounts, handles, io);
      for (const text of texts) await reader.read(text);
      const { firstUs, lastUs } = reader;
      if (isFirst && cursor !== null && firstUs > last + gapUs && !settings.own_posts_only) {
        io.count('gap');
        io.logger.warn({ gapMs: (firstUs - last) / 1_000 }, gapAdvice);
      }
      isFirst = isFirst && firstUs === 0;
      // Not back: what a server replays has been passed before.
      last = Math.max(last, lastUs);
      yield reader.page(String(last));
    }
  } finally {
    stream.close();
  }
}

const nothing = (cursor: string | null): Page => ({ events: [], cursor, ignored: {} });

const gapAdvice =
  'the stream no longer holds all that happened while it was not read; see docs/connect/bluesky.md';

function addressOf(settings: Settings, cursorUs: number): string {
  const url = new URL(settings.jetstream);
  const wanted = settings.own_posts_only ? [collections.post] : Object.values(collections);
  for (const collection of wanted) url.searchParams.append('wantedCollections', collection);
  if (settings.own_posts_only) {
    for (const { did } of settings.accounts) url.searchParams.append('wantedDids', did);
  }
  url.searchParams.set('cursor', String(cursorUs));
  return url.href;
}

/** Turns messages into one page. */
class PageReader {
  readonly #accounts: ReadonlyMap<string, OwnAccount>;
  readonly #handles: Handles;
  readonly #io: ConnectorIo;
  readonly #events: RawEvent[] = [];
  readonly #ignored: Record<string, number> = {};
  /** 0: none read. */
  firstUs = 0;
  lastUs = 0;

  constructor(accounts: ReadonlyMap<string, OwnAccount>, handles: Handles, io: ConnectorIo) {
    this.#accounts = accounts;
    this.#handles = handles;
    this.#io = io;
  }

  page(cursor: string): Page {
    return { events: this.#events, cursor, ignored: this.#ignored };
  }

  async read(text: string): Promise<void> {
    const message = readMessage(text);
    if (message === null) return this.#ignore('malformed');
    this.firstUs ||= message.time_us;
    this.lastUs = message.time_us;
    const finding = findingOf(message, this.#accounts);
    switch (finding.kind) {
      case 'ignored':
        return this.#ignore(finding.reason);
      case 'renamed':
        this.#handles.renamed(message.did, finding.handle);
        return this.#ignore('kind');
      case 'own_post':
        this.#events.push(postEntry(message, finding.account, finding.record));
        return;
      case 'follow_taken_back':
        return this.#unfollow(message);
      case 'interaction':
        if (finding.interaction === 'follow') this.#io.memory.add(keyOf(message));
        this.#events.push(await this.#interaction(message, finding));
    }
  }

  #ignore(reason: string): void {
    this.#ignored[reason] = (this.#ignored[reason] ?? 0) + 1;
  }

  /** The stream names a deleted record by its key alone: it is ours when its follow was. */
  async #unfollow(message: JetstreamMessage): Promise<void> {
    const key = keyOf(message);
    if (!this.#io.memory.has(key)) return this.#ignore('others');
    this.#io.memory.remove(key);
    const finding = { interaction: 'unfollow', postId: '', record: {} };
    const event = await this.#interaction(message, finding);
    this.#events.push({ ...event, event_id: idOf(message, ':deleted') });
  }

  async #interaction(
    message: JetstreamMessage,
    found: { readonly interaction: string; readonly postId: string; readonly record: object },
  ): Promise<RawEvent> {
    const { interaction: kind, postId, record } = found;
    const text = textAt(record, 'text');
    return {
      event_id: idOf(message),
      type: 'interaction',
      occurred_at: timeOf(message, record),
      identifiers: { handle: await this.#handles.handleOf(message.did) },
      platform: 'bluesky',
      medium: 'social',
      media_type: 'earned',
      ...(postId === '' ? {} : { post_id: postId }),
      interaction: text === '' ? { kind } : { kind, text },
    };
  }
}

/** Of a record: unique in the network. */
const keyOf = ({ did, commit }: JetstreamMessage) =>
  `${did}/${commit?.collection ?? ''}/${commit?.rkey ?? ''}`;

const idLengthMax = 110;

function idOf(message: JetstreamMessage, suffix = ''): string {
  const key = keyOf(message);
  if (key.length <= idLengthMax) return `bluesky:${key}${suffix}`;
  return `bluesky:${createHash('sha256').update(key).digest('hex')}${suffix}`;
}

const dayUs = 86_400_000_000;
const clockErrorUs = 300_000_000;

/**
 * As its author's program states it, which is the same on every server; unless that is not about
 * when it was seen, for anything may stand there.
 */
function timeOf({ time_us: seenUs }: JetstreamMessage, record: object): string {
  const statedUs = Date.parse(textAt(record, 'createdAt')) * 1_000;
  const isLikely = statedUs <= seenUs + clockErrorUs && statedUs >= seenUs - dayUs;
  return new Date(Math.floor((isLikely ? statedUs : seenUs) / 1_000)).toISOString();
}

function postEntry(message: JetstreamMessage, account: OwnAccount, record: object): RawEvent {
  const stated = Date.parse(textAt(record, 'createdAt'));
  const published = Number.isNaN(stated) ? message.time_us / 1_000 : stated;
  return {
    event_id: idOf(message),
    type: 'post',
    occurred_at: timeOf(message, record),
    post: {
      post_id: `at://${keyOf(message)}`,
      platform: 'bluesky',
      url: `https://bsky.app/profile/${account.handle}/post/${message.commit?.rkey ?? ''}`,
      author: `@${account.handle}`,
      media_type: 'owned',
      format: formatOf(record),
      published_at: new Date(published).toISOString(),
    },
  };
}
