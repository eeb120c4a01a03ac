/**
 * Asks a provider's HTTP API. Guarantees that the limits which the provider states are kept
 * (`Retry-After`, `X-RateLimit-*`, `RateLimit-*`), that an answer is bounded in time and size, and
 * that every failure is a ProviderFailure that says how long to stay away.
 */
import { ProviderFailure } from './provider-failure.js';

export interface Answer {
  readonly status: number;
  readonly json: unknown;
  /** Addresses of the header `Link`, by their `rel`. */
  readonly links: ReadonlyMap<string, string>;
}

export interface Http {
  /** An answer of 2xx, 400, 404 or 410; everything else is a failure. */
  get(url: string, token?: string): Promise<Answer>;
  /** The answer's body as it comes; the caller reads it to its end or aborts the signal. */
  stream(url: string, token: string | undefined, signal: AbortSignal): Promise<Response>;
}

export interface HttpOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  now(): number;
  wait(ms: number): Promise<void>;
  /** Told when the provider makes us wait. */
  limited(): void;
}

const bodyBytesMax = 20_000_000;
const expected: ReadonlySet<number> = new Set([400, 404, 410]);

export function createHttp(options: HttpOptions): Http {
  /** Nothing is asked before. */
  let blockedUntil = 0;

  async function ask(url: string, token: string | undefined, signal: AbortSignal, accept: string) {
    const waitMs = blockedUntil - options.now();
    if (waitMs > 0) {
      options.limited();
      await options.wait(waitMs);
    }
    const headers = {
      accept,
      'user-agent': 'ROSI connectors',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const response = await fetch(url, { headers, signal }).catch((cause: unknown) => {
      options.signal.throwIfAborted();
      throw new ProviderFailure('away', `${placeOf(url)} does not answer`, null, { cause });
    });
    blockedUntil = blockedUntilBy(response.headers, options.now()) ?? blockedUntil;
    if (response.ok || expected.has(response.status)) return response;
    await response.body?.cancel();
    throw failureOf(response, url, options.now());
  }

  return {
    async get(url, token) {
      const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]);
      const response = await ask(url, token, signal, 'application/json');
      const text = await bodyText(response, url, options.signal);
      return {
        status: response.status,
        json: jsonOf(text, url, response.ok),
        links: linksOf(response.headers.get('link') ?? ''),
      };
    },
    async stream(url, token, signal) {
      const response = await ask(url, token, signal, 'text/event-stream');
      if (response.ok) return response;
      await response.body?.cancel();
      throw new ProviderFailure('odd', `${placeOf(url)} has no stream (${response.status})`);
    },
  };
}

/** Without query and user, where keys could stand. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

async function bodyText(response: Response, url: string, stop: AbortSignal): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true }); // Bodies are bytes.
      if (text.length > bodyBytesMax) break;
    }
  } catch (cause) {
    stop.throwIfAborted();
    throw new ProviderFailure('away', `${placeOf(url)} broke off`, null, { cause });
  }
  if (text.length <= bodyBytesMax) return text + decoder.decode();
  throw new ProviderFailure('odd', `${placeOf(url)} answers with too much`);
}

function jsonOf(text: string, url: string, isNeeded: boolean): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!isNeeded) return null;
    throw new ProviderFailure('odd', `${placeOf(url)} does not answer with JSON`, null, { cause });
  }
}

function failureOf({ status, headers }: Response, url: string, now: number): ProviderFailure {
  const place = `${placeOf(url)} answers ${status}`;
  const reset = resetOf(headers, now);
  const retryAfterMs = retryAfterOf(headers.get('retry-after'), now);
  if (status === 429) return new ProviderFailure('limited', place, retryAfterMs ?? reset);
  if (status === 401 || status === 403) return new ProviderFailure('refused', place);
  return new ProviderFailure(status >= 500 ? 'away' : 'odd', place, retryAfterMs);
}

/** Seconds, or a date (RFC 9110). */
export function retryAfterOf(header: string | null, now: number): number | null {
  const text = header?.trim() ?? '';
  if (text === '') return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

const ofHeaders = (headers: Headers, name: string) =>
  headers.get(`x-ratelimit-${name}`) ?? headers.get(`ratelimit-${name}`);

/** ISO time (Mastodon), seconds since 1970 (Bluesky, many others), or seconds from now (IETF). */
function resetOf(headers: Headers, now: number): number | null {
  const text = ofHeaders(headers, 'reset')?.trim() ?? '';
  if (text === '') return null;
  if (!/^\d+(\.\d+)?$/.test(text)) return retryAfterOf(text, now);
  const ms = Number(text) * 1_000;
  return Math.max(0, ms > yearMs ? ms - now : ms);
}

/** Seconds beyond this are a time, not a span. */
const yearMs = 365 * 24 * 60 * 60 * 1_000;

/** The last request that the limit allowed: the next waits until the limit begins anew. */
function blockedUntilBy(headers: Headers, now: number): number | null {
  if (ofHeaders(headers, 'remaining')?.trim() !== '0') return null;
  const reset = resetOf(headers, now);
  return reset === null ? null : now + reset;
}

/** `<https://…>; rel="next", <https://…>; rel="prev"` (RFC 8288). */
export function linksOf(header: string): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  for (const [, url = '', parameters = ''] of header.matchAll(/<([^>]*)>([^<]*)/g)) {
    const rel = /;\s*rel="?([^";,]+)"?/i.exec(parameters)?.[1];
    if (rel !== undefined) links.set(rel, url);
  }
  return links;
}
