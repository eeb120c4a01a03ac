/** The HTTP edge: takes events, answers once they are durable, and tells how the pipeline is. */
export type { Audit, AuditEntry, AuditLine } from './audit.js';
export type { KeyRing, StoredKey } from './keys/key-ring.js';
export type { KeyStore } from './keys/key-store.js';
export { type LiveKeys, openKeys } from './keys/live-keys.js';
export { type ClickStore, openClickStore } from './links/click-store.js';
export type { LinkSource, LinksOptions, ListedLink, StoredLink } from './links/link-options.js';
export {
  type CollectorLimits,
  type CollectorOptions,
  defaultLimits,
  type PartReadiness,
  type PipelineStatus,
  type RateLimit,
  type StageStatus,
} from './options.js';
export { type Collector, startCollector } from './start.js';
export {
  type EndpointsReading,
  readWebhookEndpoints,
  type WebhookEndpoint,
  webhookSources,
} from './webhooks/endpoints.js';
