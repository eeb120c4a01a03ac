/**
 * The tables of the contract, read from the ledger's records in memory as the warehouse's views
 * read them from ClickHouse: the newest record of each key, the catalogue resolved when read.
 */
import type {
  LedgerCatalogue,
  LedgerDelta,
  LedgerIdentity,
  LedgerOrder,
  LedgerTouchpoint,
  Touch,
} from '@rosi/events';
import {
  ledgerCatalogue,
  ledgerIdentities,
  ledgerOrders,
  ledgerTouchpoints,
  type Topic,
} from '@rosi/events';
import type { ActualRow, ActualTables } from '../oracle/index.js';

const SHARE_PARTS = 1e12;

export type Output = <T>(topic: Topic<T>) => T[];
type Entry = Readonly<Record<string, string>>;

/** The newest record of each key. */
function newest<T extends { readonly revision: number }>(
  records: readonly T[],
  keyOf: (record: T) => string,
): T[] {
  const byKey = new Map<string, T>();
  for (const record of records) {
    const known = byKey.get(keyOf(record));
    if (known === undefined || known.revision < record.revision) byKey.set(keyOf(record), record);
  }
  return [...byKey.values()];
}

class Catalogue {
  readonly #entries = new Map<string, Entry>();

  constructor(records: readonly LedgerCatalogue[]) {
    for (const { entry } of newest(records, ledgerCatalogue.keyOf)) {
      this.#entries.set(`${entry.kind}:${entry.id}`, JSON.parse(entry.entry) as Entry);
    }
  }

