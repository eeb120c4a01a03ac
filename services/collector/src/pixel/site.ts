/** Which hosts are one site to a browser: those of one registrable domain, public suffixes apart. */
import { getDomain } from 'tldts';

/** `shop.example` of `www.shop.example`; null for addresses and names of one label. */
export function siteOf(host: string): string | null {
  return getDomain(host, { allowPrivateDomains: true });
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
