/** ClickHouse: the embedded server, the schema and its migrations, typed inserts and queries. */
export {
  describeTables,
  restoreTables,
  type TableCopy,
  type WarehouseCopy,
} from './backup/table-copies.js';
export { type CheckResult, type Finding, REPLAY_REMEDY } from './check/check.js';
export { type CheckOptions, checkWarehouse } from './check/check-warehouse.js';
export { checkPlaces, type LoadedPlace, type PlacesToCheck } from './check/place-checks.js';
export { compareRecords, type RecordPage } from './check/record-checks.js';
export { readCustomers } from './customers.js';
export {
  type EmbeddedClickHouse,
  startEmbeddedClickHouse,
} from './embedded/embedded-clickhouse.js';
export { exportPersons, type PersonExport, type PersonIdentifier } from './export-persons.js';
export type { Logger as WarehouseLogger } from './logger.js';
export { adoptLog } from './migrate.js';
export { type RowBlock, rowBlock } from './native/row-block.js';
export { type OrderReceipt, readOrderReceipt } from './order-receipt.js';
export * from './overview/index.js';
export {
  catalogueEntryRow,
  eventRow,
  identityRow,
  type LogPlace,
  orderRow,
  suppressionRow,
  touchpointRow,
} from './record-rows.js';
export {
  type BaseTable,
  type CatalogueEntryRow,
  type EventRow,
  type IdentityRow,
  type OrderRecordRow,
  type RowOf,
  storedTime,
  type TouchpointRow,
} from './rows.js';
export { readStoredSettings } from './stored-settings.js';
export {
  type CatalogueLink,
  findLink,
  type LinkRow,
  listLinks,
  readNewestLinks,
  readRecentLinks,
} from './tracked-links.js';
export { connectWarehouse } from './warehouse.js';
export type {
  ErasedPersons,
  MigrateOptions,
  OrderBatch,
  QueryParameters,
  Warehouse,
} from './warehouse-api.js';
