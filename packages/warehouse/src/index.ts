/** ClickHouse: the embedded server, the schema and its migrations, typed inserts and queries. */
export {
  type EmbeddedClickHouse,
  startEmbeddedClickHouse,
} from './embedded/embedded-clickhouse.js';
export { exportPersons, type PersonExport, type PersonIdentifier } from './export-persons.js';
export type { Logger as WarehouseLogger } from './logger.js';
export { type OrderReceipt, readOrderReceipt } from './order-receipt.js';
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
  type TouchpointRow,
  timeText,
} from './rows.js';
export { readStoredSettings } from './stored-settings.js';
export { connectWarehouse } from './warehouse.js';
export type {
  ErasedPersons,
  MigrateOptions,
  OrderBatch,
  QueryParameters,
  Warehouse,
} from './warehouse-api.js';
