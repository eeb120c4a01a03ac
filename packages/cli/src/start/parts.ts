/**
 * The parts of the embedded product in the order in which they start: data folder and keys,
 * ClickHouse, the event log, the stitcher and the loader on their threads, the collector, run.json.
 * Nobody is let in before everything behind the door is up.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { defaultSettings, readSettings } from '@rosi/attribution';
import {
  type Collector,
  type PartReadiness,
  type PipelineStatus,
  startCollector,
  type WebhookEndpoint,
} from '@rosi/collector';
import { dashboard } from '@rosi/dashboard';
import { eventsCollected, replayEvent } from '@rosi/events';
import { type LifecyclePart, type Logger, startWorker } from '@rosi/service-kit';
import {
  type EventLog,
  openCheckpoints,
  openEventLog,
  openState,
  type StateReader,
} from '@rosi/streams-embedded';
import {
  connectWarehouse,
  type EmbeddedClickHouse,
  exportPersons,
  readCustomers,
  readOrderReceipt,
  readStoredSettings,
  startEmbeddedClickHouse,
  type Warehouse,
} from '@rosi/warehouse';
import { askedReplay, type LoaderProgress, loaderProgress } from '@rosi/warehouse-loader';
import type { StartConfig } from './config.js';
import { type DataFolder, openDataFolder } from './data-folder.js';
import { type FoundKeys, prepareKeys } from './keys.js';
import { pipelineMetrics, type ThreadMetrics, threadMetrics } from './pipeline-metrics.js';
import { consumedOf, type PipelineReaders, readPipelineStatus } from './pipeline-status.js';
import { type ReceiptDocument, receiptDocument } from './receipt.js';
import { startRetention } from './retention.js';
import { removeRunFile, writeRunFile } from './run-file.js';
import { readWebhooks } from './webhooks.js';

/** One partition: a data folder keeps the number it was made with. */
const partitions = 1;
const workspace = 'default';
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
  webhooks?: readonly WebhookEndpoint[];
  clickhouse?: EmbeddedClickHouse;
  clickhouseUrl?: string;
  warehouse?: Warehouse;
  log?: EventLog;
  stitcher?: { stop(): Promise<void> };
  state?: StateReader;
  loader?: { stop(): Promise<void> };
  loaderProgress?: LoaderProgress;
  retention?: { stop(): Promise<void> };
  collector?: Collector;
}

export interface Parts {
  readonly parts: readonly LifecyclePart[];
  /** Once all have started. */
  running(): RunningFacts;
}

export function createParts(
  config: StartConfig,
  logger: Logger,
  fault: (error: Error) => void,
): Parts {
  const started: Started = { measured: threadMetrics() };
  return {
    parts: [
      folderPart(config, started),
      keysPart(config, started),
      clickhousePart(config, started, logger),
      logPart(config, started),
      stitcherPart(config, started, fault),
      loaderPart(config, started, fault),
      warehousePart(started),
      retentionPart(started, logger, fault),
      collectorPart(config, started, logger),
      runFilePart(config, started),
    ],
    running: () => ({
      httpUrl: need(started.collector).url,
      clickhouseUrl: need(started.clickhouseUrl),
      found: need(started.found),
    }),
  };
}

/** A part that is read before it has started is a mistake in the order above. */
function need<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('a part was used before it had started');
  return part;
}

function folderPart(config: StartConfig, started: Started): LifecyclePart {
  return {
    name: 'data folder',
    start() {
      started.folder = openDataFolder(config.dataDir);
      // Of an instance that was killed: it listens no more.
      removeRunFile(config.dataDir);
    },
    stop: () => started.folder?.release(),
  };
}

