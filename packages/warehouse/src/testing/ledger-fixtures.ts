/** Hand-made ledger records for tests: everything empty but what a test states. */
import type { CollectedEvent, LedgerCatalogue, LedgerOrder, Touch } from '@rosi/events';

export const T0 = Date.UTC(2026, 2, 1, 10);

export function touch(fields: Partial<Touch> & { touchpointId: string }): Touch {
  return {
    type: 'click',
    touchedAt: T0,
    platform: '',
    medium: '',
    mediaType: '',
    postId: '',
    influencerId: '',
    campaignId: '',
    linkId: '',
    programId: '',
    utmCampaign: '',
    couponCode: '',
    ...fields,
  };
}

export const unattributed = touch({ touchpointId: 'unattributed', type: '', touchedAt: 0 });

export function order(fields: Partial<LedgerOrder> & { orderId: string }): LedgerOrder {
  const net = fields.net ?? 0;
  return {
    workspace: 'default',
    generation: 0,
    revision: 1,
    recordedAt: T0,
    personId: 'p_1',
    orderedAt: T0,
    currency: 'EUR',
    gross: net,
    tax: 0,
    shipping: 0,
    refunded: 0,
    net,
    newCustomer: false,
    cut: false,
    couponCodes: [],
    items: '',
    touches: [],
    eligible: fields.touches?.length ?? 0,
    credits: [],
    deltas: [],
    movedFrom: [],
    ...fields,
  };
}

/** A first record: its differences are its credits, one model, the whole net to each given share. */
export function credited(
  fields: Partial<LedgerOrder> & { orderId: string; net: number; touches: readonly Touch[] },
  parts: readonly (readonly [touch: number, credit: number, share: number])[],
): LedgerOrder {
  const base = order(fields);
  const credits = parts.map(([index, credit, share]) => ({
    model: 'linear',
    touch: index,
    credit,
    share: Math.round(share * 1e12),
  }));
  const { personId, orderedAt, currency } = base;
  return {
    ...base,
    credits,
    deltas: credits.map((each) => ({ ...each, personId, orderedAt, currency })),
  };
}

export function entry(kind: string, id: string, body: object, revision = 1): LedgerCatalogue {
  return {
    workspace: 'default',
    generation: 0,
    revision,
    recordedAt: T0,
    eventId: `e-${kind}-${id}-${revision}`,
    occurredAt: T0,
    entry: { kind, id, entry: JSON.stringify(body) },
  };
}

export function event(fields: Partial<CollectedEvent> & { eventId: string }): CollectedEvent {
  return {
    workspace: 'default',
    type: 'click',
    occurredAt: T0,
    receivedAt: T0,
    source: 'server',
    identifiers: [],
    platform: '',
    medium: '',
    mediaType: '',
    postId: '',
    influencerId: '',
    campaignId: '',
    linkId: '',
    programId: '',
    utm: null,
    page: null,
    interaction: null,
    order: null,
    refund: null,
    catalogue: null,
    touchpoint: false,
    bot: false,
    consentAnalytics: null,
    consentMarketing: null,
    properties: '{}',
    ...fields,
  };
}
