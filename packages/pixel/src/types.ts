/**
 * What a page may tell the pixel. Names are those of the event API (docs/events.md), so that one
 * page documents both.
 */

/** Where events go, and what may be stored before anybody was asked. */
export interface PixelOptions {
  /** The collector's address, `https://rosi.shop.example` for example. */
  readonly host: string;
  /** The public key of the workspace; it can only collect. */
  readonly writeKey: string;
  /** `strict`: nothing is stored, and nobody recognised, before `consent({analytics: true})`. */
  readonly consent?: 'strict';
}

export interface Consent {
  readonly analytics?: boolean;
  readonly marketing?: boolean;
}

/** Who it is. `email` and `phone` (E.164) are hashed where they arrive and stored by nobody. */
export interface Identifiers {
  readonly user_id?: string | number;
  readonly customer_id?: string | number;
  readonly email?: string;
  readonly phone?: string;
  readonly handle?: string;
}

/** Decimals as text keep their digits; a number is taken by its shortest decimal. */
export type Amount = string | number;

export interface Order {
  /** The shop's own number of the order: the one that its webhook states too. */
  readonly order_id: string | number;
  /** What the customer pays, tax and shipping included. */
  readonly total?: Amount;
  /** ISO 4217, `EUR` for example. */
  readonly currency?: string;
  readonly coupon_codes?: readonly string[];
  readonly tax?: Amount;
  readonly shipping?: Amount;
  readonly items?: readonly Item[];
}

export interface Item {
  readonly sku?: string;
  readonly name?: string;
  readonly quantity?: number;
  readonly unit_price?: Amount;
}

/** Any event that a write key may send, as docs/events.md describes it. */
export interface PixelEvent {
  readonly type: 'view' | 'click' | 'interaction' | 'page' | 'lead' | 'purchase' | 'identify';
  readonly event_id?: string;
  readonly identifiers?: Identifiers;
  readonly order?: Order;
  readonly page?: { readonly url?: string; readonly referrer?: string; readonly title?: string };
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface Rosi {
  /** Says who the visitor is: after a login, a newsletter sign-up, a form. */
  identify(identifiers: Identifiers): void;
  /** An order. Told again (a reload, a second tab), it is the same order. */
  purchase(order: Order, identifiers?: Identifiers): void;
  /** What the visitor allows. It is remembered, but for a refusal in strict mode. */
  consent(consent: Consent): void;
  /** A page view. Page loads and the history's changes are told without it. */
  page(): void;
  /** Any other event: `event({type: 'lead'})`. */
  event(event: PixelEvent): void;
  /** The visitor's id, for a cart attribute for example; empty where it may not be known. */
  anonymousId(): string;
  /** A call as a list: `push(['identify', {email}])`. It works before the script has loaded too. */
  push(...calls: (readonly [string, ...unknown[]])[]): void;
}
