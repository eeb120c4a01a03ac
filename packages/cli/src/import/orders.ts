/**
 * Orders of a table. Rows that follow each other and name the same order are one order (exports
 * write a row per item). What is refunded so far becomes one refund of the order. The same order
 * of the same content always has the same event id.
 */
import { isZero, withoutSign } from './amount-text.js';
import { contentId } from './event-id.js';
import type { Row, RowImporter } from './importer.js';
import { type ImportEvent, type ImportItem, rejected, skipped } from './item.js';
import type { OrderPreset } from './order-presets.js';
import {
  amountOf,
  currencyOf,
  identifiersOf,
  orRejected,
  RowProblem,
  requiredText,
  type TableOptions,
  timeOf,
} from './row-reading.js';

export interface OrdersOptions extends TableOptions {
  readonly preset: OrderPreset;
  /** Take also orders in a state that the preset counts as unpaid. */
  readonly includeUnpaid: boolean;
  /** Put before order ids; empty: nothing. */
  readonly orderPrefix: string;
}

interface OpenOrder {
  readonly id: string;
  readonly rows: { readonly row: Row; readonly line: number }[];
}

const rowsOfOrderMax = 10_000;

export function ordersImporter(options: OrdersOptions): RowImporter {
  let open: OpenOrder | null = null;
  const close = (): readonly ImportItem[] => (open === null ? [] : itemsOf(open, options));
  return {
    row(row, line) {
      const id = orderIdOf(row, options);
      if (id === '') return [rejected(line, 'order_id_missing', 'the row has no order_id')];
      if (open?.id === id && open.rows.length < rowsOfOrderMax) {
        open.rows.push({ row, line });
        return [];
      }
      const items = close();
      open = { id, rows: [{ row, line }] };
      return items;
    },
    end() {
      const items = close();
      open = null;
      return items;
    },
  };
}

function orderIdOf(row: Row, options: OrdersOptions): string {
  const text = options.columns.text('order_id', row);
  const bare = options.preset.stripsHash ? text.replace(/^#/, '') : text;
  return bare === '' ? '' : options.orderPrefix + bare;
}

function itemsOf(order: OpenOrder, options: OrdersOptions): readonly ImportItem[] {
  const line = order.rows[0]?.line ?? 0;
  return orRejected(line, () => {
    const merged = mergeRows(order, options);
    const status = options.columns.text('status', merged).toLowerCase();
    if (!options.includeUnpaid && options.preset.unpaidStatuses.includes(status)) {
      return [skipped(line, `status_${status.replaceAll(' ', '_')}`)];
    }
    const purchase = purchaseOf(order, merged, line, options);
    const refund = refundOf(order, merged, line, options);
    const events = refund === null ? [purchase] : [purchase, refund];
    return events.map((event) => ({ kind: 'event', line, event }));
  });
}

/** The first stated cell of each column; two different totals of one order are a problem. */
function mergeRows(order: OpenOrder, options: OrdersOptions): Row {
  const merged: Record<string, string> = {};
  const totals = new Set<string>();
  for (const { row } of order.rows) {
    const total = options.columns.text('total', row);
    if (total !== '') totals.add(total);
    for (const [column, cell] of Object.entries(row)) {
      if ((merged[column] ?? '') === '') merged[column] = cell;
    }
  }
  if (totals.size <= 1) return merged;
  throw new RowProblem(
    'totals_differ',
    `the rows of order ${order.id} state different totals (${[...totals].slice(0, 3).join(', ')}); ` +
      "map total to the order's total, not to its items'",
  );
}

function purchaseOf(
  order: OpenOrder,
  merged: Row,
  line: number,
  options: OrdersOptions,
): ImportEvent {
  const total = amountOf(requiredText(merged, options, 'total'), options, 'total');
  const tax = amountOf(options.columns.text('tax', merged), options, 'tax');
  const shipping = amountOf(options.columns.text('shipping', merged), options, 'shipping');
  const items = lineItemsOf(order, options);
  const event = {
    type: 'purchase',
    occurred_at: orderedAt(merged, line, options),
    identifiers: identifiersOf(merged, options),
    order: {
      order_id: order.id,
      total,
      currency: currencyOf(merged, options),
      ...(tax === null ? {} : { tax }),
      ...(shipping === null ? {} : { shipping }),
      ...(options.columns.has('coupon_codes') ? { coupon_codes: codesOf(order, options) } : {}),
      ...(items.length === 0 ? {} : { items }),
    },
  };
  return { event_id: contentId('order', options.digest, [JSON.stringify(event)]), ...event };
}

function orderedAt(merged: Row, line: number, options: OrdersOptions): string {
  return timeOf(requiredText(merged, options, 'occurred_at'), options, 'occurred_at', line);
}

const wholeDigits = 16;

/**
 * All that the export says was refunded, as one refund. Of two copies of a refund with the same
 * time the larger event id counts, and amounts refunded only grow: so the id begins with the
 * amount, and a later export replaces an earlier one.
 */
function refundOf(
  order: OpenOrder,
  merged: Row,
  line: number,
  options: OrdersOptions,
): ImportEvent | null {
  const stated = amountOf(options.columns.text('refunded', merged), options, 'refunded');
  if (stated === null || isZero(stated)) return null;
  const amount = withoutSign(stated);
  const refundedAt = options.columns.text('refunded_at', merged);
  const [whole = '', fraction = ''] = amount.split('.');
  const sortable = `${whole.padStart(wholeDigits, '0')}.${fraction}`;
  return {
    event_id: contentId(`refunded-${sortable}`, options.digest, [order.id]),
    type: 'refund',
    occurred_at:
      refundedAt === ''
        ? orderedAt(merged, line, options)
        : timeOf(refundedAt, options, 'refunded_at', line),
    refund: {
      refund_id: `${order.id}:refunded`,
      order_id: order.id,
      total: amount,
      currency: currencyOf(merged, options),
    },
  };
}

function codesOf(order: OpenOrder, options: OrdersOptions): readonly string[] {
  const texts = order.rows.map(({ row }) => options.columns.text('coupon_codes', row));
  return [...new Set(texts.flatMap(splitCodes))];
}

/** `A, B`, or `code:A|amount:5.00;code:B|amount:2.00` as WooCommerce's exports write them. */
function splitCodes(text: string): readonly string[] {
  const named = [...text.matchAll(/(?:^|[|;,])\s*code:\s*([^|;,]+)/gi)];
  const codes = named.length > 0 ? named.map((match) => match[1] ?? '') : text.split(/[,;|]/);
  return codes.map((code) => code.trim()).filter((code) => code !== '');
}

function lineItemsOf(order: OpenOrder, options: OrdersOptions): readonly object[] {
  return order.rows.flatMap(({ row }) => {
    const { columns } = options;
    const item = {
      sku: columns.text('item_sku', row),
      name: columns.text('item_name', row),
      quantity: columns.text('item_quantity', row),
      unit_price: columns.text('item_unit_price', row),
    };
    const stated = Object.entries(item).filter(([, text]) => text !== '');
    return stated.length === 0 ? [] : [Object.fromEntries(stated)];
  });
}
