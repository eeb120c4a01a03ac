/**
 * A shop's mixed traffic, seeded: visits with and without campaign parameters, tracked clicks with
 * the landing that follows them, views and interactions on social networks, logins on several
 * devices, orders told twice (by the page and by the shop), refunds, coupons, the catalogue, bots,
 * refused consent, repeats and late arrivals. `expected()` tells what the tables must then hold; it
 * is worked out here, from what each event was made to be, by no code of the product.
 */
import { Ledger } from './expected.mjs';
import { randomNumbers, uuidOf } from './random.mjs';

const startMs = Date.parse('2025-01-01T00:00:00Z');
const spanMs = 60 * 24 * 3_600_000;
const lateMsMax = 6 * 3_600_000;
const eventsPerPerson = 12;
const recentMax = 500;
const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15',
];
const botAgent = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const networks = ['mastodon', 'instagram', 'tiktok', 'youtube'];
const currencies = [
  { code: 'EUR', digits: 2, below: 0.8 },
  { code: 'USD', digits: 2, below: 0.95 },
  { code: 'JPY', digits: 0, below: 1 },
];

/** The mix: each kind until its bound of a number from 0 to 1. Follow-ups come on top. */
const mix = [
  { below: 0.4, make: 'internalPage' },
  { below: 0.54, make: 'landing' },
  { below: 0.68, make: 'view' },
  { below: 0.8, make: 'trackedClick' },
  { below: 0.865, make: 'interaction' },
  { below: 0.925, make: 'login' },
  { below: 0.935, make: 'lead' },
  { below: 0.98, make: 'order' },
  { below: 0.989, make: 'refund' },
  { below: 0.994, make: 'catalogueEntry' },
  { below: 1, make: 'botPage' },
];

/**
 * @typedef {{ touchpoint?: boolean, bot?: boolean, order?: import('./expected.mjs').OrderFact,
 *   refund?: import('./expected.mjs').RefundFact, entry?: { kind: string, id: string } }} Facts
 * @typedef {{ event: Record<string, unknown>, facts: Facts }} Made
 */

export class MixedEvents {
  /** @param {{ events: number, seed: number }} options */
  constructor({ events, seed }) {
    this.events = events;
    this.seed = seed;
    this.random = randomNumbers(seed);
    this.persons = Math.max(20, Math.floor(events / eventsPerPerson));
    this.posts = Math.max(10, Math.min(500, Math.floor(events / 200)));
    /** Follow-ups that wait for their turn. @type {(() => Made)[]} */
    this.waiting = [];
    /** Orders that have been told. @type {import('./expected.mjs').OrderFact[]} */
    this.told = [];
    /** The newest events, from which repeats are taken. @type {Record<string, unknown>[]} */
    this.recent = [];
    this.orders = 0;
    this.clicks = 0;
    this.at = 0;
    this.ledger = new Ledger();
  }

  /** Every event in the order in which it is sent; once. */
  *[Symbol.iterator]() {
    for (this.at = 0; this.at < this.events; this.at++) yield this.#next();
  }

  /** What the tables must hold once all are settled. */
  expected() {
    return this.ledger.expected();
  }

  #next() {
    if (this.recent.length > 0 && this.random() < 0.01) {
      this.ledger.repeat();
      return this.recent[this.#below(this.recent.length)];
    }
    const due = this.waiting.length > 0 && this.random() < 0.3 ? this.waiting.shift() : undefined;
    const { event, facts } = due === undefined ? this.#fresh() : due();
    this.ledger.add(event, facts);
    if (this.recent.length < recentMax) this.recent.push(event);
    else this.recent[this.at % recentMax] = event;
    return event;
  }

