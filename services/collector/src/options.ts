/** What the composition root gives the collector, and the limits that it keeps. */
import type { Identifier } from '@rosi/events';
import type { Logger } from '@rosi/service-kit';
import type { TopicWriter } from '@rosi/streams';
import type { FastifyInstance } from 'fastify';
import type { Audit } from './audit.js';
import type { LiveKeys } from './keys/live-keys.js';
import type { LinksOptions } from './links/link-options.js';
import type { WebhookEndpoint } from './webhooks/endpoints.js';

/** The pipeline as `GET /v1/status` shows it. */
export interface PipelineStatus {
  /** Everything accepted so far is stitched, attributed and queryable. */
  readonly settled: boolean;
  /** ISO time of the smallest received_at with work pending in any stage; null: none pending. */
  readonly freshThrough: string | null;
  readonly stages: readonly StageStatus[];
}

export interface StageStatus {
  readonly name: string;
  /** Offset of the last record that the stage has finished; null before the first. */
  readonly lastOffset: number | null;
  /** Records that wait. */
  readonly lag: number;
  /** Counts by outcome, for example `ok` or `drop.repeat`. */
  readonly outcomes: Readonly<Record<string, number>>;
}

export interface PartReadiness {
  readonly part: string;
  readonly ready: boolean;
}

/** A token bucket: `burst` events at once, refilled by `eventsPerSecond`. */
export interface RateLimit {
  readonly eventsPerSecond: number;
  readonly burst: number;
}

export interface CollectorLimits {
  readonly eventsMax: number;
  /** Of one body, as sent and as decompressed. */
  readonly bodyBytesMax: number;
  /** JSON levels of one event. */
  readonly depthMax: number;
  /** Of all bodies being read or waiting for the log; beyond it 503. */
  readonly inFlightBytesMax: number;
  /** Of these, what one network address may hold with write keys. */
  readonly addressBytesMax: number;
  /** Of each key. */
  readonly secretKeyRate: RateLimit;
  readonly writeKeyRate: RateLimit;
  /** Of each network address with each write key. */
  readonly addressRate: RateLimit;
  /** Of each webhook endpoint; only signed deliveries are charged. */
  readonly webhookRate: RateLimit;
  /** Clicks of one network address that are kept; further ones are sent on and not counted. */
  readonly clickRate: RateLimit;
  /** Open at once; one more is closed at once. Each costs some 10 KB. */
  readonly connectionsMax: number;
  /** A request that has not arrived whole by then is cut off. */
  readonly requestTimeoutMs: number;
  /** On a stop, requests that are still under way after this time are cut off (unanswered). */
  readonly stopTimeoutMs: number;
}

export const defaultLimits: CollectorLimits = Object.freeze({
  eventsMax: 1_000,
  bodyBytesMax: 5_000_000,
  depthMax: 32,
  inFlightBytesMax: 128_000_000,
  addressBytesMax: 16_000_000,
  secretKeyRate: Object.freeze({ eventsPerSecond: 200_000, burst: 1_000_000 }),
  writeKeyRate: Object.freeze({ eventsPerSecond: 20_000, burst: 100_000 }),
  addressRate: Object.freeze({ eventsPerSecond: 1_000, burst: 1_000 }),
  webhookRate: Object.freeze({ eventsPerSecond: 5_000, burst: 50_000 }),
  clickRate: Object.freeze({ eventsPerSecond: 20, burst: 500 }),
  connectionsMax: 15_000,
  requestTimeoutMs: 60_000,
  stopTimeoutMs: 15_000,
});

export interface CollectorOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly keys: { readonly secretKey: string; readonly writeKey: string };
  /** Keys that change while it runs, in place of `keys`. */
  readonly liveKeys?: LiveKeys;
  /** Notes administration; not noted unless given. */
  readonly audit?: Audit;
  readonly workspace: string;
  /** Key of the identifiers' hashes. */
  readonly hashKey: string;
  /** Hosts whose pages are no external referrers. */
  readonly ownDomains: readonly string[];
  /** Takes events.collected. */
  readonly log: TopicWriter;
  status(): Promise<PipelineStatus>;
  /** Readiness of the other parts of the process. */
  ready(): Promise<readonly PartReadiness[]>;
  /** Prometheus text of the other parts, appended to the collector's own. */
  metrics?(): Promise<string>;
  /** An order's receipt as JSON value; null: no such order. */
  receipt?(orderId: string): Promise<unknown>;
  /** The attribution settings as they were stated; undefined: none were. */
  settings?(): Promise<unknown>;
  /** All that the tables hold of the persons of these identifiers, as JSON value. */
  exportPersons?(identifiers: readonly Identifier[]): Promise<object>;
  /** Every identifier of type customer_id that begins so: a shop's customers. */
  customersOf?(prefix: string): Promise<readonly Identifier[]>;
  /** Endpoints under /hooks/ as they are now: asked at each delivery; none unless given. */
  webhooks?(): readonly WebhookEndpoint[];
  /** Tracked links under /l/ and /v1/links; none unless given. */
  readonly links?: LinksOptions;
  /** Proxies whose X-Forwarded-For is believed: addresses and networks; none unless given. */
  readonly trustedProxies?: readonly string[];
  /** Pages for people, served beside the API in a scope of their own; absent: none. */
  pages?(app: FastifyInstance): Promise<void>;
  readonly logger: Logger;
  readonly limits?: Partial<CollectorLimits>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}
