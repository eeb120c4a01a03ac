/**
 * The pixel's own cookies, on the widest domain that the browser allows, so that subdomains share
 * them. Where cookies are blocked nothing is kept, and `keeps` says so.
 */
/** Undefined: not asked yet; empty: none stays. */
let domain: string | undefined;

export const readCookie = (name: string): string | undefined =>
  RegExp(`\\b${name}=([^;]+)`).exec(document.cookie)?.[1];

/** Seconds 0 takes it away. */
export function writeCookie(name: string, value: string, seconds: number): void {
  if (keeps()) set(name, value, seconds);
}

/** Whether cookies stay; asking writes one for a second. */
export function keeps(): boolean {
  if (domain === undefined) {
    // A public suffix refuses, so the shortest domain that takes a probe is the site's own.
    const probe = `rosi_${Date.now()}`;
    const labels = location.hostname.split('.');
    for (let from = labels.length; from-- && !readCookie(probe); ) {
      domain = labels.slice(from).join('.');
      set(probe, '1', 1);
    }
    if (!readCookie(probe)) domain = '';
  }
  return !!domain;
}

function set(name: string, value: string, seconds: number): void {
  const secure = location.protocol === 'https:' ? ';secure' : '';
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
  document.cookie = `${name}=${value};path=/;max-age=${seconds};domain=${domain};samesite=lax${secure}`;
}
