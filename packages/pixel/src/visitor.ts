/**
 * Who the visitor is and what is allowed. Guarantees: the browser's Global Privacy Control always
 * wins; nothing is stored before consent where that is asked for; a decision made in one tab or
 * subdomain holds in all of them from the next event on.
 */
import { readCookie, writeCookie } from './cookies.js';
import type { Consent } from './types.js';

/** `[id, decisions]` as JSON. */
const cookie = 'rosi_visitor';
/** 400 days: browsers keep none longer. */
const keptSeconds = 3456e4;

let strict = false;
let id = '';
let decisions: { -readonly [name in keyof Consent]: Consent[name] } = {};
let kept = false;

/** 128 random bits; works without a secure context too. */
export const randomId = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-');

/** From now on consent has to be given first. */
export function ask(): void {
  strict = true;
}

/**
 * True: may be recognised; false: may not; undefined: not decided, and it has to be. Takes up what
 * another page has decided.
 */
export function may(): boolean | undefined {
  const found = readCookie(cookie);
  if (found) [id, decisions] = JSON.parse(decodeURIComponent(found));
  // Withdrawn in another tab, or cleared by the visitor.
  else if (kept) forgetVisitor();
  kept = !!found;
  const allowed = isAllowed();
  if (allowed && !id) isKnownAs(randomId());
  return allowed;
}

function forgetVisitor(): void {
  id = '';
  decisions = {};
}

function isAllowed(): boolean | undefined {
  const { globalPrivacyControl, doNotTrack } = navigator as NavigatorWithSignals;
  if (globalPrivacyControl) return false;
  return decisions.analytics ?? (doNotTrack === '1' ? false : strict ? undefined : true);
}

/** A refusal is kept without an id, and in strict mode not at all. */
function remember(): void {
  const stays = id || !(strict || decisions.analytics);
  const value = encodeURIComponent(JSON.stringify([id, decisions]));
  if (stays || readCookie(cookie)) writeCookie(cookie, value, stays ? keptSeconds : 0);
  kept = !!readCookie(cookie);
}

/** After {@link may}. Nothing but true is a yes: `'denied'` is none. */
export function decide(choice: Consent): void {
  decisions = { ...decisions, ...choice };
  decisions.analytics &&= decisions.analytics === true;
  if (!isAllowed()) id = '';
  remember();
}

export const anonymousId = (): string => (may() ? id : '');

/** As events state them. */
export const consent = (): Consent => decisions;

/** Under this id the collector knows the visitor. */
export function isKnownAs(known: string): void {
  id = known;
  remember();
}

interface NavigatorWithSignals extends Navigator {
  readonly globalPrivacyControl?: boolean;
}
