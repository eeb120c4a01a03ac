/**
 * Mastodon: streams for speed, the REST API for certainty. A stream has no cursor and promises
 * nothing, so the cursor moves by catch-ups alone: pages from the last known id on, at every
 * connection and every few minutes while it lasts. What both tell has one event id.
 */
import { parseUrl } from '@rosi/events';
import * as z from 'zod';
import {
  type BoundConnector,
  type ConnectorIo,
  defineConnector,
  type Page,
  type RawEvent,
} from '../frame/connector.js';
import { type EventStreams, openEventStreams, type StreamedEvent } from '../frame/event-stream.js';
import { ProviderFailure } from '../frame/provider-failure.js';
import { textAt } from '../frame/reading.js';
import { secureOrLocal } from '../frame/settings.js';
import {
  type Finding,
  laterId,
  mentionFinding,
  notificationFinding,
  type OwnAccount,
  postFinding,
} from './status.js';

const server = z
  .url('must be the address of your server, https://…')
  .refine(secureOrLocal('https:', 'http:'), 'must begin with https://');

const settingsSchema = z.strictObject({
  /** Where the account is: https://social.example */
  server,
  /** Where its streams are; asked of the server unless stated. */
  streaming: server.optional(),
  /** What follows the name in handles, where it is not the server's own name. */
  domain: z.string().min(1).optional(),
  /** Statuses with them are mentions. */
  hashtags: z
    .array(z.string().regex(/^[^#\s]+$/, 'must be without #'))
    .max(20)
    .default([]),
  /** Ids of lists whose members' statuses become posts of the catalogue. */
  lists: z.array(z.string().regex(/^\d+$/, 'must be the id of a list')).max(20).default([]),
  /** All that the server still has, instead of what happens from now on. */
  history: z.boolean().default(false),
  catch_up_minutes: z.number().positive().max(60).default(5),
});
type Settings = z.output<typeof settingsSchema>;

export const mastodon = defineConnector({
  source: 'mastodon',
  settings: settingsSchema,
  secret: 'the access token (the scope read is enough)',
  bind: (settings, token): BoundConnector => ({
    pages: (cursor, io) => new Session(settings, token, io).pages(cursor),
    restMs: 0,
  }),
});

/** What is read: a name in the cursor, where its pages are, and what its entries are to us. */
interface Source {
  readonly name: string;
  readonly path: string;
  find(entry: unknown): Finding;
}

/** The last known id of each source. */
type Cursor = Readonly<Record<string, string>>;

const cursorSchema = z.record(z.string(), z.string());
const batchMax = 500;
const minuteMs = 60_000;

class Session {
  readonly #settings: Settings;
  readonly #token: string;
  readonly #io: ConnectorIo;
  readonly #base: string;

  constructor(settings: Settings, token: string, io: ConnectorIo) {
    this.#settings = settings;
    this.#token = token;
    this.#io = io;
    this.#base = settings.server.replace(/\/$/, '');
  }

  async *pages(stated: string | null): AsyncIterable<Page> {
    const own = await this.#ownAccount();
    const sources = sourcesOf(this.#settings, own);
    let cursor = await this.#begin(cursorOf(stated), sources);
    yield { events: [], cursor: JSON.stringify(cursor), ignored: {} };
    // Opened first: what happens during the catch-up waits in the stream.
    const streams = await this.#open();
    try {
      for (;;) {
        for await (const page of this.#catchUp(cursor, sources)) {
          cursor = page.next;
          yield page;
        }
        yield* this.#follow(streams, own);
      }
    } finally {
      streams.close();
    }
  }

  async #ownAccount(): Promise<OwnAccount> {
    const account = await this.#get('/api/v1/accounts/verify_credentials');
    const id = textAt(account, 'id');
    const url = textAt(account, 'url');
    if (id === '' || url === '') throw new ProviderFailure('odd', 'the account has no id or url');
    return { id, url, domain: this.#settings.domain ?? new URL(this.#base).host };
  }

  async #get(path: string): Promise<unknown> {
    const { status, json } = await this.#io.http.get(`${this.#base}${path}`, this.#token);
    if (status === 200) return json;
    throw new ProviderFailure('odd', `${path} answers ${status}`);
  }

  /** Sources without a last id begin with now, or with the first that there is. */
  async #begin(cursor: Cursor, sources: readonly Source[]): Promise<Cursor> {
    const begun: Record<string, string> = { ...cursor };
    for (const { name, path } of sources) {
      if (begun[name] !== undefined) continue;
      const newest = this.#settings.history ? [] : await this.#get(withQuery(path, { limit: '1' }));
      begun[name] = Array.isArray(newest) ? textAt(newest[0], 'id') || '0' : '0';
    }
    return begun;
  }

  async *#catchUp(
    cursor: Cursor,
    sources: readonly Source[],
  ): AsyncIterable<Page & { readonly next: Cursor }> {
    let next = cursor;
    for (const source of sources) {
      for await (const entries of this.#pagesSince(source, next[source.name] ?? '0')) {
        const last = entries.map((entry) => textAt(entry, 'id')).reduce(laterId, '0');
        next = { ...next, [source.name]: laterId(last, next[source.name] ?? '0') };
        const found = entries.map(source.find);
        yield { ...pageOf(found), cursor: JSON.stringify(next), next };
      }
    }
  }

  /** Forward in time: `min_id` gives the entries right after it, `rel="prev"` those after these. */
  async *#pagesSince({ path }: Source, lastId: string): AsyncIterable<readonly unknown[]> {
    let url: string | undefined =
      `${this.#base}${withQuery(path, { min_id: lastId, limit: '40' })}`;
    const seen = new Set<string>();
    while (url !== undefined && !seen.has(url)) {
      seen.add(url);
      const answer = await this.#io.http.get(url, this.#token);
      if (answer.status !== 200 || !Array.isArray(answer.json)) {
        throw new ProviderFailure('odd', `${path} answers ${answer.status}`);
      }
      if (answer.json.length === 0) return;
      yield answer.json;
      url = this.#ownAddress(answer.links.get('prev'));
    }
  }

  /** A link to anybody else is not followed: it would be sent the token. */
  #ownAddress(link: string | undefined): string | undefined {
    if (link === undefined) return undefined;
    return parseUrl(link)?.origin === new URL(this.#base).origin ? link : undefined;
  }

  async #open(): Promise<EventStreams<StreamName>> {
    const base = `${await this.#streamingBase()}/api/v1/streaming`;
    const { hashtags, lists } = this.#settings;
    const address = (path: string, query: Record<string, string>) =>
      `${base}/${withQuery(path, query)}`;
    return openEventStreams(
      [
        { stream: 'user', url: address('user', {}) },
        ...hashtags.map((tag) => ({
          stream: 'hashtag' as const,
          url: address('hashtag', { tag }),
        })),
        ...lists.map((list) => ({ stream: 'list' as const, url: address('list', { list }) })),
      ],
      this.#token,
      this.#io,
    );
  }

  /** Large servers stream from a host of its own, and say which. */
  async #streamingBase(): Promise<string> {
    const { streaming } = this.#settings;
    if (streaming !== undefined) return streaming.replace(/\/$/, '');
    const { status, json } = await this.#io.http.get(`${this.#base}/api/v2/instance`);
    const told = status === 200 ? textAt(json, 'configuration.urls.streaming') : '';
    const url = told.replace(/^ws/, 'http').replace(/\/$/, '');
    return secureOrLocal('https:', 'http:')(url) ? url : this.#base;
  }

  /** Until it is time for the next catch-up. Nothing here moves the cursor. */
  async *#follow(streams: EventStreams<StreamName>, own: OwnAccount): AsyncIterable<Page> {
    const until = this.#io.now() + this.#settings.catch_up_minutes * minuteMs;
    for (;;) {
      const leftMs = until - this.#io.now();
      if (leftMs <= 0) return;
      const events = await streams.takeWithin(batchMax, leftMs);
      if (events.length === 0) return;
      yield pageOf(events.map((event) => streamedFinding(event, own)));
    }
  }
}

