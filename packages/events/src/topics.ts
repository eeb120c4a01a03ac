/**
 * The topics of the pipeline: name, codec, and the key as a function of the value. Keys begin with
 * the workspace, so that no two workspaces ever share a node.
 */
import type { Codec } from './codec.js';
import {
  type CollectedEvent,
  type ContributionMade,
  type CouponResolved,
  type CouponUsed,
  collectedEventCodec,
  contributionMadeCodec,
  couponResolvedCodec,
  couponUsedCodec,
  type ErasureAsked,
  erasureAskedCodec,
  type Identifier,
  type IdentifiersSuppressed,
  identifiersSuppressedCodec,
  type LedgerCatalogue,
  type LedgerErasure,
  type LedgerIdentity,
  type LedgerOrder,
  type LedgerSuppression,
  type LedgerTouchpoint,
  type LinksObserved,
  ledgerCatalogueCodec,
  ledgerErasureCodec,
  ledgerIdentityCodec,
  ledgerOrderCodec,
  ledgerSuppressionCodec,
  ledgerTouchpointCodec,
  linksObservedCodec,
  type OrderAttributed,
  orderAttributedCodec,
  type PersonAssigned,
  personAssignedCodec,
  type TiesAsked,
  type TiesTold,
  tiesAskedCodec,
  tiesToldCodec,
  type UpkeepBegun,
  upkeepBegunCodec,
  type WalkContinued,
  type WorkContinued,
  walkContinuedCodec,
  workContinuedCodec,
} from './generated/records.js';

/** A stream of records of one type; records of one key keep their order. */
export interface Topic<T> {
  readonly name: string;
  readonly codec: Codec<T>;
  /** Decides the partition: all records of one key are in one partition. */
  keyOf(value: T): string;
  /** Where it is set it decides instead of the key: that partition, or every one of the topic. */
  partitionOf?(value: T): number | 'every';
  /**
   * Of topics that come from outside: true for a record that is handled alone. Whatever stood in
   * any partition before it was met is handled to its end first, and nothing after it begins
   * before it has itself been handled to its end.
   */
  isBarrier?(value: T): boolean;
}

/** `type:value`, the key of an identifier's node. Types contain no colon, values may. */
export function identifierKey(identifier: Identifier): string {
  return `${identifier.type}:${identifier.value}`;
}

/** The inverse of {@link identifierKey}. */
export function parseIdentifierKey(key: string): Identifier {
  const colon = key.indexOf(':');
  return { type: key.slice(0, colon), value: key.slice(colon + 1) };
}

/** The node an accepted event goes to: its strongest identifier, catalogue entry, or itself. */
export function eventNode(event: CollectedEvent): string {
  if (event.catalogue !== null) return `${event.catalogue.kind}:${event.catalogue.id}`;
  const strongest = event.identifiers[0];
  return strongest === undefined ? `event:${event.eventId}` : identifierKey(strongest);
}

const orderNode = (value: { readonly workspace: string; readonly orderId: string }) =>
  `${value.workspace}/order_id:${value.orderId}`;

/** An erasure, and the word that all it caused has been done: each is handled alone. */
const isErasure = (event: CollectedEvent) => event.catalogue?.kind === 'erasure';