  field(kind: string, id: string, name: string): string {
    return (id === '' ? undefined : this.#entries.get(`${kind}:${id}`)?.[name]) ?? '';
  }

  isOwned(code: string): boolean {
    const owners = ['influencer_id', 'post_id', 'program_id'];
    return owners.some((name) => this.field('coupon', code, name) !== '');
  }

  resolve(touch: Touch): ActualRow {
    const { couponCode, linkId } = touch;
    const from = (own: string, name: string): string =>
      own || this.field('link', linkId, name) || this.field('coupon', couponCode, name);
    const postId = from(touch.postId, 'post_id');
    const ofPost = (name: string) => this.field('post', postId, name);
    const isCoupon = touch.type === 'coupon';
    return {
      platform: isCoupon ? ofPost('platform') : touch.platform,
      medium: touch.medium,
      media_type: isCoupon ? ofPost('media_type') : touch.mediaType,
      post_id: postId,
      influencer_id: from(touch.influencerId, 'influencer_id') || ofPost('influencer_id'),
      campaign_id:
        from(touch.campaignId, 'campaign_id') || ofPost('campaign_id') || touch.utmCampaign,
      link_id: linkId,
      program_id: from(touch.programId, 'program_id'),
    };
  }
}

export function ledgerTables(output: Output): ActualTables {
  const catalogue = new Catalogue(output(ledgerCatalogue));
  const orders = newest(output(ledgerOrders), ledgerOrders.keyOf);
  const identities = newest(output(ledgerIdentities), ledgerIdentities.keyOf);
  return {
    orders_current: orders.map(orderRow),
    credits_current: orders.flatMap((order) => creditRows(order, catalogue)),
    touchpoints_current: [
      ...newest(output(ledgerTouchpoints), ledgerTouchpoints.keyOf).map((record) =>
        touchpointRow(record, identities, catalogue),
      ),
      ...orders.flatMap((order) => couponRows(order, catalogue)),
    ],
    identities_current: identities.map((record) => ({
      identifier_type: record.identifierType,
      identifier: record.identifier,
      person_id: record.personId,
      shared: record.shared,
      workspace: record.workspace,
    })),
  };
}

function orderRow(order: LedgerOrder): ActualRow {
  return {
    workspace: order.workspace,
    order_id: order.orderId,
    person_id: order.personId,
    occurred_at: order.orderedAt,
    currency: order.currency,
    gross: order.gross,
    tax: order.tax,
    shipping: order.shipping,
    refunded: order.refunded,
    net: order.net,
    new_customer: order.newCustomer,
  };
}

function creditRows(order: LedgerOrder, catalogue: Catalogue): ActualRow[] {
  return order.credits.map((credit) => {
    const touch = order.touches[credit.touch] as Touch;
    return {
      workspace: order.workspace,
      order_id: order.orderId,
      model: credit.model,
      touchpoint_id: touch.touchpointId,
      person_id: order.personId,
      ordered_at: order.orderedAt,
      touched_at: touch.touchedAt,
      ...catalogue.resolve(touch),
      currency: order.currency,
      credit: credit.credit,
      share: credit.share / SHARE_PARTS,
    };
  });
}

function touchpointRow(
  record: LedgerTouchpoint,
  identities: readonly LedgerIdentity[],
  catalogue: Catalogue,
): ActualRow {
  const identity = identities.find(
    ({ identifierType, identifier }) =>
      identifierType === record.identifierType && identifier === record.identifier,
  );
  return {
    workspace: record.workspace,
    touchpoint_id: record.touch.touchpointId,
    person_id: identity?.personId ?? '',
    type: record.touch.type,
    occurred_at: record.touch.touchedAt,
    ...catalogue.resolve(record.touch),
  };
}

function couponRows(order: LedgerOrder, catalogue: Catalogue): ActualRow[] {
  const owned = order.couponCodes.filter((code) => catalogue.isOwned(code));
  return owned.map((code) => ({
    workspace: order.workspace,
    touchpoint_id: `coupon:${order.orderId}:${code}`,
    person_id: order.personId,
    type: 'coupon',
    occurred_at: order.orderedAt,
    ...catalogue.resolve({
      touchpointId: '',
      type: 'coupon',
      touchedAt: order.orderedAt,
      platform: '',
      medium: 'coupon',
      mediaType: '',
      postId: '',
      influencerId: '',
      campaignId: '',
      linkId: '',
      programId: '',
      utmCampaign: '',
      couponCode: code,
    }),
  }));
}

/**
 * Σ signed differences, by everything a credit row holds: what the warehouse's sums are made of.
 * Cells that cancelled out are left out.
 */
export function summedDeltas(orders: readonly LedgerOrder[]): Map<string, [number, number]> {
  const sums = new Map<string, [number, number]>();
  for (const order of orders) {
    for (const delta of order.deltas) {
      const key = creditKey(order, delta, order.touches[delta.touch] as Touch);
      const [credit, share] = sums.get(key) ?? [0, 0];
      sums.set(key, [credit + delta.credit, share + delta.share]);
    }
  }
  for (const [key, [credit, share]] of sums) if (credit === 0 && share === 0) sums.delete(key);
  return sums;
}

/** The same cells from the newest records alone. */
export function presentCredits(orders: readonly LedgerOrder[]): Map<string, [number, number]> {
  const sums = new Map<string, [number, number]>();
  for (const order of newest(orders, ledgerOrders.keyOf)) {
    for (const { model, touch, credit, share } of order.credits) {
      const row = { model, ...order };
      sums.set(creditKey(order, row, order.touches[touch] as Touch), [credit, share]);
    }
  }
  return sums;
}

function creditKey(
  order: LedgerOrder,
  row: Pick<LedgerDelta, 'model' | 'personId' | 'orderedAt' | 'currency'>,
  touch: Touch,
): string {
  const { model, personId, orderedAt, currency } = row;
  return `${JSON.stringify([order.orderId, model, personId, orderedAt, currency])}${touchText(touch)}`;
}

/** A touch stands in many rows of its record. */
const touchTexts = new WeakMap<Touch, string>();

function touchText(touch: Touch): string {
  const known = touchTexts.get(touch) ?? JSON.stringify({ ...touch });
  touchTexts.set(touch, known);
  return known;
}
