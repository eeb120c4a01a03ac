/**
 * The parts of the product in the order in which they start: data folder and keys, ClickHouse, log
 * and stitcher (embedded or on Kafka), the loader, the collector, run.json. Nobody is let in before
 * everything behind the door is up.
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
import type { ConnectorEntry, ConnectorsWorkerOptions } from '@rosi/connectors';
import { dashboard } from '@rosi/dashboard';
import { type LifecyclePart, type Logger, startWorker } from '@rosi/service-kit';
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
import { type LoaderProgress, loaderProgress } from '@rosi/warehouse-loader';
import type { StartConfig } from './config.js';
import { type ConnectorBoard, connectorBoard } from './connector-board.js';
import { readConnectorEntries } from './connectors.js';
import { type DataFolder, openDataFolder } from './data-folder.js';
import { embeddedLogParts } from './embedded-log-parts.js';
import { type FoundKeys, prepareKeys } from './keys.js';
import { type LogParts, type LogPartsContext, workspace } from './log-parts.js';
import { need } from './need.js';
import { pipelineMetrics, type ThreadMetrics, threadMetrics } from './pipeline-metrics.js';
import { type PipelineReaders, readPipelineStatus } from './pipeline-status.js';
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
  webhooks?: readonly WebhookEndpoint[];
  clickhouse?: EmbeddedClickHouse;
  clickhouseUrl?: string;
  warehouse?: Warehouse;
  loader?: { stop(): Promise<void> };
  loaderProgress?: LoaderProgress;
  collector?: Collector;
  connectors?: readonly ConnectorEntry[];
  board?: ConnectorBoard;
  connecting?: { stop(): Promise<void> };
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
      keysPart(config, started),
      clickhousePart(config, started, logger),
      ...logs.parts,
      loaderPart(config, started, fault),
      warehousePart(started),
      ...logs.upkeep,
      collectorPart(config, started, logs, logger),
      connectorsPart(config, started, fault),
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

function keysPart(config: StartConfig, started: Started): LifecyclePart {
  return {
    name: 'keys',
    start() {
      started.found = prepareKeys(config.dataDir, config);
      started.webhooks = readWebhooks(config.dataDir, config.webhooks);
      started.connectors = readConnectorEntries(config.dataDir, config.connectors);
      started.board = connectorBoard(started.connectors);
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
      const { keys } = need(started.found);
      started.collector = await startCollector({
        host: config.host,
        port: config.httpPort,
        keys,
        workspace,
        hashKey: keys.hashKey,
        ownDomains: config.ownDomains,
        log: logs.writer(),
        status: async () => withConnectors(await pipelineStatus(readers, warehouse), started),
        ready: () => readiness(logs, warehouse),
        metrics: async () => {
          const text = await metricsText(readers, logs, warehouse, started.measured);
          return `${text}\n${await need(started.board).text()}`;
        },
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

/** They come after the collector: they are clients of it. None is started for nothing. */
function connectorsPart(
  config: StartConfig,
  started: Started,
  fault: (error: Error) => void,
): LifecyclePart {
  return {
    name: 'connectors',
    async start() {
      const connectors = need(started.connectors);
      if (connectors.length === 0) return;
      const entry = new URL(import.meta.resolve('@rosi/connectors/main'));
      const options: ConnectorsWorkerOptions = {
        connectors,
        dataDir: config.dataDir,
        url: need(started.collector).url,
        secretKey: need(started.found).keys.secretKey,
        logLevel: config.logLevel,
      };
      const board = need(started.board);
      const observed = (name: string, value: number) => board.observe(name, value);
      started.connecting = await startWorker(entry, options, { fault, observed });
    },
    stop: () => started.connecting?.stop(),
  };
}

/** Their outcomes beside those of the stages; what a provider still holds was not accepted yet. */
function withConnectors(status: PipelineStatus, { board }: Started): PipelineStatus {
  return { ...status, stages: [...status.stages, ...need(board).stages()] };
}

/** What is loaded can be queried only while ClickHouse answers. */
async function pipelineStatus(
  readers: PipelineReaders,
  warehouse: Warehouse,
): Promise<PipelineStatus> {
  const answers = await warehouse.ping().catch(() => false);
  const status = await readPipelineStatus(readers);
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
