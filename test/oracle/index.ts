/** The independent oracle: evaluate a set of events, compare tables with it. */
export { models } from './attribution.js';
export {
  type ActualRow,
  type ActualTables,
  type CompareOptions,
  compareTables,
  type Difference,
  formatDifferences,
} from './compare.js';
export { evaluate } from './evaluate.js';
export {
  type Cell,
  type Decision,
  type OracleEvent,
  type OracleInput,
  type OracleOutput,
  type OracleSettings,
  type OracleTables,
  type Renaming,
  type Row,
  type ShownEvent,
  type TableName,
  tableNames,
} from './types.js';
