/**
 * Visits: one ends after 30 minutes without an event, and a new campaign begins a new one. What
 * that means for the page's address and referrer the collector decides (services/collector/src/pixel),
 * which knows which domains are one site.
 */
import { keeps, readCookie, writeCookie } from './cookies.js';

/** The campaign that began the visit; gone when the visit is over. */
const cookie = 'rosi_visit';
const idleSeconds = 1800;
/** A visit without a campaign is one too. */
const mark = '-';
/** utm parameters and advertising click ids. */
export const campaignParameters =
  /\b(utm_\w+|\w+clk?id|[gw]braid|li_fat_id|rdt_cid|epik|ScCid)=[^&]+/g;

/** Kept here too, for pages without cookies. */
let current = '';
let touchedAt = 0;

export interface Visit {
  /** It begins with this page. */
  readonly starts: boolean;
  /** It is known to later pages. */
  readonly kept: boolean;
  /** A reload or a way back, whose referrer is an old one. */
  readonly again: unknown;
}

/** A tracked link's click leaves the address once read, so where it stands somebody has come. */
export function visitOf(query: string, named: boolean, again: unknown): Visit {
  const before = alive(named);
  const campaign = encodeURIComponent(query.match(campaignParameters)?.sort().join('&') ?? '');
  const starts =
    !before || /\brosi_click=/.test(query) || (!!campaign && before !== mark + campaign);
  current = starts ? mark + campaign : before;
  keep(named);
  return { starts, kept: named && keeps(), again };
}

/** An event happened. */
export function touch(named: boolean): void {
  current = alive(named) || current;
  keep(named);
}

const alive = (named: boolean): string =>
  (named && readCookie(cookie)) || (Date.now() - touchedAt < idleSeconds * 1e3 ? current : '');

function keep(named: boolean): void {
  touchedAt = Date.now();
  if (named) writeCookie(cookie, current, idleSeconds);
}

export const endVisit = (): void => writeCookie(cookie, '', 0);
