/** A collector for tests: a log in memory that tests hold up or break, and short requests. */
import type { CollectedEvent, Topic } from '@rosi/events';
import { createLogger } from '@rosi/service-kit';
import type { TopicWriter } from '@rosi/streams';
import type { LightMyRequestResponse } from 'fastify';
import { createApp } from '../app.js';
import type { CollectorOptions } from '../options.js';

export const secretKey = 'secret-key-of-the-tests';
export const writeKey = 'write-key-of-the-tests';
export const startedAt = Date.UTC(2026, 5, 1, 12);

/** Records are in `events` once their append has resolved. */
export class MemoryLog implements TopicWriter {
  readonly events: CollectedEvent[] = [];
  readonly timestamps: number[] = [];
  appends = 0;
  failure: Error | null = null;
  #gate: Promise<void> = Promise.resolve();
  #open: () => void = () => undefined;

  /** Appends from now on wait for {@link release}. */
  hold(): void {
    this.#gate = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  release(): void {
    this.#open();
  }

  async append<T>(
    topic: Topic<T>,
    records: readonly { readonly value: T; readonly timestamp: number }[],
  ): Promise<void> {
    this.appends += 1;
    await this.#gate;
    if (this.failure !== null) throw this.failure;
    for (const { value, timestamp } of records) {
      const stored: unknown = topic.codec.decode(topic.codec.encode(value));
      this.events.push(stored as CollectedEvent); // The collector writes events.collected only.
      this.timestamps.push(timestamp);
    }
  }
}

export function optionsFor(log: TopicWriter, more: Partial<CollectorOptions> = {}) {
  return {
    host: '127.0.0.1',
    port: 0,
    keys: { secretKey, writeKey },
    workspace: 'default',
    hashKey: 'hash-key-of-the-tests',
    ownDomains: ['shop.example'],
    log,
    status: async () => ({ settled: true, freshThrough: null, stages: [] }),
    ready: async () => [{ part: 'stitcher', ready: true }],
    logger: createLogger({ name: 'test', level: 'silent' }),
    now: () => startedAt,
    ...more,
  } satisfies CollectorOptions;
}

export interface Sent {
  readonly key?: string | null;
  readonly type?: string;
  readonly headers?: Record<string, string>;
}

export async function appFor(log: TopicWriter, more: Partial<CollectorOptions> = {}) {
  const { app, beginStop } = await createApp(optionsFor(log, more));
  return {
    app,
    beginStop,
    get: (url: string, headers: Record<string, string> = {}) =>
      app.inject({ method: 'GET', url, headers }),
    /** A text or bytes go as they are, anything else as JSON. */
    post(body: unknown, sent: Sent = {}): Promise<LightMyRequestResponse> {
      const raw = typeof body === 'string' || Buffer.isBuffer(body);
      return app.inject({
        method: 'POST',
        url: '/v1/events',
        headers: {
          'content-type': sent.type ?? 'application/json',
          ...(sent.key === null ? {} : bearer(sent.key ?? secretKey)),
          ...sent.headers,
        },
        payload: raw ? body : JSON.stringify(body),
      });
    },
  };
}

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

export const click = (id: string, more: Record<string, unknown> = {}) => ({
  event_id: id,
  type: 'click',
  identifiers: { anonymous_id: 'a-1' },
  ...more,
});

export const post = (id: string) => ({
  event_id: `post-${id}`,
  type: 'post',
  post: { post_id: id, platform: 'mastodon', published_at: '2026-01-01T00:00:00Z' },
});

/** The code of a failed answer, checked to have the one shape that failures have. */
export function codeOf(response: LightMyRequestResponse): string {
  const body: unknown = response.json();
  const keys = Object.keys(body as object);
  if (keys.length !== 1 || keys[0] !== 'error') throw new Error(`odd failure: ${response.body}`);
  const { error } = body as { error: { code: string; message: string } };
  if (typeof error.message !== 'string' || error.message === '') throw new Error('no message');
  if (/\bat .*:\d+:\d+/.test(response.body)) throw new Error('a stack trace leaked');
  return error.code;
}

/** Resolves once `condition` holds; polls between turns of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
