/**
 * What a process serves over HTTP: the collector with the page, the collector or the page alone, or
 * no more than health and metrics. All have /health/live, /health/ready and /metrics.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { defaultSettings, readSettings } from '@rosi/attribution';
import { type PartReadiness, type PipelineStatus, startCollector } from '@rosi/collector';
import { type DashboardOptions, dashboard, startDashboard } from '@rosi/dashboard';
import { createMetrics, type LifecyclePart, RosiError, startHealthServer } from '@rosi/service-kit';
import {
  exportPersons,
  readCustomers,
  readOrderReceipt,
  readStoredSettings,
} from '@rosi/warehouse';
import { withConnectors } from './connectors-part.js';
import { edgeOptions, secretKeysOf } from './edge-parts.js';
import type { Tables } from './lazy-tables.js';
import { linksOptions } from './link-parts.js';
import { workspace } from './log-parts.js';
import { need } from './need.js';
import { pipelineMetrics } from './pipeline-metrics.js';
import { readPipelineStatus, withClicks } from './pipeline-status.js';
import { type ReceiptDocument, receiptDocument } from './receipt.js';
import type { HttpContext } from './started.js';

/**
 * A Kafka or ClickHouse that hangs must make neither a probe hang nor a scrape of the metrics fail,
 * which Prometheus gives up after ten seconds (infra/prometheus): then they matter most.
 */
const readinessMsMax = 2_000;
const pipelineMsMax = 6_000;
/** Of much that waits, status takes a while. */
const statusMsMax = 15_000;

export function collectorPart(context: HttpContext): LifecyclePart {
  const { config, started, logs, logger } = context;
  return {
    name: 'collector',
    async start() {
      const tables = need(started.tables);
      const { keys } = need(started.found);
      const pages = config.parts.has('dashboard')
        ? { pages: dashboard(dashboardOptions(context)) }
        : {};
      started.http = await startCollector({
        host: config.host,
        port: config.httpPort,
        keys,
        ...edgeOptions(config, need(started.liveKeys)),
        workspace,
        hashKey: keys.hashKey,
        ownDomains: config.ownDomains,
        log: logs.writer(),
        status: async () => withConnectors(await pipelineStatus(context), started),
        ready: () => readiness(context),
        metrics: async () => `${await metricsText(context)}\n${await need(started.board).text()}`,
        receipt: (orderId) => receipt(tables, orderId),
        settings: () => readStoredSettings(tables, workspace),
        exportPersons: (identifiers) => exportPersons(tables, { workspace, identifiers }),
        customersOf: (prefix) => readCustomers(tables, { workspace, prefix }),
        webhooks: need(started.webhooks).current,
        links: linksOptions(context),
        ...pages,
        logger,
      });
    },
    stop: () => started.http?.stop(),
  };
}

/** The page without a collector. */
export function dashboardPart(context: HttpContext): LifecyclePart {
  const { config, started } = context;
  const own = createMetrics({ process: true });
  return {
    name: 'dashboard',
    async start() {
      started.http = await startDashboard({
        ...dashboardOptions(context),
        host: config.host,
        port: config.httpPort,
        ready: () => readiness(context),
        metrics: async () => `${await own.text()}\n${await metricsText(context)}`,
      });
    },
    stop: () => started.http?.stop(),
  };
}

/** Of a process that neither accepts nor shows; it comes first, and answers while others start. */
export function healthPart(context: HttpContext): LifecyclePart {
  const { config, started, logger } = context;
  const own = createMetrics({ process: true });
  return {
    name: 'health',
    async start() {
      started.http = await startHealthServer({
        host: config.host,
        port: config.httpPort,
        ready: () => readiness(context),
        metrics: async () => `${await own.text()}\n${await metricsText(context)}`,
        logger,
      });
    },
    stop: () => started.http?.stop(),
  };
}

function dashboardOptions(context: HttpContext): DashboardOptions {
  const { config, started, logger } = context;
  const tables = need(started.tables);
  return {
    warehouse: tables,
    workspace,
    timezone: config.timezone,
    secretKey: need(started.found).keys.secretKey,
    keys: secretKeysOf(need(started.liveKeys)),
    status: () => pipelineStatus(context),
    receipt: (orderId) => receipt(tables, orderId),
    logger,
  };
}

