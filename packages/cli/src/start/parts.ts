/**
 * The parts of the product in the order in which they start: data folder and keys, ClickHouse, log
 * and stitcher (embedded or on Kafka), the loader, the collector, run.json. Nobody is let in before
 * everything behind the door is up.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { defaultSettings, readSettings } from '@rosi/attribution';
import {
  type ClickStore,
  type Collector,
  type LinksOptions,
  type LiveKeys,
  openClickStore,
  type PartReadiness,
  type PipelineStatus,
  startCollector,
  type WebhookEndpoint,
} from '@rosi/collector';
import { dashboard } from '@rosi/dashboard';
import { type LifecyclePart, type Logger, startWorker } from '@rosi/service-kit';
import {
  connectWarehouse,
  type EmbeddedClickHouse,
  exportPersons,
  findLink,
  listLinks,
  readCustomers,
  readNewestLinks,
  readOrderReceipt,
  readRecentLinks,
  readStoredSettings,
  startEmbeddedClickHouse,
  type Warehouse,
} from '@rosi/warehouse';
import { type LoaderProgress, loaderProgress } from '@rosi/warehouse-loader';
import type { StartConfig } from './config.js';
import { type DataFolder, openDataFolder } from './data-folder.js';
import { edgeOptions, openLiveKeys, secretKeysOf } from './edge-parts.js';
import { embeddedLogParts } from './embedded-log-parts.js';
import { type FoundKeys, prepareKeys } from './keys.js';
import { type LogParts, type LogPartsContext, workspace } from './log-parts.js';
import { need } from './need.js';
import { pipelineMetrics, type ThreadMetrics, threadMetrics } from './pipeline-metrics.js';
import { type PipelineReaders, readPipelineStatus, withClicks } from './pipeline-status.js';
import { type ReceiptDocument, receiptDocument } from './receipt.js';
import { removeRunFile, writeRunFile } from './run-file.js';
import { assertSameLog } from './same-log.js';
import { readWebhooks } from './webhooks.js';

/** A ClickHouse that hangs must not make a scrape of the metrics fail: then they matter most. */
const readinessMsMax = 2_000;

export interface RunningFacts {
  readonly httpUrl: string;
  readonly clickhouseUrl: string;
  readonly found: FoundKeys;
}

/** What has started so far; each part fills its own field and reads those before it. */
interface Started {
  /** Told by the threads from their start on. */
  readonly measured: ThreadMetrics;
  folder?: DataFolder;
  found?: FoundKeys;
  liveKeys?: LiveKeys;
  webhooks?: readonly WebhookEndpoint[];
  clickhouse?: EmbeddedClickHouse;
  clickhouseUrl?: string;
  warehouse?: Warehouse;
  loader?: { stop(): Promise<void> };
  loaderProgress?: LoaderProgress;
  clicks?: ClickStore;
  collector?: Collector;
}

export interface Parts {
  readonly parts: readonly LifecyclePart[];
  /** Once all have started. */
  running(): RunningFacts;
}

export async function createParts(
  config: StartConfig,
  logger: Logger,
  fault: (error: Error) => void,
): Promise<Parts> {
  const started: Started = { measured: threadMetrics() };
  const logs = await makeLogParts({
    config,
    logger,
    fault,
    suppressionKey: () => need(started.found).keys.suppressionKey,
    loader: () => need(started.loaderProgress),
    observe: started.measured.observe,
  });
  return {
    parts: [
      folderPart(config, started),
      keysPart(config, started, logger),
      clickhousePart(config, started, logger),
      ...logs.parts,
      loaderPart(config, started, fault),
      warehousePart(started),
      ...logs.upkeep,
      clicksPart(config, started, logs, logger),
      collectorPart(config, started, logs, logger),
      runFilePart(config, started),
    ],
    running: () => ({
      httpUrl: need(started.collector).url,
      clickhouseUrl: need(started.clickhouseUrl),
      found: need(started.found),
    }),
  };
}

