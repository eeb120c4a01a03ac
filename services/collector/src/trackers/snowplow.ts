/**
 * Snowplow's tracker protocol: the payloads of a request, each a flat object of texts (`e`, `eid`,
 * `dtm`, `url`, …). docs/connect/snowplow.md has the table of what becomes of what. Self-describing
 * events and entities are read by vendor and name, whatever their version.
 */
import { parseJson } from '../exact-json.js';
import { amountText, partText } from '../webhooks/amounts.js';
import { at, firstText, listAt, stated, textAt } from '../webhooks/reading.js';
import {
  addressOf,
  eventIdOf,
  happenedAt,
  type IgnoredReason,
  ignored,
  type MessageContext,
  type MessageReading,
  type RawEvent,
} from './message.js';

/**
 * The payloads of one request together, since a transaction's items are payloads of their own.
 * `isAnonymous`: the tracker asked that nothing identify the person (`SP-Anonymous`).
 */
export function readSnowplow(
  payloads: readonly unknown[],
  context: MessageContext,
  isAnonymous: boolean,
): readonly MessageReading[] {
  const items = itemsByTransaction(payloads);
  return payloads.map((payload) => {
    const read = readers.get(textAt(payload, 'e'));
    if (read === undefined) return ignored('type');
    const message = { payload, items: items.get(payload) ?? [], entities: entitiesOf(payload) };
    const reading = read(message);
    if (typeof reading === 'string') return ignored(reading);
    const consent = isAnonymous ? { consent: { analytics: false } } : {};
    return { kind: 'event', event: { ...commonOf(message, context), ...reading, ...consent } };
  });
}

interface SnowplowMessage {
  readonly payload: unknown;
  /** Of a `tr` payload: the `ti` payloads of its order. */
  readonly items: readonly unknown[];
  readonly entities: readonly Described[];
}

/** Self-describing JSON: `iglu:vendor/name/jsonschema/version` as vendor/name, and its data. */
interface Described {
  readonly name: string;
  readonly data: unknown;
}

/** Of several transactions of one order the first has its items: they are read once. */
function itemsByTransaction(payloads: readonly unknown[]): ReadonlyMap<unknown, unknown[]> {
  const byOrder = new Map<string, unknown[]>();
  const byTransaction = new Map<unknown, unknown[]>();
  for (const payload of payloads) {
    const orderId = textAt(payload, 'tr_id');
    if (textAt(payload, 'e') !== 'tr' || byOrder.has(orderId)) continue;
    const items: unknown[] = [];
    byOrder.set(orderId, items);
    byTransaction.set(payload, items);
  }
  for (const payload of payloads) {
    if (textAt(payload, 'e') === 'ti') byOrder.get(textAt(payload, 'ti_id'))?.push(payload);
  }
  return byTransaction;
}

type Reader = (message: SnowplowMessage) => RawEvent | IgnoredReason;

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['pv', readPageView],
  ['pp', readPagePing],
  ['se', readStructured],
  ['ue', readSelfDescribing],
  ['tr', readTransaction],
  // Its transaction has it; one that comes alone has no order to be merged with.
  ['ti', () => 'item'],
]);

function commonOf(message: SnowplowMessage, context: MessageContext): RawEvent {
  const { payload } = message;
  const trueTime = at(payload, 'ttm');
  const isServer = textAt(payload, 'p') === 'srv';
  return stated({
    event_id: eventIdOf('snowplow', textAt(payload, 'eid'), context),
    occurred_at:
      trueTime === undefined
        ? happenedAt(at(payload, 'dtm'), at(payload, 'stm'), context.receivedAt)
        : happenedAt(trueTime, undefined, context.receivedAt),
    identifiers: identifiersOf(message),
    page: stated({
      url: textAt(payload, 'url'),
      referrer: textAt(payload, 'refr'),
      title: textAt(payload, 'page'),
    }),
    // A server's own agent says nothing about the person; a browser's is not in the payload.
    user_agent: textAt(payload, 'ua') || (isServer ? '' : context.requestAgent),
    ip: textAt(payload, 'ip'),
  });
}

function identifiersOf({ payload, entities }: SnowplowMessage): Record<string, unknown> {
  const session = dataOf(entities, `${snowplow}/client_session`);
  const user = dataOf(entities, `${ecommerce}/user`);
  const userId = textAt(payload, 'uid') || textAt(user, 'id');
  return stated({
    user_id: userId,
    anonymous_id: firstText(payload, ['duid', 'tnuid', 'nuid']) || textAt(session, 'userId'),
    email: textAt(user, 'email') || addressOf(userId),
  });
}

const snowplow = 'com.snowplowanalytics.snowplow';
const ecommerce = 'com.snowplowanalytics.snowplow.ecommerce';

const dataOf = (entities: readonly Described[], name: string): unknown =>
  entities.find((entity) => entity.name === name)?.data;

/** Plain in `co`, base64url in `cx`. */
function entitiesOf(payload: unknown): readonly Described[] {
  return listAt(jsonOf(payload, 'co', 'cx'), 'data').map(describedOf);
}

function jsonOf(payload: unknown, plain: string, encoded: string): unknown {
  const text = textAt(payload, plain);
  if (text !== '') return parseJson(text);
  return parseJson(Buffer.from(textAt(payload, encoded), 'base64url').toString('utf8'));
}

