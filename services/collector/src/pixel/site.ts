/** Which hosts are one site to a browser: those of one registrable domain, public suffixes apart. */
import { getDomain } from 'tldts';

/** Sites of hosts asked for lately: a shop has few, and to look one up costs some microseconds. */
const sites = new Map<string, string | null>();
const sitesMax = 1_000;
const hostLengthMax = 255;

/** `shop.example` of `www.shop.example`; null for addresses and names of one label. */
export function siteOf(host: string): string | null {
  if (host.length > hostLengthMax) return null; // No name of the DNS.
  const known = sites.get(host);
  if (known !== undefined) return known;
  const site = getDomain(host, { allowPrivateDomains: true });
  if (sites.size >= sitesMax) sites.clear();
  sites.set(host, site);
  return site;
}

export function isSameSite(one: string, other: string): boolean {
  if (one === other) return true;
  const site = siteOf(one);
  return site !== null && site === siteOf(other);
}

/** The host of an origin or of a Host header, without its port. */
export function hostName(text: string | undefined): string {
  const host = /^(?:\w+:\/\/)?(\[[^\]]*\]|[^:/]*)/.exec(text ?? '')?.[1] ?? '';
  return host.toLowerCase();
}
