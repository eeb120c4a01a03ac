/** Refunds of a table, a row each. */
import { withoutSign } from './amount-text.js';
import type { FieldColumns } from './column-map.js';
import { contentId, createLineIds } from './event-id.js';
import type { Row, RowImporter } from './importer.js';
import type { ImportEvent } from './item.js';
import {
  amountOf,
  currencyOf,
  eventOfEachRow,
  requiredText,
  type TableOptions,
  timeOf,
} from './row-reading.js';

export const refundFields: FieldColumns = {
  refund_id: ['refund_id'],
  order_id: ['order_id', 'order', 'order_number'],
  occurred_at: ['occurred_at', 'refunded_at', 'created_at', 'refund_date', 'date', 'time'],
  total: ['total', 'amount', 'refund_total', 'refunded'],
  currency: ['currency'],
};

export interface RefundsOptions extends TableOptions {
  readonly orderPrefix: string;
}

export function refundsImporter(options: RefundsOptions): RowImporter {
  // A refund without an id gets one of its row, and so has the same in the next import.
  const refundIdOf = createLineIds('refund', options.digest);
  return eventOfEachRow((row, line) => eventOf(row, line, options, refundIdOf));
}

function eventOf(
  row: Row,
  line: number,
  options: RefundsOptions,
  refundIdOf: (text: string) => string,
): ImportEvent {
  const orderId = options.orderPrefix + requiredText(row, options, 'order_id');
  const amount = amountOf(requiredText(row, options, 'total'), options, 'total') ?? '';
  const event = {
    type: 'refund',
    occurred_at: timeOf(requiredText(row, options, 'occurred_at'), options, 'occurred_at', line),
    refund: {
      refund_id: options.columns.text('refund_id', row) || refundIdOf(JSON.stringify(row)),
      order_id: orderId,
      total: withoutSign(amount),
      currency: currencyOf(row, options),
    },
  };
  return { event_id: contentId('refund', options.digest, [JSON.stringify(event)]), ...event };
}
