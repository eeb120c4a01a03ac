/**
 * What the loader does with each topic: which table its records go to, and how a run of records
 * becomes rows. Pure.
 */
import {
  type Codec,
  eventsCollected,
  ledgerCatalogue,
  ledgerIdentities,
  ledgerOrders,
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
  type RowOf,
  touchpointRow,
  type Warehouse,
} from '@rosi/warehouse';

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
  /** Only of a table that feeds others: mends those, and names the ones that it had to mend. */
  mendViews?(
    warehouse: Pick<Warehouse, 'mendOrderViews'>,
    batch: PlacedRecords,
    timezone: string | null,
  ): Promise<readonly string[]>;
}

const ledgerMark: RecordMark = { time: 'recorded_at', name: 'revision' };
const eventMark: RecordMark = { time: 'received_at', name: 'event_id' };

function loadedTopic<R, T extends BaseTable>(
  topic: { readonly name: string; readonly codec: Codec<R> },
  table: T,
  row: (record: R, place: LogPlace) => RowOf<T>,
  mark: RecordMark = ledgerMark,
): LoadedTopic<T> {
  return {
    topic: topic.name,
    table,
    mark,
    rows: (partition, records) =>
      records.map(({ offset, value }) => row(topic.codec.decode(value), { partition, offset })),
  };
}

/** The events as collected; repeats go along and the table lets the first count. */
export const eventTopic: LoadedTopic = loadedTopic(eventsCollected, 'events', eventRow, eventMark);

const orderRecords = loadedTopic(ledgerOrders, 'order_records', orderRow);
const orderTopic: LoadedTopic<'order_records'> = {
  ...orderRecords,
  mendViews: (warehouse, { partition, from, to, records }, timezone) =>
    warehouse.mendOrderViews(
      { partition, from, to, rows: orderRecords.rows(partition, records) },
      timezone,
    ),
};

export const ledgerTopics: readonly LoadedTopic[] = [
  orderTopic,
  loadedTopic(ledgerTouchpoints, 'touchpoints', touchpointRow),
  loadedTopic(ledgerIdentities, 'identities', identityRow),
  loadedTopic(ledgerCatalogue, 'catalogue_entries', catalogueEntryRow),
];

/** Every topic that ends in the warehouse, as `settled` needs to know them. */
export const loadedTopicNames: readonly string[] = [eventTopic, ...ledgerTopics].map(
  ({ topic }) => topic,
);

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
