/** From the log to ClickHouse: the loader, and what it has loaded. `./main` is its worker. */
export { type LoadedTopic, loadedTopicNames, loadedTopics } from './batch.js';
export { Lens } from './lens.js';
export { type Loader, type LoaderOptions, startLoader } from './loader.js';
export { defaultLimits, type LoaderLimits, loaderGroup } from './loader-options.js';
export type { WarehouseLoaderOptions } from './main.js';
export {
  askedReplay,
  askReplay,
  beginAt,
  type LoaderPosition,
  type LoaderProgress,
  loaderProgress,
} from './progress.js';
