/**
 * What a page's url and referrer tell: utm parameters, ad click ids, a tracked link's click id,
 * and whether the referrer is external.
 */
import { type JsonObject, objectOf, textOf } from './text.js';
import type { Utm } from './types.js';

/** In the contract's order: the first one found names the click. */
const adClickParameters = [
  'gclid',
  'gbraid',
  'wbraid',
  'dclid',
  'fbclid',
  'msclkid',
  'ttclid',
  'twclid',
  'li_fat_id',
  'rdt_cid',
  'epik',
  'ScCid',
  'yclid',
] as const;

export interface PageFacts {
  readonly utm: Utm | null;
  /** The first ad click parameter of the url, '' when there is none. */
  readonly adClickParameter: string;
  /** From `rosi_click`, else `<parameter>:<value>` of the ad click id, else ''. */
  readonly clickId: string;
  readonly rosiClick: boolean;
  /** Host of an external referrer without `www.`, else ''. */
  readonly externalReferrerHost: string;
}

function urlOf(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function bareHost(host: string): string {
  return host.toLowerCase().replace(/^www\./, '');
}

function utmOf(read: (name: string) => string): Utm | null {
  const values = ['source', 'medium', 'campaign', 'content', 'term'].map(read);
  if (values.every((value) => value === '')) return null;
  return { source: values[0] ?? '', medium: values[1] ?? '', campaign: values[2] ?? '' };
}

export function pageFacts(body: JsonObject, ownDomains: readonly string[]): PageFacts {
  const page = objectOf(body['page']);
  const url = urlOf(textOf(page['url']));
  const parameter = (name: string): string => url?.searchParams.get(name) ?? '';
  const stated = objectOf(body['utm']);
  const adClickParameter = adClickParameters.find((name) => parameter(name) !== '') ?? '';
  const rosiClick = parameter('rosi_click');
  const adClickId = adClickParameter && `${adClickParameter}:${parameter(adClickParameter)}`;
  return {
    // "as a whole": one stated field is enough for the url's parameters not to be read.
    utm: utmOf((name) => textOf(stated[name])) ?? utmOf((name) => parameter(`utm_${name}`)),
    adClickParameter,
    clickId: rosiClick || adClickId,
    rosiClick: rosiClick !== '',
    externalReferrerHost: externalHost(textOf(page['referrer']), url, ownDomains),
  };
}

function externalHost(referrer: string, url: URL | null, ownDomains: readonly string[]): string {
  const host = bareHost(urlOf(referrer)?.hostname ?? '');
  if (host === '' || host === bareHost(url?.hostname ?? '')) return '';
  return ownDomains.map(bareHost).includes(host) ? '' : host;
}
