/**
 * A Jetstream server on this machine, with its real protocol: `/subscribe` over WebSocket with
 * `cursor` (microseconds, inclusive), `wantedCollections` (a trailing `*` too) and `wantedDids`;
 * commit, identity and account messages; what was kept is replayed before what is live. It also
 * answers as the public AppView for handles. Faults are made by hand.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

export interface JetstreamServer {
  /** `ws://…/subscribe` */
  readonly url: string;
  /** Of the AppView. */
  readonly appView: string;
  /** Keeps a message and sends it to whoever wants it; answers its `time_us`. */
  emit(message: object): number;
  /** Sends text as it is, to everybody. */
  emitRaw(text: string): void;
  /** Sends the last kept messages once more. */
  repeat(count: number): void;
  /** Cuts all connections. */
  drop(): void;
  /** The next requests to subscribe, or for profiles, are answered so. */
  refuse(what: 'subscribe' | 'profile', answers: readonly Refusal[]): void;
  /** Forgets what is older. */
  forgetBefore(timeUs: number): void;
  readonly handles: Map<string, string>;
  /** Addresses asked for, in order. */
  readonly asked: readonly string[];
  connections(): number;
  close(): Promise<void>;
}

export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Kept {
  readonly did: string;
  readonly time_us: number;
  readonly commit?: { readonly collection?: string };
}

export async function startJetstream(): Promise<JetstreamServer> {
  const kept: Kept[] = [];
  const asked: string[] = [];
  const handles = new Map<string, string>();
  const refusals = { subscribe: [] as Refusal[], profile: [] as Refusal[] };
  const clients = new Map<WebSocket, (message: Kept) => boolean>();
  const sockets = new WebSocketServer({ noServer: true });
  let lastUs = 0;

  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const refusal = refusals.profile.shift();
    if (refusal !== undefined) {
      response.writeHead(refusal.status, refusal.headers).end('{}');
    } else answerProfile(request, response, handles);
  });
  server.on('upgrade', (request, socket, head) => {
    asked.push(request.url ?? '');
    const refusal = refusals.subscribe.shift();
    if (refusal !== undefined) {
      const lines = Object.entries(refusal.headers ?? {}).map(
        ([name, value]) => `${name}: ${value}`,
      );
      const status = `HTTP/1.1 ${refusal.status} Refused`;
      socket.end(
        `${[status, ...lines, 'connection: close', 'content-length: 0'].join('\r\n')}\r\n\r\n`,
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams;
      const wants = wantedBy(query);
      const cursor = query.get('cursor');
      for (const message of kept) {
        const isDue = cursor !== null && message.time_us >= Number(cursor);
        if (isDue && wants(message)) client.send(JSON.stringify(message));
      }
      clients.set(client, wants);
      client.on('close', () => clients.delete(client));
    });
  });
  const send = (message: Kept) => {
    for (const [client, wants] of clients) {
      if (wants(message)) client.send(JSON.stringify(message));
    }
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // It is listening.
  return {
    url: `ws://127.0.0.1:${port}/subscribe`,
    appView: `http://127.0.0.1:${port}`,
    emit(message) {
      lastUs = Math.max(lastUs + 1, Date.now() * 1_000);
      const full = { time_us: lastUs, ...message } as Kept; // Tests state the rest.
      kept.push(full);
      send(full);
      return full.time_us;
    },
    emitRaw(text) {
      for (const client of clients.keys()) client.send(text);
    },
    repeat: (count) => kept.slice(-count).forEach(send),
    drop() {
      for (const client of clients.keys()) client.terminate();
    },
    refuse(what, answers) {
      refusals[what].push(...answers);
    },
    forgetBefore(timeUs) {
      kept.splice(0, kept.length, ...kept.filter((message) => message.time_us >= timeUs));
    },
    handles,
    asked,
    connections: () => clients.size,
    close() {
      for (const client of clients.keys()) client.terminate();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** As Jetstream documents it: identity and account messages pass whatever collections are wanted. */
function wantedBy(query: URLSearchParams): (message: Kept) => boolean {
  const collections = query.getAll('wantedCollections');
  const dids = query.getAll('wantedDids');
  return ({ did, commit }) => {
    if (dids.length > 0 && !dids.includes(did)) return false;
    const collection = commit?.collection;
    if (collections.length === 0 || collection === undefined) return true;
    return collections.some((wanted) =>
      wanted.endsWith('*') ? collection.startsWith(wanted.slice(0, -1)) : wanted === collection,
    );
  };
}

function answerProfile(
  request: IncomingMessage,
  response: ServerResponse,
  handles: ReadonlyMap<string, string>,
): void {
  const url = new URL(request.url ?? '', 'http://x');
  const did = url.searchParams.get('actor') ?? '';
  const handle = handles.get(did);
  response.setHeader('content-type', 'application/json');
  if (url.pathname !== '/xrpc/app.bsky.actor.getProfile' || handle === undefined) {
    response.writeHead(400).end('{"error":"InvalidRequest","message":"Profile not found"}');
    return;
  }
  response.end(JSON.stringify({ did, handle, displayName: 'x' }));
}

/** A record that `did` makes. */
export const commit = (did: string, collection: string, rkey: string, record: object) => ({
  did,
  kind: 'commit',
  commit: {
    rev: '3l',
    operation: 'create',
    collection,
    rkey,
    record: { $type: collection, createdAt: new Date().toISOString(), ...record },
    cid: 'bafy',
  },
});

/** A record that `did` takes back: it is named by its key alone. */
export const deletion = (did: string, collection: string, rkey: string) => ({
  did,
  kind: 'commit',
  commit: { rev: '3m', operation: 'delete', collection, rkey },
});
