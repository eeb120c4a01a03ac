/**
 * Stripe's webhooks: Checkout sessions, refunds, disputes. docs/webhooks.md has the table. Stripe
 * states what has come back of a charge as a running total, so a charge has one refund whose latest
 * statement counts: nothing depends on the order in which deliveries come.
 */
import * as z from 'zod';
import {
  type Delivery,
  defineAdapter,
  ignored,
  malformed,
  type Reading,
  withContentId,
} from './adapter.js';
import { amountOfUnits, partText } from './amounts.js';
import { at, firstText, listAt, stated, textAt, timeOfSeconds } from './reading.js';
import { customerId } from './shop-settings.js';
import { verifyStripe } from './signatures.js';

const settingsSchema = z.strictObject({
  /** Before Stripe's customer ids. */
  shop: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,32}$/, 'may have 1 to 32 letters and digits')
    .default('stripe'),
  order_prefix: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{0,32}$/, 'may have 32 letters and digits')
    .default(''),
  /** The field of `metadata` that names the shop's order. */
  order_metadata: z.string().min(1).max(40).default('order_id'),
  /** What `client_reference_id` holds; unless stated it is not read. */
  client_reference: z.enum(['order_id', 'user_id', 'anonymous_id']).optional(),
  /** Refunds count; off where the shop tells of its refunds itself, or they would count twice. */
  refunds: z.boolean().default(true),
  /** Test mode's events count too. */
  test_events: z.boolean().default(false),
});
type Settings = z.output<typeof settingsSchema>;

export const stripe = defineAdapter({
  source: 'stripe',
  settings: settingsSchema,
  verify: verifyStripe,
  read(delivery, settings) {
    const read = readers.get(textAt(delivery.body, 'type'));
    if (read === undefined) return ignored('topic');
    if (at(delivery.body, 'livemode') !== true && !settings.test_events) return ignored('test');
    const happenedAt = timeOfSeconds(at(delivery.body, 'created'));
    if (happenedAt === '') return malformed('created');
    const object = at(delivery.body, 'data.object');
    return read({ delivery, object, happenedAt, settings });
  },
});

interface Notice {
  readonly delivery: Delivery;
  readonly object: unknown;
  /** When Stripe's event was made. */
  readonly happenedAt: string;
  readonly settings: Settings;
}

const readers: ReadonlyMap<string, (notice: Notice) => Reading> = new Map([
  ['checkout.session.completed', readSession],
  ['checkout.session.async_payment_succeeded', readSession],
  ['charge.refunded', readCharge],
  ['charge.updated', readCharge],
  ['charge.dispute.created', readDispute],
  ['charge.dispute.updated', readDispute],
  ['charge.dispute.funds_withdrawn', readDispute],
  ['charge.dispute.funds_reinstated', readDispute],
  ['charge.dispute.closed', readDispute],
]);

const zeroDecimals: ReadonlySet<string> = new Set(
  'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '),
);
const threeDecimals: ReadonlySet<string> = new Set('BHD JOD KWD OMR TND'.split(' '));

/**
 * Stripe's own minor units (docs.stripe.com/currencies): they differ from ISO 4217 where Stripe
 * keeps two digits for currencies that lost theirs (ISK, UGX), or none where ISO has two (MGA).
 */
function amountOf(units: unknown, currency: string): string | undefined {
  const decimals = zeroDecimals.has(currency) ? 0 : threeDecimals.has(currency) ? 3 : 2;
  return amountOfUnits(units, decimals, currency);
}

const currencyOf = (object: unknown) => textAt(object, 'currency').toUpperCase();

/** An order of the shop that metadata names; else the payment itself is the order. */
function orderIdOf(object: unknown, settings: Settings, paths: readonly string[]): string {
  const id = firstText(object, [`metadata.${settings.order_metadata}`, ...paths]);
  return id === '' ? '' : settings.order_prefix + id;
}

/** The order's time is when it was paid, not when its checkout was opened. */
function readSession({ delivery, object: session, happenedAt, settings }: Notice): Reading {
  // A session of mode `setup` keeps a card and sells nothing.
  if (textAt(session, 'mode') === 'setup') return ignored('no_money');
  if (textAt(session, 'payment_status') === 'unpaid') return ignored('unpaid');
  const reference = settings.client_reference === 'order_id' ? ['client_reference_id'] : [];
  const orderId = orderIdOf(session, settings, [...reference, 'payment_intent', 'invoice', 'id']);
  const currency = currencyOf(session);
  if (textAt(session, 'id') === '' || currency === '') return malformed('data.object.id, currency');
  const money = (path: string) => amountOf(at(session, path), currency);
  const part = (path: string) => partText(money(path), currency);
  const event = stated({
    type: 'purchase',
    occurred_at: happenedAt,
    identifiers: sessionIdentifiers(session, settings),
    order: stated({
      order_id: orderId,
      total: money('amount_total'),
      currency,
      tax: part('total_details.amount_tax'),
      shipping: part('total_details.amount_shipping'),
    }),
  });
  return { kind: 'events', events: [withContentId('stripe:purchase', event, delivery)] };
}

