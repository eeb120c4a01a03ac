/**
 * What the tables must hold, kept while the events are made: counts, money and persons. It shares
 * no code with the product, so that a benchmark can't be fast by being wrong.
 */

/**
 * @typedef {{ id: string, currency: string, digits: number, total: number }} OrderFact
 * @typedef {{ order: string, amount: number }} RefundFact
 * @typedef {{ orders: number, gross: number, refunded: number, net: number, withCredit: number }}
 *   CurrencyFigures
 */

export class Ledger {
  constructor() {
    this.events = 0;
    this.repeats = 0;
    this.touchpoints = 0;
    /** @type {Map<string, { currency: string, total: number, refunded: number }>} */
    this.orders = new Map();
    /** @type {Map<string, Set<string>>} */
    this.catalogue = new Map();
    /** @type {Map<string, number>} */
    this.types = new Map();
    this.people = new People();
  }

  repeat() {
    this.repeats++;
  }

  /**
   * @param {Record<string, any>} event
   * @param {import('./mixed-events.mjs').Facts} facts
   */
  add(event, { touchpoint = false, bot = false, order, refund, entry }) {
    this.events++;
    this.types.set(event.type, (this.types.get(event.type) ?? 0) + 1);
    if (touchpoint) this.touchpoints++;
    if (order !== undefined && !this.orders.has(order.id)) {
      this.orders.set(order.id, { currency: order.currency, total: order.total, refunded: 0 });
    }
    if (refund !== undefined) this.orders.get(refund.order).refunded += refund.amount;
    if (entry !== undefined) {
      const known = this.catalogue.get(entry.kind) ?? new Set();
      this.catalogue.set(entry.kind, known.add(entry.id));
    }
    if (!bot) this.people.join(identifiersOf(event));
  }

  expected() {
    return {
      accepted: this.events + this.repeats,
      events: this.events,
      repeats: this.repeats,
      touchpoints: this.touchpoints,
      identifiers: this.people.identifiers(),
      persons: this.people.count(),
      types: Object.fromEntries([...this.types].sort()),
      catalogue: Object.fromEntries([...this.catalogue].map(([kind, ids]) => [kind, ids.size])),
      money: this.#money(),
    };
  }

  /** By currency, in minor units. @returns {Record<string, CurrencyFigures>} */
  #money() {
    /** @type {Record<string, CurrencyFigures>} */
    const money = {};
    for (const { currency, total, refunded } of this.orders.values()) {
      money[currency] ??= { orders: 0, gross: 0, refunded: 0, net: 0, withCredit: 0 };
      const figures = money[currency];
      const net = Math.max(0, total - refunded);
      figures.orders++;
      figures.gross += total;
      figures.refunded += refunded;
      figures.net += net;
      if (net > 0) figures.withCredit++;
    }
    return money;
  }
}

/**
 * The identifiers that an event of the generator carries; its identifiers are never shared ones.
 * @param {Record<string, any>} event
 */
function identifiersOf(event) {
  const orderId = event.order?.order_id ?? event.refund?.order_id;
  const order = orderId === undefined ? [] : [`order_id:${orderId}`];
  if (event.consent?.analytics === false) return order;
  const stated = Object.entries(event.identifiers ?? {}).map(([type, id]) =>
    `${type}:${id}`.toLowerCase(),
  );
  const url = event.page?.url ?? '';
  const click = /[?&](rosi_click|gclid)=([^&]+)/.exec(url);
  if (click !== null) stated.push(`click_id:${click[1] === 'gclid' ? 'gclid:' : ''}${click[2]}`);
  return [...stated, ...order];
}

/** Connected components, by union with path halving. */
class People {
  constructor() {
    /** @type {Map<string, number>} */
    this.numbers = new Map();
    /** @type {number[]} */
    this.parents = [];
  }

  /** @param {string[]} identifiers */
  join(identifiers) {
    const numbers = identifiers.map((identifier) => this.#number(identifier));
    for (let at = 1; at < numbers.length; at++) {
      this.parents[this.#root(numbers[at])] = this.#root(numbers[0]);
    }
  }

  identifiers() {
    return this.parents.length;
  }

  count() {
    return this.parents.reduce((sum, parent, at) => sum + (parent === at ? 1 : 0), 0);
  }

  /** @param {string} identifier */
  #number(identifier) {
    const known = this.numbers.get(identifier);
    if (known !== undefined) return known;
    const number = this.parents.push(this.parents.length) - 1;
    this.numbers.set(identifier, number);
    return number;
  }

  /** @param {number} start */
  #root(start) {
    let at = start;
    while (this.parents[at] !== at) {
      this.parents[at] = this.parents[this.parents[at]];
      at = this.parents[at];
    }
    return at;
  }
}
