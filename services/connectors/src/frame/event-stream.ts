/**
 * Server-sent events of several addresses as one queue. Providers keep such streams alive by
 * comments; one that sends nothing at all for ninety seconds is taken for broken.
 */
import { createParser } from 'eventsource-parser';
import type { ConnectorIo } from './connector.js';
import { MessageQueue } from './message-queue.js';
import { ProviderFailure } from './provider-failure.js';

export interface StreamedEvent<T> {
  /** The one of the addresses that it came by. */
  readonly stream: T;
  readonly event: string;
  readonly data: string;
}

export interface EventStreams<T> {
  /** At least one; none when nothing came within the time. */
  takeWithin(countMax: number, ms: number): Promise<readonly StreamedEvent<T>[]>;
  close(): void;
}

export interface StreamAddress<T> {
  readonly stream: T;
  readonly url: string;
}

const queuedMax = 5_000;
const silenceMsMax = 90_000;
const eventCharactersMax = 4_000_000;

/** Rejects with a ProviderFailure when one of them can't be opened; then none is left open. */
export async function openEventStreams<T>(
  addresses: readonly StreamAddress<T>[],
  token: string,
  io: ConnectorIo,
): Promise<EventStreams<T>> {
  const stop = new AbortController();
  const signal = AbortSignal.any([io.signal, stop.signal]);
  const queue = new MessageQueue<StreamedEvent<T>>(queuedMax, (isFull) => {
    // What is over the limit is found by the next catch-up: events are never only streamed.
    if (isFull) queue.fail(new ProviderFailure('away', 'a stream is faster than the event log'));
  });
  signal.addEventListener('abort', () => queue.fail(new Error('stopped')), { once: true });
  try {
    for (const { stream, url } of addresses) {
      const broken = new AbortController();
      const either = AbortSignal.any([signal, broken.signal]);
      const response = await io.http.stream(url, token, either);
      const push = (event: string, data: string) => queue.push({ stream, event, data });
      readEvents(response, broken, push).then(
        () => queue.fail(new ProviderFailure('away', 'a stream was closed')),
        (cause) => queue.fail(new ProviderFailure('away', 'a stream broke off', null, { cause })),
      );
    }
  } catch (error) {
    stop.abort();
    throw error;
  }
  return {
    takeWithin: (countMax, ms) => queue.takeWithin(countMax, ms),
    close: () => stop.abort(),
  };
}

/** Resolves when the stream ends; rejects when it breaks or is silent. */
async function readEvents(
  response: Response,
  broken: AbortController,
  push: (event: string, data: string) => void,
): Promise<void> {
  let characters = 0;
  const parser = createParser({
    onEvent({ event = 'message', data }) {
      characters = 0;
      push(event, data);
    },
    onComment() {
      characters = 0;
    },
  });
  const decoder = new TextDecoder();
  const silence = setTimeout(() => broken.abort(), silenceMsMax);
  try {
    for await (const chunk of response.body ?? []) {
      silence.refresh();
      const text = decoder.decode(chunk as Uint8Array, { stream: true }); // Bodies are bytes.
      characters += text.length;
      if (characters > eventCharactersMax) throw new Error('one event is too long');
      parser.feed(text);
    }
  } finally {
    clearTimeout(silence);
  }
}
