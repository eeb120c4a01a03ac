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

export interface LoadedTopic<T extends BaseTable = BaseTable> {
  readonly topic: string;
  readonly table: T;
  /** Columns that tell a record from any other that might stand at its offset in another log. */
  readonly mark: readonly (keyof RowOf<T> & string)[];
  rows(partition: number, records: readonly LogRecord[]): RowOf<T>[];
}

/** What the views were fed with is held against the base for these alone: others feed none. */
export interface OrderTopic extends LoadedTopic<'order_records'> {
  readonly table: 'order_records';
}

export const isOrderTopic = (loaded: LoadedTopic): boolean => loaded.table === 'order_records';

function loadedTopic<R, T extends BaseTable>(
  topic: { readonly name: string; readonly codec: Codec<R> },
  table: T,
  row: (record: R, place: LogPlace) => RowOf<T>,
  mark: LoadedTopic<T>['mark'],
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
export const eventTopic: LoadedTopic = loadedTopic(eventsCollected, 'events', eventRow);

export const ledgerTopics: readonly LoadedTopic[] = [
  loadedTopic(ledgerOrders, 'order_records', orderRow),
  loadedTopic(ledgerTouchpoints, 'touchpoints', touchpointRow),
  loadedTopic(ledgerIdentities, 'identities', identityRow),
  loadedTopic(ledgerCatalogue, 'catalogue_entries', catalogueEntryRow),
];

/** Every topic that ends in the warehouse, as `settled` needs to know them. */
export const loadedTopicNames: readonly string[] = [eventTopic, ...ledgerTopics].map(
  ({ topic }) => topic,
);

/** The same for the same try, whoever makes it; another for every other. */
export function insertToken(
  logUuid: string,
  place: { readonly topic: string; readonly partition: number },
  { from, to, attempt }: BatchBounds,
): string {
  return `${logUuid}:${place.topic}:${place.partition}:${from}-${to}:${attempt}`;
}