async function pipelineStatus(context: HttpContext): Promise<PipelineStatus> {
  const status = await inTime(readStatus(context), statusMsMax, null);
  if (status !== null) return status;
  throw new RosiError(
    'ROSI_LOG_UNAVAILABLE',
    'The log does not tell in time how far it is handled.',
  );
}

/** What is loaded can be queried only while ClickHouse answers. */
async function readStatus({ started, logs }: HttpContext): Promise<PipelineStatus> {
  const answers = (await started.tables?.ping().catch(() => false)) ?? false;
  // Before the log's ends are read: what has left the store by then is in the log.
  const waiting = started.clicks?.pending() ?? 0;
  const read = await readPipelineStatus(logs.readers());
  const status = withClicks(read, waiting, started.clicks?.oldestReceivedAt() ?? null);
  return answers ? status : { ...status, settled: false };
}

/** Of the parts in this process; the loader ends the process when it fails. */
async function readiness(context: HttpContext): Promise<readonly PartReadiness[]> {
  const { started, logs } = context;
  if (started.isUp !== true) return readinessOf(context, false, false);
  const asked = [logs.isReady(), started.tables?.ping() ?? Promise.resolve(false)];
  const [log = false, clickhouse = false] = await Promise.all(
    asked.map((one) => inTime(one, readinessMsMax, false).catch(() => false)),
  );
  return readinessOf(context, log, clickhouse);
}

/** What is asked, or `late` once the time is over. */
async function inTime<T>(asked: Promise<T>, ms: number, late: T): Promise<T> {
  const answered = new AbortController();
  const waited = wait(ms, late, { ref: false, signal: answered.signal });
  try {
    return await Promise.race([asked, waited]);
  } finally {
    answered.abort();
  }
}

function readinessOf(
  { config: { parts }, started, logs }: HttpContext,
  log: boolean,
  clickhouse: boolean,
): readonly PartReadiness[] {
  const isUp = started.isUp === true;
  // A collector alone accepts while ClickHouse is away.
  const needsTables = parts.has('loader') || parts.has('dashboard');
  return [
    { part: 'event_log', ready: log },
    ...(parts.has('stitcher') ? [{ part: 'stitcher', ready: isUp && logs.isStitching() }] : []),
    ...(parts.has('loader') ? [{ part: 'warehouse_loader', ready: isUp }] : []),
    ...(needsTables ? [{ part: 'clickhouse', ready: clickhouse }] : []),
  ];
}

/**
 * How far the pipeline is, is told by who accepts and by who loads: each tells the same of the whole,
 * so that the greatest counts, and not their sum.
 */
async function metricsText(context: HttpContext): Promise<string> {
  const { config, started } = context;
  const parts = await readiness(context);
  const measured = await started.measured.text();
  const tellsAll = config.parts.has('collector') || config.parts.has('loader');
  const isTold = tellsAll && started.isUp === true;
  const pipeline = isTold ? await inTime(pipelineFacts(context), pipelineMsMax, null) : null;
  return `${pipelineMetrics({ pipeline, parts, now: Date.now() })}\n${measured}`;
}

/** Null: it can't be read now, which must not hide what this process knows of itself. */
async function pipelineFacts({ logs, logger }: HttpContext) {
  try {
    const readers = logs.readers();
    const progress = await readPipelineStatus(readers);
    return { progress, outcomes: await readers.outcomes() };
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    logger.warn(
      { error: told },
      'the pipeline does not answer; its metrics are left out (docs/operations.md, "Kafka")',
    );
    return null;
  }
}

async function receipt(tables: Tables, orderId: string): Promise<ReceiptDocument | null> {
  const found = await readOrderReceipt(tables, { workspace, orderId });
  if (found === undefined) return null;
  const reading = readSettings(await readStoredSettings(tables, workspace));
  return receiptDocument(found, reading.ok ? reading.settings : defaultSettings);
}
