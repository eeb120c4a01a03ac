/**
 * From records of the log to rows of the base tables: pure, one row per record, nothing dropped.
 * Dimensions stay unresolved; credits and differences of an order stand with their touch.
 * Rows are plain literals: spreading into one this wide costs ten times the time.
 */
import type {
  CollectedEvent,
  LedgerCatalogue,
  LedgerIdentity,
  LedgerOrder,
  LedgerSuppression,
  LedgerTouchpoint,
  Touch,
} from '@rosi/events';
import {
  type CatalogueEntryRow,
  type EventRow,
  type IdentityRow,
  type OrderRecordRow,
  type SuppressionRow,
  storedTime,
  type TouchpointRow,
} from './rows.js';

/** Where the record stands in its topic. */
export interface LogPlace {
  readonly partition: number;
  readonly offset: number;
}

export function orderRow(record: LedgerOrder, place: LogPlace): OrderRecordRow {
  const { touches } = record;
  const credits = byTouch(touches, record.credits);
  const deltas = byTouch(touches, record.deltas);
  return {
    workspace: record.workspace,
    log_partition: place.partition,
    log_offset: place.offset,
    revision: record.revision,
    recorded_at: storedTime(record.recordedAt),
    order_id: record.orderId,
    person_id: record.personId,
    ordered_at: storedTime(record.orderedAt),
    currency: record.currency,
    gross: record.gross,
    tax: record.tax,
    shipping: record.shipping,
    refunded: record.refunded,
    net: record.net,
    new_customer: record.newCustomer,
    cut: record.cut,
    coupon_codes: record.couponCodes,
    items: record.items,
    eligible: record.eligible,
    moved_from: record.movedFrom.map(storedTime),
    'touch.touchpoint_id': touches.map((touch) => touch.touchpointId),
    'touch.type': touches.map((touch) => touch.type),
    'touch.touched_at': touches.map((touch) => storedTime(touch.touchedAt)),
    'touch.platform': touches.map((touch) => touch.platform),
    'touch.medium': touches.map((touch) => touch.medium),
    'touch.media_type': touches.map((touch) => touch.mediaType),
    'touch.post_id': touches.map((touch) => touch.postId),
    'touch.influencer_id': touches.map((touch) => touch.influencerId),
    'touch.campaign_id': touches.map((touch) => touch.campaignId),
    'touch.link_id': touches.map((touch) => touch.linkId),
    'touch.program_id': touches.map((touch) => touch.programId),
    'touch.utm_campaign': touches.map((touch) => touch.utmCampaign),
    'touch.coupon_code': touches.map((touch) => touch.couponCode),
    'touch.credit_model': nested(credits, (credit) => credit.model),
    'touch.credit': nested(credits, (credit) => credit.credit),
    'touch.credit_share': nested(credits, (credit) => credit.share),
    'touch.delta_model': nested(deltas, (delta) => delta.model),
    'touch.delta_person_id': nested(deltas, (delta) => delta.personId),
    'touch.delta_ordered_at': nested(deltas, (delta) => storedTime(delta.orderedAt)),
    'touch.delta_currency': nested(deltas, (delta) => delta.currency),
    'touch.delta_credit': nested(deltas, (delta) => delta.credit),
    'touch.delta_share': nested(deltas, (delta) => delta.share),
  };
}

/** Items grouped by the touch they refer to; one that refers to none is a broken record. */
function byTouch<T extends { readonly touch: number }>(
  touches: readonly Touch[],
  items: readonly T[],
): T[][] {
  const groups: T[][] = touches.map(() => []);
  for (const item of items) {
    const group = groups[item.touch];
    if (group === undefined) {
      throw new Error(`ledger order refers to touch ${item.touch} of ${touches.length}`);
    }
    group.push(item);
  }
  return groups;
}

function nested<T, V>(groups: readonly (readonly T[])[], value: (item: T) => V): V[][] {
  return groups.map((group) => group.map(value));
}

