/**
 * Where a tracked link may lead, and the address it leads to for one click. Pure. Guarantee: what
 * `readDestination` passes is an absolute http(s) address of a plain host, and `targetOf` never leaves
 * that host: what a visitor adds changes parameters alone.
 */
import { parseUrl, trackedClickParameter } from '@rosi/events';

const destinationLengthMax = 2_048;

export type DestinationFault =
  | 'not_a_text'
  | 'too_long'
  | 'characters'
  | 'not_absolute'
  | 'scheme'
  | 'userinfo'
  | 'host';

export const destinationRemedies: Readonly<Record<DestinationFault, string>> = {
  not_a_text: '"url" must be a text.',
  too_long: `"url" may have ${destinationLengthMax} characters.`,
  characters: '"url" must have no spaces, backslashes or control characters: encode them.',
  not_absolute: '"url" must be whole, such as "https://shop.example/shoes".',
  scheme: '"url" must begin with https:// or http://.',
  userinfo: '"url" must have no user name or password before its host.',
  host: '"url" has no valid host.',
};

export type DestinationReading =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly fault: DestinationFault };

/** Browsers read these otherwise than they look: `\` as `/`, tabs and line ends as nothing. */
const unsafe = /[^!-~\u00a1-\u2027\u202a-\ufefe\uff00-\uffff]|\\/;
const scheme = /^([a-z][a-z0-9+.-]*):/i;

export function readDestination(stated: unknown): DestinationReading {
  const fault = (found: DestinationFault): DestinationReading => ({ ok: false, fault: found });
  if (typeof stated !== 'string') return fault('not_a_text');
  const text = stated.trim();
  if (text.length > destinationLengthMax) return fault('too_long');
  if (unsafe.test(text)) return fault('characters');
  const name = scheme.exec(text)?.[1]?.toLowerCase();
  if (name === undefined) return fault('not_absolute');
  if (name !== 'https' && name !== 'http') return fault('scheme');
  // `https:shop.example` and `https:///shop.example` mean a host to browsers, not to people.
  if (!/^https?:\/\/[^/]/i.test(text)) return fault('not_absolute');
  // Also an empty one, `https://@host`, which the parser forgets.
  if (/^https?:\/\/[^/?#]*@/i.test(text)) return fault('userinfo');
  const url = parseUrl(text)?.href;
  return url === undefined ? fault('host') : { ok: true, url };
}

/** A parameter of our own, or one that the destination states itself, is not the visitor's to set. */
export function targetOf(destination: string, query: string, clickId: string | null): string {
  const url = new URL(destination);
  const own = new Set(url.searchParams.keys());
  own.delete(trackedClickParameter);
  const kept = pairsOf(url.search.slice(1)).filter(
    (pair) => nameOf(pair) !== trackedClickParameter,
  );
  const passed = pairsOf(query).filter((pair) => {
    const name = nameOf(pair);
    return name !== trackedClickParameter && !own.has(name);
  });
  const click = clickId === null ? [] : [`${trackedClickParameter}=${clickId}`];
  // Joined as they came: parsed and written again, a `%20` would become a `+`.
  url.search = [...kept, ...passed, ...click].join('&');
  return url.href;
}

const pairsOf = (query: string) => query.split('&').filter((pair) => pair !== '');

function nameOf(pair: string): string {
  const [name] = new URLSearchParams(pair).keys();
  return name ?? '';
}