function describedOf(json: unknown): Described {
  const [vendor = '', name = ''] = textAt(json, 'schema')
    .replace(/^iglu:/, '')
    .split('/');
  return { name: `${vendor}/${name}`, data: at(json, 'data') };
}

function readPageView({ payload, entities }: SnowplowMessage): RawEvent {
  const session = dataOf(entities, `${snowplow}/client_session`);
  const first = textAt(session, 'firstEventId');
  return {
    type: 'page',
    properties: stated({
      event: 'page_view',
      session_start: first !== '' && first === textAt(payload, 'eid') ? true : undefined,
    }),
  };
}

/** A page that is still open: kept for engagement, and no touchpoint. */
function readPagePing({ payload }: SnowplowMessage): RawEvent {
  return { type: 'identify', properties: { event: 'page_ping', y_max: textAt(payload, 'pp_may') } };
}

function readStructured({ payload }: SnowplowMessage): RawEvent {
  return {
    type: 'identify',
    properties: stated({
      event: 'struct',
      category: textAt(payload, 'se_ca'),
      action: textAt(payload, 'se_ac'),
      label: textAt(payload, 'se_la'),
      property: textAt(payload, 'se_pr'),
      value: textAt(payload, 'se_va'),
    }),
  };
}

/** The older ecommerce: one `tr`, and a `ti` for each item. */
function readTransaction({ payload, items }: SnowplowMessage): RawEvent {
  const orderId = textAt(payload, 'tr_id');
  const currency = textAt(payload, 'tr_cu').toUpperCase();
  const part = (name: string) => partText(at(payload, name), currency);
  return {
    type: 'purchase',
    order: stated({
      order_id: orderId,
      total: amountText(at(payload, 'tr_tt'), currency),
      currency,
      tax: part('tr_tx'),
      shipping: part('tr_sh'),
      items: items.length === 0 ? undefined : items.map((item) => transactionItem(item, currency)),
    }),
    properties: stated({ event: 'transaction', affiliation: textAt(payload, 'tr_af') }),
  };
}

function transactionItem(item: unknown, currency: string): Record<string, unknown> {
  return stated({
    sku: textAt(item, 'ti_sk'),
    name: textAt(item, 'ti_nm'),
    quantity: textAt(item, 'ti_qu'),
    unit_price: amountText(at(item, 'ti_pr'), currency),
  });
}

/** What people typed into forms is not ours to keep. */
const formEvents: ReadonlySet<string> = new Set(
  ['change_form', 'focus_form', 'submit_form'].map((name) => `${snowplow}/${name}`),
);

function readSelfDescribing(message: SnowplowMessage): RawEvent | IgnoredReason {
  const { name, data } = describedOf(at(jsonOf(message.payload, 'ue_pr', 'ue_px'), 'data'));
  if (formEvents.has(name)) return 'form';
  const action = name === `${ecommerce}/snowplow_ecommerce_action` ? textAt(data, 'type') : '';
  if (action === 'transaction') return readEcommerceTransaction(message);
  if (action === 'refund') return readEcommerceRefund(message);
  // Also link_click: it leads out of the site, so it brought nobody to it.
  const kept = typeof data === 'object' && data !== null ? data : {};
  const event = name.split('/')[1] ?? '';
  return { type: 'identify', properties: stated({ ...kept, event, schema: name }) };
}

function readEcommerceTransaction({ entities }: SnowplowMessage): RawEvent {
  const transaction = dataOf(entities, `${ecommerce}/transaction`);
  const products = entities.filter(({ name }) => name === `${ecommerce}/product`);
  const currency = textAt(transaction, 'currency').toUpperCase();
  const part = (name: string) => partText(at(transaction, name), currency);
  const coupon = textAt(transaction, 'discount_code');
  return {
    type: 'purchase',
    order: stated({
      order_id: textAt(transaction, 'transaction_id'),
      total: amountText(at(transaction, 'revenue'), currency),
      currency,
      tax: part('tax'),
      shipping: part('shipping'),
      coupon_codes: coupon === '' ? undefined : [coupon],
      items: products.length === 0 ? undefined : products.map(({ data }) => productItem(data)),
    }),
    properties: stated({
      event: 'ecommerce_transaction',
      payment_method: textAt(transaction, 'payment_method'),
    }),
  };
}

function productItem(product: unknown): Record<string, unknown> {
  const currency = textAt(product, 'currency').toUpperCase();
  return stated({
    sku: textAt(product, 'id'),
    name: textAt(product, 'name'),
    quantity: at(product, 'quantity'),
    unit_price: amountText(at(product, 'price'), currency),
  });
}

/** Snowplow gives a refund no id of its own: the event's is taken. */
function readEcommerceRefund({ payload, entities }: SnowplowMessage): RawEvent {
  const refund = dataOf(entities, `${ecommerce}/refund`);
  const currency = textAt(refund, 'currency').toUpperCase();
  return {
    type: 'refund',
    refund: stated({
      refund_id: textAt(payload, 'eid'),
      order_id: textAt(refund, 'transaction_id'),
      total: amountText(at(refund, 'refund_amount'), currency),
      currency,
    }),
    properties: stated({
      event: 'ecommerce_refund',
      refund_reason: textAt(refund, 'refund_reason'),
    }),
  };
}