/** Events as accepted, repeats included; the only topic that producers write. */
export const eventsCollected: Topic<CollectedEvent> = {
  name: 'events.collected',
  codec: collectedEventCodec,
  // The two records of an erasure stand side by side.
  keyOf: (event) => `${event.workspace}/${isErasure(event) ? event.catalogue?.id : event.eventId}`,
  isBarrier: isErasure,
};
/** Each event once, on its way to its strongest identifier or catalogue entry. */
export const eventsAccepted: Topic<CollectedEvent> = {
  name: 'events.accepted',
  codec: collectedEventCodec,
  keyOf: (event) => `${event.workspace}/${eventNode(event)}`,
};
export const linksObserved: Topic<LinksObserved> = {
  name: 'links.observed',
  codec: linksObservedCodec,
  keyOf: (value) => value.workspace,
};
export const personsAssigned: Topic<PersonAssigned> = {
  name: 'persons.assigned',
  codec: personAssignedCodec,
  keyOf: (value) => `${value.workspace}/${value.identifier}`,
};
export const contributionsMade: Topic<ContributionMade> = {
  name: 'contributions.made',
  codec: contributionMadeCodec,
  keyOf: (value) => `${value.workspace}/${value.personId}`,
};
export const ordersAttributed: Topic<OrderAttributed> = {
  name: 'orders.attributed',
  codec: orderAttributedCodec,
  keyOf: orderNode,
};
export const couponsUsed: Topic<CouponUsed> = {
  name: 'coupons.used',
  codec: couponUsedCodec,
  keyOf: (value) => `${value.workspace}/coupon:${value.code}`,
};
export const couponsResolved: Topic<CouponResolved> = {
  name: 'coupons.resolved',
  codec: couponResolvedCodec,
  keyOf: orderNode,
};
/** A node's word to itself: a paged piece of work goes on. */
export const workContinued: Topic<WorkContinued> = {
  name: 'work.continued',
  codec: workContinuedCodec,
  keyOf: (value) => `${value.workspace}/${value.node}`,
};
/** A journey's word to itself: orders have still to be told. */
export const journeysContinued: Topic<WorkContinued> = {
  name: 'journeys.continued',
  codec: workContinuedCodec,
  keyOf: (value) => `${value.workspace}/${value.node}`,
};
export const ledgerOrders: Topic<LedgerOrder> = {
  name: 'ledger.orders',
  codec: ledgerOrderCodec,
  keyOf: orderNode,
};
export const ledgerTouchpoints: Topic<LedgerTouchpoint> = {
  name: 'ledger.touchpoints',
  codec: ledgerTouchpointCodec,
  keyOf: (value) => `${value.workspace}/${value.touch.touchpointId}`,
};
export const ledgerIdentities: Topic<LedgerIdentity> = {
  name: 'ledger.identities',
  codec: ledgerIdentityCodec,
  keyOf: (value) => `${value.workspace}/${value.identifierType}:${value.identifier}`,
};
export const ledgerCatalogue: Topic<LedgerCatalogue> = {
  name: 'ledger.catalogue',
  codec: ledgerCatalogueCodec,
  keyOf: (value) => `${value.workspace}/${value.entry.kind}:${value.entry.id}`,
};
/** Going through all of a workspace: every task of the processors that read it takes its part. */
export const upkeepBegun: Topic<UpkeepBegun> = {
  name: 'upkeep.begun',
  codec: upkeepBegunCodec,
  keyOf: (value) => value.workspace,
  partitionOf: () => 'every',
};
/** A task's word to itself: going through its nodes goes on. */
export const nodesWalked: Topic<WalkContinued> = {
  name: 'nodes.walked',
  codec: walkContinuedCodec,
  keyOf: (value) => value.workspace,
  partitionOf: (value) => value.partition,
};
/** A task's word to itself: going through its journeys goes on. */
export const journeysWalked: Topic<WalkContinued> = {
  name: 'journeys.walked',
  codec: walkContinuedCodec,
  keyOf: (value) => value.workspace,
  partitionOf: (value) => value.partition,
};
export const erasuresAsked: Topic<ErasureAsked> = {
  name: 'erasures.asked',
  codec: erasureAskedCodec,
  keyOf: (value) => value.workspace,
};
export const tiesAsked: Topic<TiesAsked> = {
  name: 'ties.asked',
  codec: tiesAskedCodec,
  keyOf: (value) => `${value.workspace}/${value.personId}`,
};
export const tiesTold: Topic<TiesTold> = {
  name: 'ties.told',
  codec: tiesToldCodec,
  keyOf: (value) => value.workspace,
};
export const identifiersSuppressed: Topic<IdentifiersSuppressed> = {
  name: 'identifiers.suppressed',
  codec: identifiersSuppressedCodec,
  keyOf: (value) => value.workspace,
  partitionOf: () => 'every',
};
export const ledgerSuppressions: Topic<LedgerSuppression> = {
  name: 'ledger.suppressions',
  codec: ledgerSuppressionCodec,
  // One partition has the whole list, in order.
  keyOf: (value) => value.workspace,
};
export const ledgerErasures: Topic<LedgerErasure> = {
  name: 'ledger.erasures',
  codec: ledgerErasureCodec,
  keyOf: (value) => value.workspace,
};