function keysPart(config: StartConfig, started: Started): LifecyclePart {
  return {
    name: 'keys',
    start() {
      started.found = prepareKeys(config.dataDir, config);
      started.webhooks = readWebhooks(config.dataDir, config.webhooks);
    },
    stop: () => undefined,
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

function logPart(config: StartConfig, started: Started): LifecyclePart {
  return {
    name: 'event log',
    async start() {
      started.log = await openEventLog({
        dir: join(config.dataDir, 'events'),
        partitions,
        retention: config.logRetention,
      });
      await continueReplay(started.log, config.dataDir);
    },
    stop: () => started.log?.close(),
  };
}

/** A replay that was asked for while nothing ran: the stitcher learns of it as ever, by the log. */
async function continueReplay(log: EventLog, dataDir: string): Promise<void> {
  const checkpoints = await openCheckpoints({ dir: join(dataDir, 'loader') });
  const at = askedReplay(checkpoints);
  await checkpoints.close();
  if (at === null) return;
  const value = replayEvent({ workspace, at });
  await log.append(eventsCollected, [{ value, timestamp: at }]);
}

function stitcherPart(
  config: StartConfig,
  started: Started,
  fault: (error: Error) => void,
): LifecyclePart {
  const { dataDir, logLevel, logRetention: ledgerRetention } = config;
  return {
    name: 'stitcher',
    async start() {
      const entry = new URL(import.meta.resolve('@rosi/stitcher/main'));
      const worker = await startWorker(
        entry,
        {
          dataDir,
          partitions,
          logLevel,
          ledgerRetention,
          suppressionKey: need(started.found).keys.suppressionKey,
        },
        { fault, observed: started.measured.observe },
      );
      try {
        started.state = await openState({ dir: join(dataDir, 'state') });
      } catch (error) {
        await worker.stop();
        throw error;
      }
      started.stitcher = worker;
    },
    async stop() {
      await started.state?.close();
      await started.stitcher?.stop();
    },
  };
}

function loaderPart(
  config: StartConfig,
  started: Started,
  fault: (error: Error) => void,
): LifecyclePart {
  const { dataDir, timezone, logLevel } = config;
  return {
    name: 'warehouse loader',
    async start() {
      const entry = new URL(import.meta.resolve('@rosi/warehouse-loader/main'));
      const { suppressionKey } = need(started.found).keys;
      const clickhouseUrl = need(started.clickhouseUrl);
      const options = { dataDir, clickhouseUrl, timezone, suppressionKey, logLevel };
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

function readersOf(started: Started): PipelineReaders {
  const state = need(started.state);
  const loader = need(started.loaderProgress);
  return {
    log: need(started.log),
    state,
    stitcher: () => state.progress(),
    outcomes: () => state.outcomes(),
    loader: () => loader.positions(),
  };
}

function retentionPart(
  started: Started,
  logger: Logger,
  fault: (error: Error) => void,
): LifecyclePart {
  return {
    name: 'retention',
    start() {
      const readers = readersOf(started);
      started.retention = startRetention({
        log: need(started.log),
        consumed: (partition) => consumedOf(readers, partition),
        logger,
        fault,
      });
    },
    stop: () => started.retention?.stop(),
  };
}

function collectorPart(config: StartConfig, started: Started, logger: Logger): LifecyclePart {
  return {
    name: 'collector',
    async start() {
      const readers = readersOf(started);
      const warehouse = need(started.warehouse);
      const { keys } = need(started.found);
      started.collector = await startCollector({
        host: config.host,
        port: config.httpPort,
        keys,
        workspace,
        hashKey: keys.hashKey,
        ownDomains: config.ownDomains,
        log: need(started.log),
        status: () => pipelineStatus(readers, warehouse),
        ready: () => readiness(warehouse),
        metrics: () => metricsText(readers, warehouse, started.measured),
        receipt: (orderId) => receipt(warehouse, orderId),
        settings: () => readStoredSettings(warehouse, workspace),
        exportPersons: (identifiers) => exportPersons(warehouse, { workspace, identifiers }),
        customersOf: (prefix) => readCustomers(warehouse, { workspace, prefix }),
        webhooks: need(started.webhooks),
        pages: dashboard({
          warehouse,
          workspace,
          timezone: config.timezone,
          secretKey: keys.secretKey,
          status: () => pipelineStatus(readers, warehouse),
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
): Promise<PipelineStatus> {
  const answers = await warehouse.ping().catch(() => false);
  const status = readPipelineStatus(readers);
  return answers ? status : { ...status, settled: false };
}

/** Stitcher and loader end the process when they fail, so while this answers they are up. */
async function readiness(warehouse: Warehouse): Promise<readonly PartReadiness[]> {
  return readinessOf(await warehouse.ping().catch(() => false));
}

function readinessOf(clickhouse: boolean): readonly PartReadiness[] {
  return [
    { part: 'event_log', ready: true },
    { part: 'stitcher', ready: true },
    { part: 'warehouse_loader', ready: true },
    { part: 'clickhouse', ready: clickhouse },
  ];
}

async function metricsText(
  readers: PipelineReaders,
  warehouse: Warehouse,
  measured: ThreadMetrics,
): Promise<string> {
  const late = wait(readinessMsMax, readinessOf(false), { ref: false });
  const parts = await Promise.race([readiness(warehouse), late]);
  const progress = readPipelineStatus(readers);
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
