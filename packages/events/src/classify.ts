/**
 * Platform, medium and media type of an event (contract 3.4), and whether it is a touchpoint
 * (contract 3.2). What the event states wins; the rest is derived from utm, ad click ids and
 * referrer, in this order, by the tables in docs/classification.md.
 */
import {
  adClicks,
  clickFamilies,
  mediaTypeOfMedium,
  mediaTypeOfTaggedSocial,
  mediumAliases,
  mediumOfKind,
  paidMedia,
} from './channels.js';
import type { Utm } from './generated/records.js';
import { bareHost, hostOf, type Landing, readLanding } from './landing.js';
import { type Origin, originOfApp, originOfHost, sourceOfUtm } from './source-lookup.js';
import type { Source } from './sources.js';
import { type Medium, media } from './vocabulary.js';

export interface ClassificationInput {
  readonly type: string;
  /** As stated, normalised; empty when not. */
  readonly platform: string;
  readonly medium: string;
  readonly mediaType: string;
  /** As stated, or as read from the page's url; null when none. */
  readonly utm: Utm | null;
  readonly url: string;
  readonly referrer: string;
  /** Hosts of the workspace; `*.example.org` stands for all subdomains too. */
  readonly ownDomains: readonly string[];
  /** `properties.session_start` is true. */
  readonly sessionStart: boolean;
  /** {@link readLanding} of the url, when the caller has it already. */
  readonly landing?: Landing;
}

export interface Classification {
  readonly platform: string;
  readonly medium: string;
  readonly mediaType: string;
  /** By type, visit and url alone: a bot's event is none whatever this says. */
  readonly touchpoint: boolean;
}

const appReferrer = /^android-app:\/\/([^/?#]{1,255})(?![^/?#])/i;

export function classify(input: ClassificationInput): Classification {
  const landing = input.landing ?? readLanding(input.url);
  const origin = externalOrigin(input, landing.host);
  const touchpoint = isTouchpoint(input, landing, origin);
  const { utm, platform, medium, mediaType } = input;
  if (utm === null && landing.adClick === null && origin === null) {
    const direct = input.type === 'page' && landing.trackedClick === null && medium === '';
    return { platform, medium: direct ? 'direct' : medium, mediaType, touchpoint };
  }
  const evidence: Evidence = {
    utm,
    named: utm === null || utm.source === '' ? null : sourceOfUtm(utm.source.toLowerCase()),
    adClick: landing.adClick?.parameter ?? null,
    origin,
  };
  const chosenMedium = medium === '' ? mediumOf(evidence) : medium;
  return {
    platform: platform === '' ? platformOf(evidence) : platform,
    medium: chosenMedium,
    mediaType: mediaType === '' ? mediaTypeOf(chosenMedium, evidence) : mediaType,
    touchpoint,
  };
}

/** The referrer, when it is another site: not the page's own host, an own domain, or a till. */
function externalOrigin(input: ClassificationInput, pageHost: string): Origin | null {
  if (input.referrer === '') return null;
  const app = appReferrer.exec(input.referrer)?.[1];
  if (app !== undefined) return originOfApp(app);
  const host = hostOf(input.referrer);
  if (host === '' || host === pageHost || isOwn(host, input.ownDomains)) return null;
  const origin = originOfHost(host);
  return origin.source?.kind === 'payment' ? null : origin;
}

function isOwn(host: string, ownDomains: readonly string[]): boolean {
  return ownDomains.some((domain) => {
    if (!domain.startsWith('*.')) return bareHost(domain) === host;
    const parent = bareHost(domain.slice('*.'.length));
    return host === parent || host.endsWith(`.${parent}`);
  });
}

function isTouchpoint(
  input: ClassificationInput,
  landing: Landing,
  origin: Origin | null,
): boolean {
  switch (input.type) {
    case 'view':
    case 'click':
    case 'interaction':
      return true;
    case 'page':
      // The click of the tracked link already is the touchpoint.
      if (landing.trackedClick !== null) return false;
      return (
        input.sessionStart || input.utm !== null || landing.adClick !== null || origin !== null
      );
    default:
      return false;
  }
}

/** What tells where a visit came from; at least one of utm, adClick and origin is there. */
interface Evidence {
  readonly utm: Utm | null;
  /** The known source that utm_source names. */
  readonly named: Source | null;
  readonly adClick: keyof typeof adClicks | null;
  readonly origin: Origin | null;
}

function platformOf({ utm, named, adClick, origin }: Evidence): string {
  if (named !== null) return named.platform;
  if (utm !== null && utm.source !== '') return utm.source.toLowerCase();
  const referring = origin?.source?.platform ?? '';
  if (adClick !== null) {
    const inFamily = clickFamilies[adClick]?.includes(referring) ?? false;
    return inFamily ? referring : adClicks[adClick].platform;
  }
  return origin === null ? '' : (origin.source?.platform ?? origin.domain);
}

const mediumByAlias: ReadonlyMap<string, Medium> = new Map(
  media.flatMap((medium) => (mediumAliases[medium] ?? []).map((alias) => [alias, medium] as const)),
);
const paidMediumSet: ReadonlySet<string> = new Set(paidMedia);

function mediumOf(evidence: Evidence): Medium {
  const { utm, named, adClick, origin } = evidence;
  const tagged = utm === null || utm.medium === '' ? null : mediumOfTag(utm.medium, evidence);
  if (tagged !== null) return tagged;
  if (adClick !== null && adClicks[adClick].medium !== 'social') return adClicks[adClick].medium;
  if (named !== null) return mediumOfKind[named.kind];
  // Campaign parameters of an unknown source say that it was no plain link of the referrer.
  if (utm !== null && utm.source !== '') return 'other';
  if (adClick !== null) return adClicks[adClick].medium;
  if (origin !== null) return mediumOfKind[origin.source?.kind ?? 'site'];
  return 'other';
}

/** What a utm_medium means; null when it is not known. */
function mediumOfTag(tag: string, { named, adClick, origin }: Evidence): Medium | null {
  const word = tag
    .trim()
    .toLowerCase()
    .replace(/[_\s]+/g, '-');
  const platform = adClick === null ? '' : adClicks[adClick].medium;
  const kind = named?.kind ?? origin?.source?.kind;
  const social =
    kind === 'social' ||
    kind === 'video' ||
    (named === null && (platform === 'social' || platform === 'paid_social'));
  if (social && (word === 'cpm' || word === 'video-ad' || word === 'video-ads')) {
    return 'paid_social';
  }
  const alias = mediumByAlias.get(word);
  if (alias !== undefined) return alias;
  if (paidMediumSet.has(word) || word.startsWith('paid-')) return social ? 'paid_social' : 'cpc';
  return null;
}

function mediaTypeOf(medium: string, { utm }: Evidence): string {
  if (medium === 'social' && utm !== null) return mediaTypeOfTaggedSocial;
  return isMedium(medium) ? mediaTypeOfMedium[medium] : '';
}

const mediumSet: ReadonlySet<string> = new Set(media);

function isMedium(text: string): text is Medium {
  return mediumSet.has(text);
}
