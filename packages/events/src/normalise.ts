/**
 * One incoming event, from unknown JSON to what the log keeps, or why it is not accepted. A pure
 * function: it never throws on any JSON value, never keeps an e-mail address or phone number in
 * clear, and what it returns always fits the log's schema.
 */
import { isBotAgent } from './bots.js';
import { readCatalogue } from './catalogue.js';
import { classify } from './classify.js';
import {
  type Consent,
  type Dimensions,
  isReservedId,
  maskUtm,
  noConsentStated,
  readConsent,
  readDimensions,
  readEventId,
  readInteraction,
  readOccurredAt,
  readPage,
  readUtm,
} from './event-fields.js';
import type {
  CatalogueEntry,
  CollectedEvent,
  Interaction,
  Page,
  Purchase,
  RefundStatement,
  Utm,
} from './generated/records.js';
import { type DroppedIdentifier, type ReadIdentifiers, readIdentifiers } from './identifiers.js';
import { type Landing, readLanding } from './landing.js';
import { maskValue } from './mask.js';
import { maskedJson } from './masked-json.js';
import { readPurchase, readRefund } from './order.js';
import { cleaningBy } from './refused-identifiers.js';
import { type RejectionCode, Rejections, rejectionRemedies } from './rejection.js';
import {
  idOrEmpty,
  isAbsent,
  isObject,
  type JsonObject,
  objectOrEmpty,
  stringOrEmpty,
} from './text.js';
import {
  type CatalogueType,
  type EventType,
  isCatalogueType,
  isEventType,
  pixelEventTypes,
} from './vocabulary.js';

export interface NormaliseContext {
  readonly workspace: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** 'pixel' | 'link' | 'server' | 'import' | 'webhook:<name>' | 'connector:<name>' */
  readonly source: string;
  readonly keyKind: 'secret' | 'write';
  /** Hosts of the workspace; `*.example.org` stands for all subdomains too. */
  readonly ownDomains: readonly string[];
  /** Empty when none; used only for write keys when the event states none. */
  readonly requestUserAgent: string;
  /** The request said `Sec-GPC: 1`; counts for write keys alone. */
  readonly secGpc: boolean;
  /** A HEAD or prefetch request: the event is a bot's. */
  readonly prefetch: boolean;
  /** HMAC-SHA-256 in lower-case hex under the workspace's hashing key. */
  hash(text: string): string;
  makeEventId(): string;
}

export type NormaliseResult =
  | {
      readonly ok: true;
      readonly event: CollectedEvent;
      readonly droppedIdentifiers: readonly DroppedIdentifier[];
    }
  | {
      readonly ok: false;
      readonly eventId: string | null;
      readonly code: RejectionCode;
      /** How to mend it; contains nothing of the event. */
      readonly message: string;
    };

const pixelTypeSet: ReadonlySet<string> = new Set(pixelEventTypes);

/** `raw` is anything that JSON can say. Time, keys and chance come in by the context. */
export function normalise(raw: unknown, context: NormaliseContext): NormaliseResult {
  if (!isObject(raw)) return rejected('not_an_object', null);
  const rejections = new Rejections();
  const eventId = readEventId(raw['event_id'], rejections);
  const type = readType(raw['type'], context, rejections);
  if (type === null || rejections.first !== null) {
    return rejected(rejections.first ?? 'type_unknown', eventId);
  }
  const reading: Reading = { raw, type, context, rejections };
  const occurredAt = readOccurredAt(raw['occurred_at'], context.receivedAt, rejections);
  const dimensions = readDimensions(raw, rejections);
  const parts = isCatalogueType(type)
    ? catalogueParts(reading, type, dimensions)
    : personalParts(reading, dimensions);
  if (rejections.first !== null) return rejected(rejections.first, eventId);
  if (parts.touchpoint && eventId !== null && isReservedId(eventId)) {
    return rejected('event_id_reserved', eventId);
  }
  const event = assemble(reading, parts, eventId ?? context.makeEventId(), occurredAt);
  return { ok: true, event, droppedIdentifiers: parts.dropped };
}

function rejected(code: RejectionCode, eventId: string | null): NormaliseResult {
  return { ok: false, eventId, code, message: rejectionRemedies[code] };
}

/** What the reading of one event shares; rejections are collected on the way. */
interface Reading {
  readonly raw: JsonObject;
  readonly type: EventType;
  readonly context: NormaliseContext;
  readonly rejections: Rejections;
}

function readType(
  stated: unknown,
  context: NormaliseContext,
  rejections: Rejections,
): EventType | null {
  if (isAbsent(stated) || stated === '') rejections.add('type_missing');
  else if (typeof stated !== 'string' || !isEventType(stated)) rejections.add('type_unknown');
  else if (context.keyKind === 'write' && !pixelTypeSet.has(stated)) {
    rejections.add('type_not_allowed');
  } else return stated;
  return null;
}

/** What differs between an entry of the catalogue and an event of a person. */
interface Parts {
  readonly dimensions: Dimensions;
  readonly touchpoint: boolean;
  readonly bot: boolean;
  readonly identifiers: CollectedEvent['identifiers'];
  readonly dropped: readonly DroppedIdentifier[];
  readonly utm: Utm | null;
  readonly page: Page | null;
  readonly interaction: Interaction | null;
  readonly catalogue: CatalogueEntry | null;
  readonly order: Purchase | null;
  readonly refund: RefundStatement | null;
  readonly consent: Consent;
}