function sessionIdentifiers(session: unknown, settings: Settings): Record<string, unknown> {
  const { client_reference: reference } = settings;
  const given = reference === undefined || reference === 'order_id' ? null : reference;
  return stated({
    user_id: textAt(session, 'metadata.user_id'),
    customer_id: customerId(settings.shop, textAt(session, 'customer')),
    email: firstText(session, ['customer_details.email', 'customer_email']),
    phone: textAt(session, 'customer_details.phone'),
    anonymous_id: textAt(session, 'metadata.rosi_anonymous_id'),
    click_id: textAt(session, 'metadata.rosi_click'),
    ...(given === null ? {} : stated({ [given]: textAt(session, 'client_reference_id') })),
  });
}

function readCharge({ delivery, object: charge, happenedAt, settings }: Notice): Reading {
  if (!settings.refunds) return ignored('refunds_off');
  // A change that is none of the money has no earlier amount.
  const earlier = at(delivery.body, 'data.previous_attributes.amount_refunded');
  const isRefund = textAt(delivery.body, 'type') === 'charge.refunded';
  if (!isRefund && earlier === undefined) return ignored('no_money');
  const id = textAt(charge, 'id');
  const refunded = at(charge, 'amount_refunded');
  if (id === '' || typeof refunded !== 'number') return malformed('data.object.amount_refunded');
  const orderIds = ordersOf(charge, settings);
  return refundReading({ id, orderIds, units: refunded, object: charge, happenedAt });
}

/**
 * The names that its order may have: a session goes by its payment, that of a subscription by its
 * invoice, and a charge may have both. A refund of an order that is none makes no row.
 */
function ordersOf(charge: unknown, settings: Settings): string[] {
  const byPayment = orderIdOf(charge, settings, ['payment_intent', 'id']);
  const byInvoice = orderIdOf(charge, settings, ['invoice']);
  return byInvoice === '' || byInvoice === byPayment ? [byPayment] : [byPayment, byInvoice];
}

/** Decided: some within the second in which they were opened. The word sorts above all digits. */
const closedStatuses: ReadonlySet<string> = new Set(['lost', 'won', 'prevented']);

/** Where the bank still holds or has taken the money; an inquiry (`warning_…`) has moved none. */
const lostStatuses: ReadonlySet<string> = new Set(['needs_response', 'under_review', 'lost']);
const wonStatuses: ReadonlySet<string> = new Set(['won', 'prevented']);

/**
 * A dispute may be prevented by taking the money without a chargeback (Visa's Rapid Dispute Resolution).
 * Stripe lists what it has withdrawn and, as the second, what it has reinstated.
 */
const isWithdrawn = (dispute: unknown) => listAt(dispute, 'balance_transactions').length === 1;

function readDispute({ object: dispute, happenedAt, settings }: Notice): Reading {
  const id = textAt(dispute, 'id');
  const status = textAt(dispute, 'status');
  const amount = at(dispute, 'amount');
  if (id === '' || typeof amount !== 'number') return malformed('data.object.id or amount');
  if (!lostStatuses.has(status) && !wonStatuses.has(status)) return ignored('inquiry');
  const orderIds = [orderIdOf(dispute, settings, ['payment_intent', 'charge'])];
  const isLost = lostStatuses.has(status) || (status === 'prevented' && isWithdrawn(dispute));
  const units = isLost ? amount : 0;
  const place = closedStatuses.has(status) ? 'closed:' : '';
  return refundReading({ id, orderIds, units, object: dispute, happenedAt, place });
}

interface Repaid {
  readonly id: string;
  readonly orderIds: readonly string[];
  /** In Stripe's minor units. */
  readonly units: number;
  readonly object: unknown;
  readonly happenedAt: string;
  /** Before the amount in the id, where something else decides first. */
  readonly place?: string;
}

const unitDigits = 16;

/** Of two statements of one second, the one with the larger amount has the larger id and counts. */
function refundReading({ id, orderIds, units, object, happenedAt, place = '' }: Repaid): Reading {
  const currency = currencyOf(object);
  const amount = String(units).padStart(unitDigits, '0');
  const version = `${Date.parse(happenedAt) / 1_000}:${place}${amount}`;
  const total = amountOf(units, currency);
  const events = orderIds.map((order_id, index) => {
    const suffix = index === 0 ? '' : ':invoice';
    return {
      event_id: `stripe:refund:${id}:${version}${suffix}`,
      type: 'refund',
      occurred_at: happenedAt,
      refund: { refund_id: `${id}${suffix}`, order_id, total, currency },
    };
  });
  return { kind: 'events', events };
}
