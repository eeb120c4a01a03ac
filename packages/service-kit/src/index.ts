/** What every service needs around its domain: configuration, logs, metrics, threads, start, JSON. */
export { addressFailure, assertListenable, httpUrl, type ListenAddress } from './address.js';
export { appendDurably, readIfThere, writeDurably } from './durable-file.js';
export { logLevelSchema, logLevels, parseEnvironment } from './environment.js';
export {
  errorFromWire,
  errorToWire,
  RosiError,
  type RosiErrorCode,
  rosiErrorCodes,
  rosiErrorOf,
  type WireError,
} from './errors.js';
export {
  type ArmedFailpoint,
  armFailpoint,
  type Failpoint,
  failpoints,
  parseFailpoint,
  passFailpoint,
} from './failpoints.js';
export {
  type HealthServer,
  type HealthServerOptions,
  type ReadinessAnswer,
  type ReadyPart,
  readinessAnswer,
  startHealthServer,
} from './health.js';
export { at, listAt } from './json-fields.js';
export { type LifecyclePart, type Running, startInOrder } from './lifecycle.js';
export { entryId, placedProblems } from './listed-entries.js';
export { createLogger, type Logger } from './logger.js';
export { createMetrics, type Metrics, prometheusContentType } from './metrics.js';
export { suppressionHash } from './suppression-hash.js';
export { serveWorker } from './worker-serve.js';
export { startWorker } from './worker-start.js';
