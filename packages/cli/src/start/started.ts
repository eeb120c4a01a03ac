/** What of a process has started so far; each part fills its own field and reads those before it. */
import type { ClickStore, LiveKeys } from '@rosi/collector';
import type { ConnectorEntry } from '@rosi/connectors';
import type { Logger } from '@rosi/service-kit';
import type { EmbeddedClickHouse } from '@rosi/warehouse';
import type { LoaderProgress } from '@rosi/warehouse-loader';
import type { StartConfig } from './config.js';
import type { ConnectorBoard } from './connector-board.js';
import type { DataFolder } from './data-folder.js';
import type { FoundKeys } from './keys.js';
import type { Tables } from './lazy-tables.js';
import type { LogParts } from './log-parts.js';
import type { ThreadMetrics } from './pipeline-metrics.js';
import type { LiveWebhooks } from './webhooks.js';

export interface Started {
  /** Told by the threads from their start on. */
  readonly measured: ThreadMetrics;
  folder?: DataFolder;
  found?: FoundKeys;
  /** Where somebody is let in. */
  liveKeys?: LiveKeys;
  webhooks?: LiveWebhooks;
  clickhouse?: EmbeddedClickHouse;
  /** Null: this process needs none. */
  clickhouseUrl?: string | null;
  tables?: Tables;
  loader?: { stop(): Promise<void> };
  loaderProgress?: LoaderProgress;
  /** Where events are accepted. */
  clicks?: ClickStore;
  connectors?: readonly ConnectorEntry[];
  board?: ConnectorBoard;
  connecting?: { stop(): Promise<void> };
  /** Whatever listens. */
  http?: { readonly url: string; stop(): Promise<void> };
  /** All parts have started. */
  isUp?: boolean;
}

/** What the parts that serve are made of. */
export interface HttpContext {
  readonly config: StartConfig;
  readonly started: Started;
  readonly logs: LogParts;
  readonly logger: Logger;
}