type StreamName = 'user' | 'hashtag' | 'list';

function sourcesOf({ hashtags, lists }: Settings, own: OwnAccount): readonly Source[] {
  const statuses = withQuery(`/api/v1/accounts/${own.id}/statuses`, {
    exclude_replies: 'true',
    exclude_reblogs: 'true',
  });
  return [
    // Posts first: what is said of them follows.
    { name: 'statuses', path: statuses, find: (entry) => postFinding(entry, own, true) },
    ...lists.map((list) => ({
      name: `list:${list}`,
      path: `/api/v1/timelines/list/${list}`,
      find: (entry: unknown) => postFinding(entry, own, false),
    })),
    {
      name: 'notifications',
      path: '/api/v1/notifications',
      find: (entry) => notificationFinding(entry, own),
    },
    ...hashtags.map((tag) => ({
      name: `hashtag:${tag}`,
      path: `/api/v1/timelines/tag/${encodeURIComponent(tag)}`,
      find: (entry: unknown) => mentionFinding(entry, own),
    })),
  ];
}

function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString();
  if (text === '') return path;
  return `${path}${path.includes('?') ? '&' : '?'}${text}`;
}

function cursorOf(stated: string | null): Cursor {
  if (stated === null) return {};
  const read = cursorSchema.safeParse(jsonOf(stated));
  if (read.success) return read.data;
  throw new Error('The cursor file holds no cursor of Mastodon: damaged.');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function streamedFinding(
  { stream, event, data }: StreamedEvent<StreamName>,
  own: OwnAccount,
): Finding {
  const payload = event === 'delete' ? null : jsonOf(data);
  if (event === 'notification' && stream === 'user') return notificationFinding(payload, own);
  // Also `delete`: what was posted was still posted.
  if (event !== 'update' && event !== 'status.update') return { kind: 'ignored', reason: 'kind' };
  return stream === 'hashtag'
    ? mentionFinding(payload, own)
    : postFinding(payload, own, stream === 'user');
}

function pageOf(found: readonly Finding[]): Page {
  const events: RawEvent[] = [];
  const ignored: Record<string, number> = {};
  for (const finding of found) {
    if (finding.kind === 'event') events.push(finding.event);
    else ignored[finding.reason] = (ignored[finding.reason] ?? 0) + 1;
  }
  return { events, cursor: null, ignored };
}
