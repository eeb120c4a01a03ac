/**
 * What the address of a page tells: its host, the campaign parameters, and which click led to it.
 * Values are decoded as query parameters (`+` is a space); a broken escape never throws.
 */
import type { Utm } from './generated/records.js';
import { parseUrl } from './parse-url.js';
import { cut, urlLengthMax } from './text.js';
import { type AdClickParameter, adClickParameters, trackedClickParameter } from './vocabulary.js';

export interface Landing {
  /** As {@link bareHost} makes it; empty when the url has none. */
  readonly host: string;
  /** Null when the url has no campaign parameter with a value. */
  readonly utm: Utm | null;
  /** The first ad click id in the contract's order. */
  readonly adClick: { readonly parameter: AdClickParameter; readonly value: string } | null;
  /** The value of `rosi_click`; null when the url does not carry it. */
  readonly trackedClick: string | null;
}

const hostPattern = /^(?:[a-z][a-z0-9+.-]*:)?\/\/(?:[^/?#]*@)?(\[[^\]/?#]*\]|[^/?#:]*)/i;

/** The host of an url as {@link bareHost} makes it; empty when there is none. */
export function hostOf(url: string): string {
  const host = hostPattern.exec(url.trim())?.[1];
  return host === undefined ? '' : bareHost(host);
}

/** DNS has no longer names. */
const hostLengthMax = 255;

/**
 * A host as hosts are compared: lower case, in ASCII, without `www.` and a closing dot; empty when
 * it is none.
 */
export function bareHost(host: string): string {
  if (host.length > hostLengthMax) return '';
  const lower = inAscii(host.trim().toLowerCase());
  const undotted = lower.endsWith('.') ? lower.slice(0, -1) : lower;
  return undotted.startsWith('www.') ? undotted.slice('www.'.length) : undotted;
}

const ascii = /^[ -~]*$/;

/** `müller.example` as browsers send it, `xn--mller-kva.example`; what is no host stays. */
function inAscii(host: string): string {
  if (ascii.test(host)) return host;
  return parseUrl(`http://${host}`)?.hostname ?? host;
}

/** The query parameters of an url, absolute or not. */
export function queryOf(url: string): URLSearchParams {
  const end = url.indexOf('#');
  const bare = end < 0 ? url : url.slice(0, end);
  const start = bare.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : bare.slice(start + 1));
}

/** Values of utm parameters by field; null when none says anything. */
export function utmOf(read: (field: keyof Utm) => string): Utm | null {
  const utm = {
    source: read('source'),
    medium: read('medium'),
    campaign: read('campaign'),
    content: read('content'),
    term: read('term'),
  };
  return utm.source || utm.medium || utm.campaign || utm.content || utm.term ? utm : null;
}

/**
 * A parameter that any of these rules reads, or one that is percent-encoded. Its last `?` begins it:
 * else many of them would take the square of their number.
 */
const ofInterest = new RegExp(
  `[?&](?:utm_|${[trackedClickParameter, ...adClickParameters].join('|')}|[^=&?]*%)`,
);

const noLanding = { utm: null, adClick: null, trackedClick: null } as const;

/** Of a long url twice what is kept of it is read. */
export function readLanding(stated: string): Landing {
  const url = cut(stated, urlLengthMax * 2);
  const host = hostOf(url);
  if (!ofInterest.test(url)) return { host, ...noLanding };
  const query = queryOf(url);
  return {
    host,
    utm: utmOf((field) => query.get(`utm_${field}`)?.trim() ?? ''),
    adClick: adClickOf(query),
    trackedClick: query.get(trackedClickParameter),
  };
}

function adClickOf(query: URLSearchParams): Landing['adClick'] {
  for (const parameter of adClickParameters) {
    const value = query.get(parameter)?.trim();
    if (value) return { parameter, value };
  }
  return null;
}