export function touchpointRow(record: LedgerTouchpoint, place: LogPlace): TouchpointRow {
  const { touch } = record;
  return {
    workspace: record.workspace,
    log_partition: place.partition,
    log_offset: place.offset,
    revision: record.revision,
    recorded_at: storedTime(record.recordedAt),
    touchpoint_id: touch.touchpointId,
    identifier_type: record.identifierType,
    identifier: record.identifier,
    type: touch.type,
    occurred_at: storedTime(touch.touchedAt),
    platform: touch.platform,
    medium: touch.medium,
    media_type: touch.mediaType,
    post_id: touch.postId,
    influencer_id: touch.influencerId,
    campaign_id: touch.campaignId,
    link_id: touch.linkId,
    program_id: touch.programId,
    utm_campaign: touch.utmCampaign,
    coupon_code: touch.couponCode,
  };
}

export function identityRow(record: LedgerIdentity, place: LogPlace): IdentityRow {
  return {
    workspace: record.workspace,
    log_partition: place.partition,
    log_offset: place.offset,
    revision: record.revision,
    recorded_at: storedTime(record.recordedAt),
    identifier_type: record.identifierType,
    identifier: record.identifier,
    person_id: record.personId,
    shared: record.shared,
  };
}

export function catalogueEntryRow(record: LedgerCatalogue, place: LogPlace): CatalogueEntryRow {
  return {
    workspace: record.workspace,
    log_partition: place.partition,
    log_offset: place.offset,
    revision: record.revision,
    recorded_at: storedTime(record.recordedAt),
    kind: record.entry.kind,
    id: record.entry.id,
    event_id: record.eventId,
    occurred_at: storedTime(record.occurredAt),
    entry: record.entry.entry,
  };
}

export function suppressionRow(record: LedgerSuppression, place: LogPlace): SuppressionRow {
  return {
    workspace: record.workspace,
    log_partition: place.partition,
    log_offset: place.offset,
    revision: record.revision,
    recorded_at: storedTime(record.recordedAt),
    name: record.name,
    until: storedTime(record.until),
  };
}

export function eventRow(event: CollectedEvent, place: LogPlace): EventRow {
  const strongest = event.identifiers[0];
  return {
    workspace: event.workspace,
    log_partition: place.partition,
    log_offset: place.offset,
    event_id: event.eventId,
    type: event.type,
    occurred_at: storedTime(event.occurredAt),
    received_at: storedTime(event.receivedAt),
    source: event.source,
    identifier_type: strongest?.type ?? '',
    identifier: strongest?.value ?? '',
    platform: event.platform,
    medium: event.medium,
    media_type: event.mediaType,
    post_id: event.postId,
    influencer_id: event.influencerId,
    campaign_id: event.campaignId,
    link_id: event.linkId,
    program_id: event.programId,
    utm_source: event.utm?.source ?? '',
    utm_medium: event.utm?.medium ?? '',
    utm_campaign: event.utm?.campaign ?? '',
    utm_content: event.utm?.content ?? '',
    utm_term: event.utm?.term ?? '',
    order_id: event.order?.orderId ?? event.refund?.orderId ?? '',
    interaction_kind: event.interaction?.kind ?? '',
    text: event.interaction?.text ?? '',
    url: event.page?.url ?? '',
    referrer: event.page?.referrer ?? '',
    title: event.page?.title ?? '',
    touchpoint: event.touchpoint,
    bot: event.bot,
    consent: consentText(event),
    properties: event.properties,
  };
}

/** What was stated, as JSON; `{}` when nothing was. */
function consentText(event: CollectedEvent): string {
  const stated: { analytics?: boolean; marketing?: boolean } = {};
  if (event.consentAnalytics !== null) stated.analytics = event.consentAnalytics;
  if (event.consentMarketing !== null) stated.marketing = event.consentMarketing;
  return JSON.stringify(stated);
}
