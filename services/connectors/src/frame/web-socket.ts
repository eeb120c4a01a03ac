/**
 * A WebSocket as a queue of texts. Held back when nobody takes them, ended when the provider sends
 * nothing (not even the answer to a ping) for a minute.
 */
import { WebSocket } from 'ws';
import type { ConnectorIo } from './connector.js';
import { retryAfterOf } from './http.js';
import { MessageQueue } from './message-queue.js';
import { ProviderFailure } from './provider-failure.js';

export interface TextStream {
  take(countMax: number): Promise<readonly string[]>;
  close(): void;
}

const queuedMax = 5_000;
const pingEveryMs = 25_000;
const handshakeMsMax = 30_000;
const messageBytesMax = 4_000_000;

/** Rejects with a ProviderFailure when it can't be opened. */
export async function openWebSocket(url: string, io: ConnectorIo): Promise<TextStream> {
  const socket = new WebSocket(url, {
    handshakeTimeout: handshakeMsMax,
    maxPayload: messageBytesMax,
    headers: { 'user-agent': 'ROSI connectors' },
  });
  const { host } = new URL(url);
  const queue = new MessageQueue<string>(queuedMax, (isFull) =>
    isFull ? socket.pause() : socket.resume(),
  );
  const stop = () => queue.fail(new Error('stopped'));
  socket.on('message', (data, isBinary) => {
    // Binary frames are compressed ones, which were not asked for.
    if (!isBinary) queue.push(String(data));
  });
  socket.on('close', (code) => queue.fail(closed(host, code)));
  socket.on('error', (cause) =>
    queue.fail(new ProviderFailure('away', `${host} broke off`, null, { cause })),
  );
  const watch = watchSilence(socket, queue, host);
  await opened(socket, host, io);
  if (io.signal.aborted) stop();
  else io.signal.addEventListener('abort', stop, { once: true });
  return {
    take: (countMax) => queue.take(countMax),
    close() {
      clearInterval(watch);
      io.signal.removeEventListener('abort', stop);
      socket.terminate();
    },
  };
}

const closed = (host: string, code: number) =>
  new ProviderFailure('away', `${host} closed the stream (${code})`);

function watchSilence(socket: WebSocket, queue: MessageQueue<string>, host: string) {
  let isAlive = true;
  const heard = () => {
    isAlive = true;
  };
  for (const sign of ['message', 'pong', 'ping'] as const) socket.on(sign, heard);
  const watch = setInterval(() => {
    // A socket that is held back hears nothing, and is not to be blamed for it.
    if (!isAlive && !socket.isPaused) {
      queue.fail(new ProviderFailure('away', `${host} is silent`));
      socket.terminate();
    }
    isAlive = false;
    if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, pingEveryMs);
  socket.once('close', () => clearInterval(watch));
  return watch;
}

function opened(socket: WebSocket, host: string, io: ConnectorIo): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      socket.terminate();
      reject(io.signal.reason);
    };
    io.signal.addEventListener('abort', giveUp, { once: true });
    const settle = (act: () => void) => {
      io.signal.removeEventListener('abort', giveUp);
      act();
    };
    socket.once('open', () => settle(resolve));
    socket.once('unexpected-response', (request, { statusCode = 0, headers }) => {
      const retryAfterMs = retryAfterOf(headers['retry-after'] ?? null, io.now());
      const kind = kindOf(statusCode);
      const told = `${host} answers ${statusCode}`;
      request.destroy();
      settle(() => reject(new ProviderFailure(kind, told, retryAfterMs)));
    });
    socket.once('error', (cause) =>
      settle(() => reject(new ProviderFailure('away', `${host} does not answer`, null, { cause }))),
    );
  });
}

function kindOf(status: number) {
  if (status === 429) return 'limited' as const;
  if (status === 401 || status === 403) return 'refused' as const;
  return status >= 500 ? ('away' as const) : ('odd' as const);
}