/** One literal, field by field: spreading objects here costs four times the rest of the work. */
function assemble(
  { raw, type, context }: Reading,
  parts: Parts,
  eventId: string,
  occurredAt: number,
): CollectedEvent {
  const { dimensions, consent } = parts;
  return {
    workspace: context.workspace,
    eventId,
    type,
    occurredAt,
    receivedAt: context.receivedAt,
    source: context.source,
    identifiers: parts.identifiers,
    platform: dimensions.platform,
    medium: dimensions.medium,
    mediaType: dimensions.mediaType,
    postId: idOrEmpty(raw['post_id']),
    influencerId: idOrEmpty(raw['influencer_id']),
    campaignId: idOrEmpty(raw['campaign_id']),
    linkId: idOrEmpty(raw['link_id']),
    programId: idOrEmpty(raw['program_id']),
    utm: parts.utm,
    page: parts.page,
    interaction: parts.interaction,
    order: parts.order,
    refund: parts.refund,
    catalogue: parts.catalogue,
    touchpoint: parts.touchpoint,
    bot: parts.bot,
    consentAnalytics: consent.analytics,
    consentMarketing: consent.marketing,
    properties: propertiesOf(raw, consent),
  };
}

function propertiesOf({ properties }: JsonObject, { analytics }: Consent): string {
  if (!isObject(properties)) return '{}';
  return maskedJson(cleaningBy(analytics !== false).json(properties), maskValue);
}

/** A catalogue entry describes no person: it carries no identifiers and is never a bot's. */
function catalogueParts(reading: Reading, kind: CatalogueType, dimensions: Dimensions): Parts {
  return {
    dimensions,
    touchpoint: false,
    bot: false,
    identifiers: [],
    dropped: [],
    utm: null,
    page: null,
    interaction: null,
    catalogue: readCatalogue(kind, reading.raw[kind], reading.rejections),
    order: null,
    refund: null,
    consent: noConsentStated,
  };
}

function personalParts(reading: Reading, dimensions: Dimensions): Parts {
  const { raw, type, context, rejections } = reading;
  const consent = readConsent(
    raw['consent'],
    context.keyKind === 'write' && context.secGpc,
    rejections,
  );
  const mayIdentify = consent.analytics !== false;
  const cleaning = cleaningBy(mayIdentify);
  const page = objectOrEmpty(raw['page']);
  const url = stringOrEmpty(page['url']).trim();
  const referrer = stringOrEmpty(page['referrer']).trim();
  const landing = readLanding(url);
  const utm = maskUtm(readUtm(raw['utm']) ?? landing.utm, cleaning);
  const { platform, medium, mediaType } = dimensions;
  const { ownDomains } = context;
  const sessionStart = objectOrEmpty(raw['properties'])['session_start'] === true;
  const classification = classify({
    type,
    platform,
    medium,
    mediaType,
    utm,
    url,
    referrer,
    ownDomains,
    sessionStart,
    landing,
  });
  const identifiers = identifiersOf(reading, landing, mayIdentify);
  // An unlink is a statement about identifiers, whoever's program sends it.
  const bot = type !== 'unlink' && isBot(raw['user_agent'], context);
  return {
    dimensions: classification,
    touchpoint: classification.touchpoint && !bot,
    bot,
    identifiers: identifiers.usable,
    dropped: identifiers.dropped,
    utm,
    page: readPage(page, url, referrer, cleaning),
    interaction: readInteraction(raw['interaction'], rejections, cleaning),
    catalogue: null,
    order:
      type === 'purchase' ? readPurchase(objectOrEmpty(raw['order']), rejections, cleaning) : null,
    refund: type === 'refund' ? readRefund(objectOrEmpty(raw['refund']), rejections) : null,
    consent,
  };
}

/** Identifiers by the rules of contract 2; an unlink needs exactly two of them. */
function identifiersOf(reading: Reading, landing: Landing, consent: boolean): ReadIdentifiers {
  const { raw, type, context, rejections } = reading;
  const identifiers = readIdentifiers({
    stated: objectOrEmpty(raw['identifiers']),
    orderIds: orderIdsOf(raw, type),
    urlClickId: clickIdOf(landing),
    consent,
    hash: context.hash,
  });
  if (type === 'unlink' && identifiers.usable.length !== 2) {
    rejections.add('unlink_needs_two_identifiers');
  }
  return identifiers;
}

/** Stated order ids, the one that the event belongs to first: a refund's own before its order's. */
function orderIdsOf(raw: JsonObject, type: EventType): readonly unknown[] {
  const ofOrder = objectOrEmpty(raw['order'])['order_id'];
  const ofRefund = objectOrEmpty(raw['refund'])['order_id'];
  const both = type === 'refund' ? [ofRefund, ofOrder] : [ofOrder, ofRefund];
  return both.filter((stated) => stated !== undefined);
}

function clickIdOf({ trackedClick, adClick }: Landing): string | null {
  if (trackedClick !== null && trackedClick.trim() !== '') return trackedClick;
  return adClick === null ? null : `${adClick.parameter}:${adClick.value}`;
}

function isBot(statedAgent: unknown, context: NormaliseContext): boolean {
  if (context.prefetch) return true;
  const stated = stringOrEmpty(statedAgent);
  if (stated !== '' || context.keyKind !== 'write') return isBotAgent(stated);
  return isBotAgent(context.requestUserAgent);
}
