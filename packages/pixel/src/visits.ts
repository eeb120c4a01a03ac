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
/** utm parameters, the tracked link's click and advertising click ids. */
const campaignParameters =
  /[?&](utm_\w+|rosi_click|\w+clk?id|[gw]braid|li_fat_id|rdt_cid|epik|ScCid)=[^&#]+/g;

/** Kept here too, for pages without cookies. */
let current = '';
let touchedAt = 0;

export interface Visit {
  /** It begins with this page. */
  readonly starts: boolean;
  /** It is known to later pages. */
  readonly kept: boolean;
}

export function visitOf(url: string, named: boolean): Visit {
  const before = alive(named);
  const campaign = encodeURIComponent(url.match(campaignParameters)?.sort().join('') ?? '');
  const starts = !before || (!!campaign && before !== mark + campaign);
  current = starts ? mark + campaign : before;
  keep(named);
  return { starts, kept: named && keeps() };
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
