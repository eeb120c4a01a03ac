/**
 * The parts of a process in the order in which they start: data folder, address and keys, ClickHouse, log
 * and stitcher (embedded or on Kafka), the loader, the collector or the page, run.json. Nobody is
 * let in before everything behind the door is up. A process that lets nobody in answers questions
 * about its health from the beginning.
 */
import { join } from 'node:path';
import { assertListenable, type LifecyclePart, type Logger, startWorker } from '@rosi/service-kit';
import { connectWarehouse, startEmbeddedClickHouse } from '@rosi/warehouse';
import { loaderProgress } from '@rosi/warehouse-loader';
import type { StartConfig } from './config.js';
import { connectorBoard } from './connector-board.js';
import { readConnectorEntries } from './connectors.js';
import { connectorsPart } from './connectors-part.js';
import { openDataFolder } from './data-folder.js';
import { openLiveKeys } from './edge-parts.js';
import { embeddedLogParts } from './embedded-log-parts.js';
import { collectorPart, dashboardPart, healthPart } from './http-parts.js';
import { type FoundKeys, prepareKeys } from './keys.js';
import { lazyTables } from './lazy-tables.js';
import { clicksPart } from './link-parts.js';
import type { LogParts, LogPartsContext } from './log-parts.js';
import { need } from './need.js';
import type { PartNames } from './part-names.js';
import { threadMetrics } from './pipeline-metrics.js';
import { type PipelineProgress, readPipelineStatus } from './pipeline-status.js';
import { removeRunFile, writeRunFile } from './run-file.js';
import { assertSameLog } from './same-log.js';
import type { HttpContext, Started } from './started.js';
import { openWebhooks } from './webhooks.js';

export interface RunningFacts {
  readonly httpUrl: string;
  /** Null: this process speaks to none. */
  readonly clickhouseUrl: string | null;
  readonly found: FoundKeys;
}

export interface Parts {
  readonly parts: readonly LifecyclePart[];
  /** Once all have started. */
  running(): RunningFacts;
  /** Null: the start has not come so far. */
  keys(): FoundKeys | null;
  progress(): Promise<PipelineProgress>;
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
    keys: () => need(started.found),
    loader: () => need(started.loaderProgress),
    observe: started.measured.observe,
  });
  const { parts } = config;
  const http: HttpContext = { config, started, logs, logger };
  return {
    parts: [
      folderPart(config, started),
      addressPart(config),
      keysPart(config, started, logger),
      ...(isServing(parts) ? [] : [healthPart(http)]),
      clickhousePart(config, started, logger),
      ...logs.parts,
      ...(parts.has('loader') ? [loaderPart(config, started, logs, fault)] : []),
      tablesPart(config, started),
      ...logs.upkeep,
      ...(parts.has('collector')
        ? [clicksPart(http), collectorPart(http), connectorsPart(http, fault)]
        : []),
      ...(parts.has('dashboard') && !parts.has('collector') ? [dashboardPart(http)] : []),
      runFilePart(config, started),
    ],
    keys: () => started.found ?? null,
    running: () => ({
      httpUrl: need(started.http).url,
      clickhouseUrl: need(started.clickhouseUrl),
      found: need(started.found),
    }),
    progress: () => readPipelineStatus(logs.readers()),
  };
}

const isServing = (parts: PartNames) => parts.has('collector') || parts.has('dashboard');
const needsTables = (parts: PartNames) => isServing(parts) || parts.has('loader');

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

/** Behind the folder, since a ROSI that runs is in the way of both; before keys are made for nothing. */
function addressPart({ host, httpPort }: StartConfig): LifecyclePart {
  return {
    name: 'address',
    start: () => assertListenable({ host, port: httpPort }),
    stop: () => undefined,
  };
}

function keysPart(config: StartConfig, started: Started, logger: Logger): LifecyclePart {
  return {
    name: 'keys',
    start() {
      started.found = prepareKeys(config.dataDir, config, config.parts);
      if (isServing(config.parts)) started.liveKeys = openLiveKeys(config, started.found, logger);
      if (!config.parts.has('collector')) return;
      started.webhooks = openWebhooks(config.dataDir, config.webhooks, logger);
      started.connectors = readConnectorEntries(config.dataDir, config.connectors);
      started.board = connectorBoard(started.connectors);
    },
    stop() {
      started.webhooks?.stop();
      started.liveKeys?.stop();
    },
  };
}

function clickhousePart(config: StartConfig, started: Started, logger: Logger): LifecyclePart {
  return {
    name: 'ClickHouse',
    async start() {
      if (config.clickhouseUrl !== null || !needsTables(config.parts)) {
        started.clickhouseUrl = needsTables(config.parts) ? config.clickhouseUrl : null;
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
  logs: LogParts,
  fault: (error: Error) => void,
): LifecyclePart {
  const { dataDir, timezone, logLevel } = config;
  return {
    name: 'warehouse loader',
    async start() {
      const entry = new URL(import.meta.resolve('@rosi/warehouse-loader/main'));
      const { suppressionKey } = need(started.found).keys;
      const clickhouseUrl = need(started.clickhouseUrl);
      const kafka = logs.cluster();
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

/** For receipts, pages and readiness. Where the loader is, ClickHouse answers and has the tables. */
function tablesPart({ parts }: StartConfig, started: Started): LifecyclePart {
  return {
    name: 'connection to ClickHouse',
    async start() {
      const url = need(started.clickhouseUrl);
      if (url === null) return;
      started.tables = parts.has('loader') ? await connectWarehouse({ url }) : lazyTables(url);
    },
    stop: () => started.tables?.close(),
  };
}

function runFilePart(config: StartConfig, started: Started): LifecyclePart {
  return {
    name: 'run.json',
    start() {
      started.isUp = true;
      writeRunFile(config.dataDir, {
        pid: process.pid,
        httpUrl: need(started.http).url,
        clickhouseUrl: need(started.clickhouseUrl),
        startedAt: new Date().toISOString(),
      });
    },
    stop() {
      started.isUp = false;
      removeRunFile(config.dataDir);
    },
  };
}
