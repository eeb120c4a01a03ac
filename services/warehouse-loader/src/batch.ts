/**
 * What the loader does with each topic: which table its records go to, and how a run of records
 * becomes rows. Pure.
 */
import {
  type Codec,
  type CollectedEvent,
  eventsCollected,
  isCommand,
  ledgerCatalogue,
  ledgerErasures,
  ledgerIdentities,
  ledgerOrders,
  ledgerSuppressions,
  ledgerTouchpoints,
} from '@rosi/events';
import type { LogRecord } from '@rosi/streams';
import {
  type BaseTable,
  catalogueEntryRow,
  eventRow,
  identityRow,
  type LogPlace,
  orderRow,
  type RowBlock,
  type RowOf,
  rowBlock,
  suppressionRow,
  touchpointRow,
  type Warehouse,
} from '@rosi/warehouse';
import type { Lens } from './lens.js';

/** Records `[from, to)` of a topic's partition, and which try at inserting them this is. */
export interface BatchBounds {
  readonly from: number;
  readonly to: number;
  readonly attempt: number;
}

/** A run of records as a whole: all that stand in `[from, to)`. */
export interface PlacedRecords {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly records: readonly LogRecord[];
}

/** Two columns that tell a record from any other that might stand at its offset in another log. */
export interface RecordMark {
  readonly time: 'recorded_at' | 'received_at';
  readonly name: 'revision' | 'event_id';
}

export interface LoadedTopic<T extends BaseTable = BaseTable> {
  readonly topic: string;
  readonly table: T;
  readonly mark: RecordMark;
  rows(partition: number, records: readonly LogRecord[]): RowOf<T>[];
  /** The same, ready to be sent; a row is made, put into its columns and forgotten. */
  block(partition: number, records: readonly LogRecord[]): RowBlock<BaseTable>;
  /** Only of a table that feeds others: mends those, and names the ones that it had to mend. */
  mendViews?(
    warehouse: Pick<Warehouse, 'mendOrderViews'>,
    batch: PlacedRecords,
    timezone: string | null,
  ): Promise<readonly string[]>;
}

const ledgerMark: RecordMark = { time: 'recorded_at', name: 'revision' };
const eventMark: RecordMark = { time: 'received_at', name: 'event_id' };

type Describe<R, T extends BaseTable> = (record: R, place: LogPlace) => RowOf<T> | null;

function loadedTopic<R, T extends BaseTable>(
  topic: { readonly name: string; readonly codec: Codec<R> },
  table: T,
  row: Describe<R, T>,
  mark: RecordMark,
): LoadedTopic<T> {
  function* rowsOf(partition: number, records: readonly LogRecord[]): Iterable<RowOf<T>> {
    for (const { offset, value } of records) {
      const made = row(topic.codec.decode(value), { partition, offset });
      if (made !== null) yield made;
    }
  }
  return {
    topic: topic.name,
    table,
    mark,
    rows: (partition, records) => [...rowsOf(partition, records)],
    block: (partition, records) => rowBlock<BaseTable>(table, rowsOf(partition, records)),
  };
}

/** A ledger topic: records of other generations than the tables' are passed over. */
function ledgerTopic<R extends { readonly generation: number }, T extends BaseTable>(
  topic: { readonly name: string; readonly codec: Codec<R> },
  table: T,
  row: (record: R, place: LogPlace) => RowOf<T>,
  lens: Lens,
): LoadedTopic<T> {
  const describe: Describe<R, T> = (record, place) =>
    lens.holds(record.generation) ? row(record, place) : null;
  return loadedTopic(topic, table, describe, ledgerMark);
}

/** Every topic whose records become rows. */
export function loadedTopics(lens: Lens): {
  readonly events: LoadedTopic;
  readonly ledger: readonly LoadedTopic[];
} {
  const orders = ledgerTopic(ledgerOrders, 'order_records', orderRow, lens);
  const ordersWithViews: LoadedTopic<'order_records'> = {
    ...orders,
    mendViews: (warehouse, { partition, from, to, records }, timezone) =>
      warehouse.mendOrderViews(
        { partition, from, to, rows: orders.rows(partition, records) },
        timezone,
      ),
  };
  // Repeats go along, and the table lets the first count; commands tell nothing that happened.
  const eventOf: Describe<CollectedEvent, 'events'> = (event, place) =>
    isCommand(event) ? null : eventRow(lens.eventOf(event), place);
  return {
    events: loadedTopic(eventsCollected, 'events', eventOf, eventMark),
    ledger: [
      ordersWithViews,
      ledgerTopic(ledgerTouchpoints, 'touchpoints', touchpointRow, lens),
      ledgerTopic(ledgerIdentities, 'identities', identityRow, lens),
      ledgerTopic(ledgerCatalogue, 'catalogue_entries', catalogueEntryRow, lens),
      ledgerTopic(ledgerSuppressions, 'suppressions', suppressionRow, lens),
    ],
  };
}

/** Every topic that ends in the warehouse, as `settled` needs to know them. */
export const loadedTopicNames: readonly string[] = [
  eventsCollected,
  ledgerOrders,
  ledgerTouchpoints,
  ledgerIdentities,
  ledgerCatalogue,
  ledgerSuppressions,
  ledgerErasures,
].map(({ name }) => name);

/**
 * The same for the same try of the same life of a loader; another for every other. The server
 * drops what it has seen under a token, so none may ever stand for other records.
 */
export function insertToken(
  lives: { readonly log: string; readonly loader: string },
  place: { readonly topic: string; readonly partition: number },
  { from, to, attempt }: BatchBounds,
): string {
  return `${lives.log}:${lives.loader}:${place.topic}:${place.partition}:${from}-${to}:${attempt}`;
}