async function makeLogParts(context: LogPartsContext): Promise<LogParts> {
  const { kafka } = context.config;
  if (kafka === null) return embeddedLogParts(context);
  // Loaded here: without Kafka nobody pays for its client.
  const { kafkaLogParts } = await import('./kafka-log-parts.js');
  return kafkaLogParts(context, kafka);
}

function folderPart(config: StartConfig, started: Started): LifecyclePart {
  return {
    name: 'data folder',
    start() {
      started.folder = openDataFolder(config.dataDir);
      assertSameLog(config);
      // Of an instance that was killed: it listens no more.
      removeRunFile(config.dataDir);
    },
    stop: () => started.folder?.release(),
  };
}

function keysPart(config: StartConfig, started: Started, logger: Logger): LifecyclePart {
  return {
    name: 'keys',
    start() {
      started.found = prepareKeys(config.dataDir, config);
      started.liveKeys = openLiveKeys(config, started.found, logger);
      started.webhooks = readWebhooks(config.dataDir, config.webhooks);
    },
    stop: () => started.liveKeys?.stop(),
  };
}

function clickhousePart(config: StartConfig, started: Started, logger: Logger): LifecyclePart {
  return {
    name: 'ClickHouse',
    async start() {
      if (config.clickhouseUrl !== null) {
        started.clickhouseUrl = config.clickhouseUrl;
        return;
      }
      started.clickhouse = await startEmbeddedClickHouse({
        dir: join(config.dataDir, 'clickhouse'),
        port: config.clickhousePort,
        logger,
      });
      started.clickhouseUrl = started.clickhouse.url;
    },
    stop: () => started.clickhouse?.stop(),
  };
}

function loaderPart(
  config: StartConfig,
  started: Started,
  fault: (error: Error) => void,
): LifecyclePart {
  const { dataDir, timezone, logLevel, kafka } = config;
  return {
    name: 'warehouse loader',
    async start() {
      const entry = new URL(import.meta.resolve('@rosi/warehouse-loader/main'));
      const { suppressionKey } = need(started.found).keys;
      const clickhouseUrl = need(started.clickhouseUrl);
      const options = { dataDir, kafka, clickhouseUrl, timezone, suppressionKey, logLevel };
      const worker = await startWorker(entry, options, {
        fault,
        observed: started.measured.observe,
      });
      try {
        started.loaderProgress = await loaderProgress(join(dataDir, 'loader'));
      } catch (error) {
        await worker.stop();
        throw error;
      }
      started.loader = worker;
    },
    async stop() {
      await started.loaderProgress?.close();
      await started.loader?.stop();
    },
  };
}

/** For receipts and readiness; the loader has made the tables. */
function warehousePart(started: Started): LifecyclePart {
  return {
    name: 'connection to ClickHouse',
    async start() {
      started.warehouse = await connectWarehouse({ url: need(started.clickhouseUrl) });
    },
    stop: () => started.warehouse?.close(),
  };
}

/** Clicks of tracked links that the log does not have yet; those of an earlier run go there now. */
function clicksPart(
  config: StartConfig,
  started: Started,
  logs: LogParts,
  logger: Logger,
): LifecyclePart {
  return {
    name: 'click store',
    start() {
      const dir = join(config.dataDir, 'clicks');
      started.clicks = openClickStore({ dir, log: logs.writer(), logger });
    },
    stop: () => started.clicks?.stop(),
  };
}

function linksOptions(config: StartConfig, started: Started): LinksOptions {
  const warehouse = need(started.warehouse);
  return {
    store: need(started.clicks),
    source: {
      newest: (limit) => readNewestLinks(warehouse, { workspace, limit }),
      recordedWithin: (seconds) => readRecentLinks(warehouse, { workspace, seconds }),
      find: (linkId) => findLink(warehouse, { workspace, linkId }),
    },
    list: (after, limit) => listLinks(warehouse, { workspace, after, limit }),
    publicUrl: config.publicUrl ?? undefined,
  };
}

