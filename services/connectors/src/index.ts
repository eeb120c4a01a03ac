/** What other networks tell of the workspace: streams and pulls, with a durable cursor each. */
export {
  type ConnectorEntry,
  type ConnectorsReading,
  readConnectors,
} from './configuration.js';
export type { ConnectorsWorkerOptions } from './main.js';
export { connectors } from './registry.js';
