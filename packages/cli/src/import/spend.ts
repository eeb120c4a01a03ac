/**
 * What was spent on posts, influencers, campaigns or platforms, a row each. A row without a
 * spend_id gets one of its day and what it was spent on, so that a corrected file replaces the
 * amounts of the one before.
 */
import type { FieldColumns } from './column-map.js';
import { contentId, createLineIds } from './event-id.js';
import type { Row, RowImporter } from './importer.js';
import type { ImportEvent } from './item.js';
import {
  amountOf,
  currencyOf,
  eventOfEachRow,
  RowProblem,
  requiredText,
  type TableOptions,
} from './row-reading.js';

export const spendFields: FieldColumns = {
  spend_id: ['spend_id'],
  date: ['date', 'day', 'Reporting starts', 'reporting_starts'],
  amount: ['amount', 'spend', 'cost', 'amount_spent'],
  currency: ['currency', 'currency code', 'currency_code'],
  post_id: ['post_id'],
  influencer_id: ['influencer_id'],
  campaign_id: ['campaign_id'],
  platform: ['platform'],
};
const targets = ['post_id', 'influencer_id', 'campaign_id', 'platform'] as const;

export function spendImporter(options: TableOptions): RowImporter {
  const spendIdOf = createLineIds('spend', options.digest);
  return eventOfEachRow((row) => eventOf(row, options, spendIdOf));
}

function eventOf(
  row: Row,
  options: TableOptions,
  spendIdOf: (text: string) => string,
): ImportEvent {
  const date = dayOf(requiredText(row, options, 'date'), options);
  const currency = currencyOf(row, options);
  const target = targetOf(row, options);
  const spendId =
    options.columns.text('spend_id', row) || spendIdOf(JSON.stringify([date, currency, target]));
  const amount = amountOf(requiredText(row, options, 'amount'), options, 'amount');
  // No occurred_at: of two versions the one imported later counts.
  const event = { type: 'spend', spend: { spend_id: spendId, date, amount, currency, ...target } };
  return { event_id: contentId('spend', options.digest, [JSON.stringify(event)]), ...event };
}

function targetOf(row: Row, options: TableOptions): Readonly<Record<string, string>> {
  const stated = targets.flatMap((field) => {
    const text = options.columns.text(field, row);
    return text === '' ? [] : [[field, text] as const];
  });
  return Object.fromEntries(stated);
}

/** A day is a day of the books, in no zone. */
function dayOf(text: string, options: TableOptions): string {
  const [first = '', second = '', third = ''] = text.slice(0, 10).split(/[-/.]/);
  const order = options.time.order;
  const yearLast = order === 'dmy' || order === 'mdy';
  const [year, month, day] =
    !yearLast || first.length === 4
      ? [first, second, third]
      : order === 'dmy'
        ? [third, second, first]
        : [third, first, second];
  const date = `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}`;
  const time = Date.parse(`${date}T00:00:00Z`);
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(date)) return date;
  throw new RowProblem(
    'date_unreadable',
    `date ${JSON.stringify(text)} is not a day like 2026-03-01; ` +
      'for day or month first use --dates dmy or --dates mdy',
  );
}
