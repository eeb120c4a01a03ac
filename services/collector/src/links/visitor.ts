/**
 * Who clicked, as far as it may be known, and the ids that follow from it. Guarantee: neither
 * the address nor the user agent is kept, nor anything from which they could be found without the
 * workspace's hashing key; and the name of a visitor without a cookie differs from link to link and
 * from hour to hour, so that it follows nobody.
 */
/** The pixel's first-party cookie: its value is the visitor's anonymous_id. */
export const visitorCookie = 'rosi_id';

/**
 * In place of the id of a click that may not be one: it keeps the page from counting a second time, and
 * as an identifier it is one of those that name nobody.
 */
export const noClickId = 'none';

export interface Visitor {
  /** Null: no cookie. */
  readonly anonymousId: string | null;
  readonly address: string;
  readonly userAgent: string;
  /** Tells apart people of one office with the same browser. */
  readonly languages: string;
}

export const hourMs = 3_600_000;

/**
 * One click of a link, visitor, UTC clock hour and kind: the same each time, so that it counts once.
 * `counted` keeps a browser's prefetch from standing in for the click that follows it.
 */
export function clickIdOf(
  click: { readonly linkId: string; readonly at: number; readonly counted: boolean },
  visitor: Visitor,
  hash: (text: string) => string,
): string {
  const who =
    visitor.anonymousId === null
      ? ['device', visitor.address, visitor.userAgent, visitor.languages]
      : ['cookie', visitor.anonymousId];
  const hour = Math.floor(click.at / hourMs);
  const kind = click.counted ? 'click' : 'passed';
  const text = JSON.stringify(['rosi click', click.linkId, hour, kind, ...who]);
  return Buffer.from(hash(text).slice(0, 32), 'hex').toString('base64url');
}

const anonymousIdPattern = /^[A-Za-z0-9._~-]{1,128}$/;

/** The visitor's anonymous_id as its cookie states it; null: none, or not one of ours. */
export function anonymousIdOf(cookieHeader: string | undefined): string | null {
  for (const part of (cookieHeader ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at < 0 || part.slice(0, at).trim() !== visitorCookie) continue;
    const value = part.slice(at + 1).trim();
    return anonymousIdPattern.test(value) ? value : null;
  }
  return null;
}
