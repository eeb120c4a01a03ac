/**
 * A Mastodon server on this machine, with the parts of its real API that matter: paging by `min_id`
 * with Link headers, rate limits in `X-RateLimit-*`, a token, and streams of server-sent events
 * kept alive by comments. Faults are made by hand.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface MastodonServer {
  readonly url: string;
  readonly token: string;
  /** Of the account: `https://social.example/@shop`. */
  readonly account: { readonly id: string; readonly acct: string; readonly url: string };
  /** Adds a notification; answers it. Streamed unless told otherwise. */
  notify(notification: object, how?: { readonly streamed: boolean }): object;
  /** Adds a status to a timeline; answers it. */
  post(place: Timeline, status: object, how?: { readonly streamed: boolean }): object;
  /** An event on the user's stream. */
  stream(event: string, data: string): void;
  /** A comment, as keeps a stream alive. */
  thump(): void;
  drop(): void;
  /** The next requests to this path are answered so. */
  refuse(path: string, answers: readonly Refusal[]): void;
  /** From now on links to further pages lead there. */
  linkTo(origin: string): void;
  readonly asked: readonly string[];
  streams(): number;
  close(): Promise<void>;
}

export type Timeline = 'own' | `tag/${string}` | `list/${string}`;

export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Entry {
  readonly id: string;
}

interface State {
  readonly entries: Map<string, Entry[]>;
  readonly streams: Set<{ readonly name: string; readonly response: ServerResponse }>;
  readonly refusals: Map<string, Refusal[]>;
  readonly asked: string[];
  remaining: number;
  linkOrigin: string | null;
}

const token = 'token-of-the-tests';

export async function startMastodon(): Promise<MastodonServer> {
  const state: State = {
    ...{ entries: new Map(), streams: new Set(), refusals: new Map(), asked: [] },
    remaining: 300,
    linkOrigin: null,
  };
  let lastId = 109_000_000_000_000_000n;
  let account = { id: '1', acct: 'shop', url: '' };
  const server = createServer((request, response) => answer(state, account, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // It is listening.
  const url = `http://127.0.0.1:${port}`;
  account = { ...account, url: `${url}/@shop` };
  const add = (place: string, fields: object, made: (id: string) => object) => {
    lastId += 7n;
    const entry = { ...made(String(lastId)), ...fields } as Entry; // Tests state the rest.
    const entries = state.entries.get(place) ?? [];
    state.entries.set(place, [...entries, entry]);
    return entry;
  };
  const tell = (stream: string, event: string, data: string) => {
    for (const { name, response } of state.streams) {
      if (name === stream) response.write(`event: ${event}\ndata: ${data}\n\n`);
    }
  };
  const now = () => new Date().toISOString();
  return {
    url,
    token,
    get account() {
      return account;
    },
    notify(notification, { streamed } = { streamed: true }) {
      const made = add('notifications', notification, (id) => ({ id, created_at: now() }));
      if (streamed) tell('user', 'notification', JSON.stringify(made));
      return made;
    },
    post(place, status, { streamed } = { streamed: true }) {
      const made = add(place, status, (id) => ({
        ...{ id, created_at: now(), visibility: 'public', url: `${url}/@shop/${id}` },
        ...{
          account,
          content: '<p>Hello</p>',
          in_reply_to_id: null,
          reblog: null,
          edited_at: null,
        },
      }));
      const stream = place === 'own' ? 'user' : place.replace('tag/', 'hashtag/');
      if (streamed) tell(stream, 'update', JSON.stringify(made));
      return made;
    },
    stream: (event, data) => tell('user', event, data),
    thump() {
      for (const { response } of state.streams) response.write(':thump\n');
    },
    drop() {
      for (const { response } of state.streams) response.destroy();
    },
    refuse(path, answers) {
      state.refusals.set(path, [...(state.refusals.get(path) ?? []), ...answers]);
    },
    linkTo(origin) {
      state.linkOrigin = origin;
    },
    asked: state.asked,
    streams: () => state.streams.size,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function answer(
  state: State,
  account: object,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const url = new URL(request.url ?? '', `http://${request.headers.host}`);
  const path = url.pathname;
  state.asked.push(request.url ?? '');
  const refusal = state.refusals.get(path)?.shift();
  if (refusal !== undefined) {
    response.writeHead(refusal.status, refusal.headers).end('{"error":"refused"}');
    return;
  }
  const json = (body: unknown, headers: Record<string, string> = {}) =>
    response
      .writeHead(200, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));
  if (path === '/api/v2/instance') {
    json({ configuration: { urls: { streaming: `ws://${request.headers.host}` } } });
    return;
  }
  if (request.headers.authorization !== `Bearer ${token}`) {
    response.writeHead(401).end('{"error":"The access token is invalid"}');
  } else if (path === '/api/v1/accounts/verify_credentials') json(account);
  else if (path.startsWith('/api/v1/streaming/')) openStream(state, url, response);
  else {
    const place = placeOf(path);
    if (place === null) response.writeHead(404).end('{"error":"Record not found"}');
    else answerPage(state, place, url, json);
  }
}

function placeOf(path: string): string | null {
  if (path === '/api/v1/notifications') return 'notifications';
  if (path === '/api/v1/accounts/1/statuses') return 'own';
  return /^\/api\/v1\/timelines\/((?:tag|list)\/.+)$/.exec(path)?.[1] ?? null;
}

function openStream(state: State, url: URL, response: ServerResponse): void {
  const [name = ''] = url.pathname.split('/').slice(-1);
  const of = url.searchParams.get('tag') ?? url.searchParams.get('list');
  const stream = { name: of === null ? name : `${name}/${of}`, response };
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(':)\n');
  state.streams.add(stream);
  response.on('close', () => state.streams.delete(stream));
}

/** Newest first, as Mastodon has it; `min_id` counts from the other end. */
function answerPage(
  state: State,
  place: string,
  url: URL,
  json: (body: unknown, headers: Record<string, string>) => void,
): void {
  const limit = Math.min(40, Number(url.searchParams.get('limit') ?? '20'));
  const minId = url.searchParams.get('min_id');
  const all = state.entries.get(place) ?? [];
  const after = minId === null ? all : all.filter(({ id }) => BigInt(id) > BigInt(minId));
  const page = minId === null ? after.slice(-limit) : after.slice(0, limit);
  const [oldest, newest] = [page[0]?.id ?? '', page.at(-1)?.id ?? ''];
  const link = (key: string, id: string, rel: string) => {
    const to = new URL(`${url.pathname}${url.search}`, state.linkOrigin ?? url.origin);
    to.searchParams.delete('min_id');
    to.searchParams.set(key, id);
    return `<${to}>; rel="${rel}"`;
  };
  state.remaining -= 1;
  json(page.toReversed(), {
    'x-ratelimit-limit': '300',
    'x-ratelimit-remaining': String(state.remaining),
    'x-ratelimit-reset': new Date(Date.now() + 300_000).toISOString(),
    ...(page.length === 0
      ? {}
      : { link: `${link('max_id', oldest, 'next')}, ${link('min_id', newest, 'prev')}` }),
  });
}
