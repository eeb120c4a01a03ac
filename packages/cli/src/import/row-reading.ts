/**
 * What all tables have in common: times, amounts and identifiers of a row, read by the user's
 * settings. A cell that can't be read is a problem of its row, told with the line.
 */
import { RosiError } from '@rosi/service-kit';
import { type DecimalMark, readAmount } from './amount-text.js';
import type { ColumnMap } from './column-map.js';
import type { Row, RowImporter } from './importer.js';
import { type Digest, type ImportEvent, type ImportItem, rejected } from './item.js';
import { readTime, type TimeReading } from './time-text.js';

export interface TableOptions {
  readonly columns: ColumnMap;
  readonly digest: Digest;
  readonly time: TimeReading;
  readonly decimal: DecimalMark;
  /** For rows that state none; null: none was named. */
  readonly currency: string | null;
  /** Put before customer ids, with a colon; null: nothing. */
  readonly shop: string | null;
}

/** Thrown while one row is read: {@link orRejected} rejects it. */
export class RowProblem extends Error {
  override name = 'RowProblem';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** What is made of a row; one that can't be read is rejected. */
export function orRejected(line: number, read: () => readonly ImportItem[]): readonly ImportItem[] {
  try {
    return read();
  } catch (problem) {
    if (problem instanceof RowProblem) return [rejected(line, problem.code, problem.message)];
    throw problem;
  }
}

/** For tables whose every row is an event by itself. */
export const eventOfEachRow = (eventOf: (row: Row, line: number) => ImportEvent): RowImporter => ({
  row: (row, line) => orRejected(line, () => [{ kind: 'event', line, event: eventOf(row, line) }]),
  end: () => [],
});

/** `date_gmt` says its zone: the shop's own one, named for the other columns, is not it. */
const namesUtc = /[_ ](?:gmt|utc)\)?$/i;

/** Throws a RowProblem, or a RosiError (exit code 2) when a zone must be named first. */
export function timeOf(text: string, options: TableOptions, field: string, line: number): string {
  const inUtc = namesUtc.test(options.columns.sourceOf(field));
  const result = readTime(text, inUtc ? { ...options.time, timezone: 'UTC' } : options.time);
  if (result.ok) return result.iso;
  if (result.reason === 'zone_missing') {
    throw new RosiError(
      'ROSI_USAGE_INVALID',
      `Line ${line}: ${JSON.stringify(text)} states no time zone. ` +
        'Name the one of the file, for example --timezone Europe/Paris or --timezone UTC.',
    );
  }
  throw new RowProblem(
    'time_unreadable',
    `${field} ${JSON.stringify(text)} is not a time; ` +
      'for day or month first use --dates dmy or --dates mdy',
  );
}

/** A decimal string; null when the cell is empty. */
export function amountOf(text: string, options: TableOptions, field: string): string | null {
  if (text === '') return null;
  const amount = readAmount(text, options.decimal);
  if (amount !== null) return amount;
  const mapped = `${field}=${options.columns.sourceOf(field)}`;
  const hint = options.decimal === '.' ? ' For a decimal comma use --decimal ,' : '';
  throw new RowProblem(
    'amount_unreadable',
    `${field} ${JSON.stringify(text)} is no amount: is --map ${mapped} right?${hint}`,
  );
}

export function requiredText(row: Row, options: TableOptions, field: string): string {
  const text = options.columns.text(field, row);
  if (text !== '') return text;
  throw new RowProblem(`${field}_missing`, `the row has no ${field}`);
}

export function currencyOf(row: Row, options: TableOptions): string {
  const currency = options.columns.text('currency', row) || (options.currency ?? '');
  if (currency !== '') return currency;
  throw new RowProblem('currency_missing', 'the row states no currency; name it by --currency');
}

const identifierFields = ['user_id', 'email', 'anonymous_id', 'click_id', 'handle'] as const;
/** What shops write for a guest; a prefix would make a person of it. */
const nobody = new Set(['', '0', 'null', 'undefined', 'none', 'guest', 'anonymous', 'unknown']);
/** What WooCommerce writes for everybody whose personal data it has removed. */
const removedAddress = 'deleted@site.invalid';

/** Those that the row states, by type. */
export function identifiersOf(row: Row, options: TableOptions): Record<string, string> {
  const found: Record<string, string> = {};
  for (const field of identifierFields) {
    const text = options.columns.text(field, row);
    if (text !== '' && text.toLowerCase() !== removedAddress) found[field] = text;
  }
  const customer = options.columns.text('customer_id', row);
  if (!nobody.has(customer.toLowerCase())) {
    found['customer_id'] = options.shop === null ? customer : `${options.shop}:${customer}`;
  }
  const phone = phoneOf(options.columns.text('phone', row));
  if (phone !== '') found['phone'] = phone;
  return found;
}

/** Exports put an apostrophe before the plus, and spaces between; only E.164 is of use. */
function phoneOf(text: string): string {
  const bare = text.replace(/^'/, '');
  return bare.startsWith('+') ? bare.replace(/[\s().-]/g, '') : bare;
}