  /** @returns {Made} */
  #fresh() {
    const number = this.random();
    const kind = mix.find(({ below }) => number < below)?.make ?? 'internalPage';
    if (kind === 'catalogueEntry') return this.#catalogueEntry();
    if (kind === 'refund') return this.#refund();
    if (kind === 'botPage') return this.#botPage();
    // Squared: a few persons are far more active than most.
    const person = Math.floor(this.random() ** 2 * this.persons);
    switch (kind) {
      case 'landing':
        return this.#landing(person);
      case 'view':
        return this.#view(person);
      case 'trackedClick':
        return this.#trackedClick(person);
      case 'interaction':
        return this.#interaction(person);
      case 'login':
        return this.#login(person);
      case 'order':
        return this.#order(person);
      case 'lead':
        return this.#page(person, { type: 'lead', page: this.#pageOf('/newsletter') }, {});
      default:
        return this.#internalPage(person);
    }
  }

  /** @param {number} bound */
  #below(bound) {
    return Math.floor(this.random() * bound);
  }

  /** @param {string} type */
  #base(type) {
    const lateMs = this.random() < 0.05 ? this.random() * lateMsMax : 0;
    const atMs = startMs + (this.at / this.events) * spanMs - lateMs;
    return {
      event_id: uuidOf(`event ${this.seed}`, this.at),
      type,
      occurred_at: new Date(atMs).toISOString(),
    };
  }

  /** One, two or three devices a person. @param {number} person */
  #device(person) {
    const count = person % 7 === 0 ? 3 : person % 3 === 0 ? 2 : 1;
    return uuidOf('device', person * 3 + this.#below(count));
  }

  /** @param {string} path @param {string} [referrer] */
  #pageOf(path, referrer = 'https://shop.example/') {
    return { url: `https://shop.example${path}`, referrer, title: 'Shop' };
  }

  /**
   * An event of a browser; one of a hundred people refuses analytics.
   * @param {number} person @param {Record<string, unknown> & { type: string }} event
   * @param {Facts} facts @returns {Made}
   */
  #page(person, { type, ...rest }, facts) {
    const refuses = person % 100 === 99;
    const event = {
      ...this.#base(type),
      identifiers: { anonymous_id: this.#device(person) },
      user_agent: agents[person % agents.length],
      ...(refuses ? { consent: { analytics: false } } : {}),
      ...rest,
    };
    return { event, facts };
  }

  /** @param {number} person @returns {Made} */
  #internalPage(person) {
    return this.#page(person, { type: 'page', page: this.#pageOf(`/p/${this.#below(300)}`) }, {});
  }

  /** The first page of a visit. @param {number} person @returns {Made} */
  #landing(person) {
    const number = this.random();
    const path = `/p/${this.#below(300)}`;
    if (number < 0.25) {
      const direct = { page: this.#pageOf(path, ''), properties: { session_start: true } };
      return this.#page(person, { type: 'page', ...direct }, { touchpoint: true });
    }
    if (number < 0.5) {
      const page = this.#pageOf(path, 'https://www.google.com/');
      return this.#page(person, { type: 'page', page }, { touchpoint: true });
    }
    const source = number < 0.75 ? 'newsletter&utm_medium=email' : 'instagram&utm_medium=social';
    const campaign = `utm_source=${source}&utm_campaign=c-${this.#below(20)}`;
    const ad = number > 0.9 ? `&gclid=${uuidOf('ad', this.at)}` : '';
    const page = this.#pageOf(`${path}?${campaign}${ad}`, '');
    return this.#page(person, { type: 'page', page }, { touchpoint: true });
  }

  /** @param {number} person @returns {Made} */
  #view(person) {
    const post = this.#below(this.posts);
    const where = { post_id: `p-${post}`, platform: networks[post % networks.length] };
    return this.#page(person, { type: 'view', medium: 'social', ...where }, { touchpoint: true });
  }

  /**
   * A tracked link knows the click alone; the page it leads to brings click and browser together.
   * @param {number} person @returns {Made}
   */
  #trackedClick(person) {
    const clickId = uuidOf('click', this.clicks++);
    const link = this.#below(200);
    this.waiting.push(() => {
      const path = `/p/${this.#below(300)}?rosi_click=${clickId}`;
      return this.#page(person, { type: 'page', page: this.#pageOf(path, '') }, {});
    });
    const event = {
      ...this.#base('click'),
      identifiers: { click_id: clickId },
      user_agent: agents[person % agents.length],
      link_id: `l-${link}`,
      post_id: `p-${link % this.posts}`,
      platform: networks[link % networks.length],
      medium: 'social',
    };
    return { event, facts: { touchpoint: true } };
  }

  /** @param {number} person */
  #handle(person) {
    return `mastodon:@person${person}@social.example`;
  }

  /** @param {number} person @returns {Made} */
  #interaction(person) {
    const kinds = ['like', 'share', 'comment', 'follow'];
    const kind = kinds[this.#below(kinds.length)];
    const event = {
      ...this.#base('interaction'),
      identifiers: { handle: this.#handle(person) },
      platform: 'mastodon',
      medium: 'social',
      post_id: `p-${this.#below(this.posts)}`,
      interaction: kind === 'comment' ? { kind, text: 'Where can I get this one?' } : { kind },
    };
    return { event, facts: { touchpoint: true } };
  }

  /** Seven of ten have an account; some of them told their name on a network. @param {number} person */
  #account(person) {
    return {
      user_id: `u-${person}`,
      email: `Person.${person}@Mail.example`,
      ...(person % 10 < 2 ? { handle: this.#handle(person) } : {}),
    };
  }

  /** @param {number} person @returns {Made} */
  #login(person) {
    if (person % 10 >= 7) return this.#internalPage(person);
    const identifiers = { ...this.#account(person), anonymous_id: this.#device(person) };
    return { event: { ...this.#base('identify'), identifiers }, facts: {} };
  }

  /** The thank-you page tells of the order first, then the shop does. @param {number} person */
  #order(person) {
    const number = this.random();
    const currency = currencies.find(({ below }) => number < below) ?? currencies[0];
    const id = `${1_000_000 + this.orders++}`;
    const total = 500 + this.#below(30_000);
    const fact = { id, currency: currency.code, digits: currency.digits, total };
    const code = this.random() < 0.1 ? [`CODE${this.#below(60)}`] : [];
    const stated = {
      order_id: id,
      total: amountText(total, currency.digits),
      currency: currency.code,
    };
    this.waiting.push(() => this.#shopOrder(person, fact, { ...stated, coupon_codes: code }));
    const event = {
      ...this.#base('purchase'),
      identifiers: { anonymous_id: this.#device(person) },
      page: this.#pageOf('/thank-you'),
      user_agent: agents[person % agents.length],
      order: stated,
    };
    this.told.push(fact);
    return { event, facts: { order: fact } };
  }

  /**
   * @param {number} person @param {import('./expected.mjs').OrderFact} fact
   * @param {Record<string, unknown>} order @returns {Made}
   */
  #shopOrder(person, fact, order) {
    const customer = person % 10 < 7 ? this.#account(person) : {};
    const items = [{ sku: `s-${this.#below(300)}`, name: 'Thing', quantity: 1 }];
    const event = {
      ...this.#base('purchase'),
      identifiers: { ...customer, customer_id: `shopify:${person}` },
      order: { ...order, items },
    };
    return { event, facts: { order: fact } };
  }

  /** @returns {Made} */
  #refund() {
    const order = this.told[this.#below(this.told.length)];
    if (order === undefined) return this.#catalogueEntry();
    const whole = this.random() < 0.3;
    const amount = whole ? order.total : 1 + this.#below(order.total);
    const event = {
      ...this.#base('refund'),
      refund: {
        refund_id: `r-${this.at}`,
        order_id: order.id,
        total: amountText(amount, order.digits),
        currency: order.currency,
      },
    };
    return { event, facts: { refund: { order: order.id, amount } } };
  }

  /** @returns {Made} */
  #catalogueEntry() {
    const base = { ...this.#base('post') };
    const at = this.at;
    const post = this.#below(this.posts);
    const [kind, id, body] = pick(this.#below(6), {
      post: [`p-${post}`, { platform: networks[post % 4], published_at: '2024-12-24T09:00:00Z' }],
      influencer: [`i-${at % 50}`, { name: `Influencer ${at % 50}` }],
      campaign: [`c-${at % 20}`, { name: `Campaign ${at % 20}` }],
      link: [`l-${at % 200}`, { url: 'https://shop.example/', post_id: `p-${at % this.posts}` }],
      coupon: [`CODE${at % 60}`, { influencer_id: `i-${at % 50}` }],
      spend: [`s-${at}`, spendOf(at)],
    });
    const idField = kind === 'coupon' ? 'code' : `${kind}_id`;
    return {
      event: { ...base, type: kind, [kind]: { [idField]: id, ...body } },
      facts: { entry: { kind, id } },
    };
  }

  /** @returns {Made} */
  #botPage() {
    const event = {
      ...this.#base('page'),
      identifiers: { anonymous_id: uuidOf('bot', this.at) },
      page: this.#pageOf('/', 'https://www.google.com/'),
      user_agent: botAgent,
    };
    return { event, facts: { bot: true } };
  }
}

/** @param {number} at */
function spendOf(at) {
  return { date: '2025-01-15', amount: '12.50', currency: 'EUR', campaign_id: `c-${at % 20}` };
}

/**
 * @param {number} at @param {Record<string, [string, Record<string, unknown>]>} entries
 * @returns {[string, string, Record<string, unknown>]}
 */
function pick(at, entries) {
  const [kind, [id, body]] = Object.entries(entries)[at];
  return [kind, id, body];
}

/** @param {number} minorUnits @param {number} digits */
function amountText(minorUnits, digits) {
  if (digits === 0) return String(minorUnits);
  const text = String(minorUnits).padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
