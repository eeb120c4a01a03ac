/**
 * Why an event is not accepted: a closed list of codes, each with what to do about it. The texts
 * never contain anything of the event, so they may be logged and counted.
 */
import { eventTypes, interactionKinds, media, mediaTypes, pixelEventTypes } from './vocabulary.js';

/** Each code with its remedy; docs/events.md names every one (held by a test). */
export const rejectionRemedies = {
  not_an_object: 'An event is a JSON object: send {"type": …, …}.',
  type_missing: `State "type", one of: ${eventTypes.join(', ')}.`,
  type_unknown: `"type" must be one of: ${eventTypes.join(', ')}.`,
  type_not_allowed: `A write key may send only ${pixelEventTypes.join(', ')}; use the secret key.`,
  event_id_invalid: '"event_id" must be a text (or integer) of 1 to 128 characters, or be absent.',
  event_id_reserved:
    'The "event_id" of a touchpoint may be neither "unattributed" nor "coupon:…:…": these name ' +
    "ROSI's own touchpoints.",
  occurred_at_invalid:
    '"occurred_at" must be ISO 8601 with a time and a zone, such as "2026-03-01T10:00:00Z".',
  occurred_at_too_early: '"occurred_at" lies before 1970: send the time at which it happened.',
  occurred_at_in_future: '"occurred_at" is more than 24 hours ahead: check the sender\'s clock.',
  consent_invalid:
    '"consent" must be an object whose "analytics" and "marketing" are true or false, or absent.',
  medium_unknown: `"medium" must be one of: ${media.join(', ')}; or be absent.`,
  media_type_unknown: `"media_type" must be one of: ${mediaTypes.join(', ')}; or be absent.`,
  interaction_kind_unknown: `"interaction.kind" must be one of: ${interactionKinds.join(', ')}.`,
  order_id_missing:
    'State the order\'s id, 1 to 256 characters: "order.order_id" of a purchase, ' +
    '"refund.order_id" of a refund.',
  refund_id_missing: 'State "refund.refund_id", 1 to 256 characters: it makes repeats harmless.',
  refund_total_missing: 'State "refund.total", the amount paid back.',
  amount_invalid: 'An amount must be a decimal such as "129.90": digits, at most one point.',
  amount_negative: 'An amount must not be negative; what is paid back is a "refund" event.',
  amount_too_precise:
    'An amount has more digits after the point than its currency (JPY 0, EUR 2, KWD 3), ' +
    'trailing zeros included.',
  amount_too_large: 'An amount may be at most 999999999999999 minor units.',
  currency_missing: 'State "currency" beside the amount, such as "EUR".',
  currency_unknown: '"currency" must be a current ISO 4217 code in upper case, such as "EUR".',
  coupon_codes_invalid: '"order.coupon_codes" must be a list of codes, or one, or be absent.',
  catalogue_id_missing:
    'State the entry with its id (1 to 256 characters) under the name of its type, ' +
    'such as {"type": "post", "post": {"post_id": "p-1"}}.',
  catalogue_field_invalid:
    'A time must be ISO 8601 with a zone (or a date, YYYY-MM-DD) and of the years 1970 to 2299, ' +
    '"commission_rate" a number of at least 0.',
  spend_amount_missing: 'State "spend.amount", what was spent.',
  spend_date_invalid:
    'State "spend.date" as YYYY-MM-DD, the day on which it was spent, of the years 1900 to 2299.',
  unlink_needs_two_identifiers:
    'An unlink names exactly two usable identifiers (an order by "order.order_id" counts as ' +
    'one): the link between them is removed.',
} as const;

export type RejectionCode = keyof typeof rejectionRemedies;

export const rejectionCodes = Object.keys(rejectionRemedies) as readonly RejectionCode[];

/** Takes the first reason that reading an event finds; reading goes on, the event does not. */
export class Rejections {
  #first: RejectionCode | null = null;

  get first(): RejectionCode | null {
    return this.#first;
  }

  add(code: RejectionCode): void {
    this.#first ??= code;
  }
}