function collectorPart(
  config: StartConfig,
  started: Started,
  logs: LogParts,
  logger: Logger,
): LifecyclePart {
  return {
    name: 'collector',
    async start() {
      const loader = need(started.loaderProgress);
      const readers = { ...logs.readers(), loader: () => loader.positions() };
      const warehouse = need(started.warehouse);
      const clicks = need(started.clicks);
      const { keys } = need(started.found);
      const liveKeys = need(started.liveKeys);
      started.collector = await startCollector({
        host: config.host,
        port: config.httpPort,
        keys,
        ...edgeOptions(config, liveKeys),
        workspace,
        hashKey: keys.hashKey,
        ownDomains: config.ownDomains,
        log: logs.writer(),
        status: () => pipelineStatus(readers, warehouse, clicks),
        ready: () => readiness(logs, warehouse),
        metrics: () => metricsText(readers, logs, warehouse, started.measured),
        receipt: (orderId) => receipt(warehouse, orderId),
        settings: () => readStoredSettings(warehouse, workspace),
        exportPersons: (identifiers) => exportPersons(warehouse, { workspace, identifiers }),
        customersOf: (prefix) => readCustomers(warehouse, { workspace, prefix }),
        webhooks: need(started.webhooks),
        links: linksOptions(config, started),
        pages: dashboard({
          warehouse,
          workspace,
          timezone: config.timezone,
          secretKey: keys.secretKey,
          keys: secretKeysOf(liveKeys),
          status: () => pipelineStatus(readers, warehouse, clicks),
          receipt: (orderId) => receipt(warehouse, orderId),
          logger,
        }),
        logger,
      });
    },
    stop: () => started.collector?.stop(),
  };
}

/** What is loaded can be queried only while ClickHouse answers. */
async function pipelineStatus(
  readers: PipelineReaders,
  warehouse: Warehouse,
  clicks: ClickStore,
): Promise<PipelineStatus> {
  const answers = await warehouse.ping().catch(() => false);
  // Before the log's ends are read: what has left the store by then is in the log.
  const waiting = clicks.pending();
  const status = withClicks(await readPipelineStatus(readers), waiting, clicks.oldestReceivedAt());
  return answers ? status : { ...status, settled: false };
}

/** Stitcher and loader end the process when they fail, so while this answers they are up. */
async function readiness(logs: LogParts, warehouse: Warehouse): Promise<readonly PartReadiness[]> {
  const [log, clickhouse] = await Promise.all([
    logs.isReady().catch(() => false),
    warehouse.ping().catch(() => false),
  ]);
  return readinessOf(log, clickhouse);
}

function readinessOf(log: boolean, clickhouse: boolean): readonly PartReadiness[] {
  return [
    { part: 'event_log', ready: log },
    { part: 'stitcher', ready: true },
    { part: 'warehouse_loader', ready: true },
    { part: 'clickhouse', ready: clickhouse },
  ];
}

async function metricsText(
  readers: PipelineReaders,
  logs: LogParts,
  warehouse: Warehouse,
  measured: ThreadMetrics,
): Promise<string> {
  const late = wait(readinessMsMax, readinessOf(false, false), { ref: false });
  const parts = await Promise.race([readiness(logs, warehouse), late]);
  const progress = await readPipelineStatus(readers);
  const facts = { progress, outcomes: readers.outcomes(), parts, now: Date.now() };
  return `${pipelineMetrics(facts)}\n${await measured.text()}`;
}

async function receipt(warehouse: Warehouse, orderId: string): Promise<ReceiptDocument | null> {
  const found = await readOrderReceipt(warehouse, { workspace, orderId });
  if (found === undefined) return null;
  const reading = readSettings(await readStoredSettings(warehouse, workspace));
  return receiptDocument(found, reading.ok ? reading.settings : defaultSettings);
}

function runFilePart(config: StartConfig, started: Started): LifecyclePart {
  return {
    name: 'run.json',
    start() {
      writeRunFile(config.dataDir, {
        pid: process.pid,
        httpUrl: need(started.collector).url,
        clickhouseUrl: need(started.clickhouseUrl),
        startedAt: new Date().toISOString(),
      });
    },
    stop: () => removeRunFile(config.dataDir),
  };
}
