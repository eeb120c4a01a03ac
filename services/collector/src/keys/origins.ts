/** Which pages may use a write key. Pure. */
import { parseUrl } from '@rosi/events';

const originAlone = /^https?:\/\/[^/?#@\\]+\/?$/i;
const pattern = /^https?:\/\/(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?$/;

/** An entry of an allow-list as it is kept: as browsers state an origin; null: it is none. */
export function readOrigin(stated: unknown): string | null {
  const text = typeof stated === 'string' ? stated.trim() : '';
  const origin = originAlone.test(text) ? parseUrl(text)?.origin : undefined;
  return origin !== undefined && pattern.test(origin) ? origin : null;
}

/** Whether a page of that origin is on the list; null: the request names no page. */
export function isAllowed(origins: readonly string[], origin: string | null): boolean {
  if (origin === null) return false;
  const asked = origin.toLowerCase();
  return origins.some((allowed) => {
    const [scheme = '', host = ''] = allowed.split('://*.');
    // `https://*.shop.example` stands for the domain and all below it.
    if (host === '') return asked === allowed;
    return asked === `${scheme}://${host}` || isBelow(asked, `${scheme}://`, `.${host}`);
  });
}

const isBelow = (asked: string, start: string, end: string) =>
  asked.startsWith(start) && asked.endsWith(end) && asked.length > start.length + end.length;

/** The page that a request comes from, as browsers state it: images state their referrer alone. */
export function originOf(headers: {
  readonly origin?: string | undefined;
  readonly referer?: string | undefined;
}): string | null {
  const stated = headers.origin ?? headers.referer;
  return stated === undefined ? null : (parseUrl(stated)?.origin ?? null);
}
