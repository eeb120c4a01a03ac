/** The connectors on a worker thread: what they read takes no time from the collector. */
import { join } from 'node:path';
import { serveWorker } from '@rosi/service-kit';
import type { ConnectorEntry } from './configuration.js';
import { startConnectors } from './connectors.js';

export interface ConnectorsWorkerOptions {
  readonly connectors: readonly ConnectorEntry[];
  /** `$ROSI_DATA_DIR` */
  readonly dataDir: string;
  /** Of the collector. */
  readonly url: string;
  readonly secretKey: string;
  readonly logLevel: string;
}

serveWorker<ConnectorsWorkerOptions>(async (options, logger, fault, observe) =>
  startConnectors({
    connectors: options.connectors,
    dir: join(options.dataDir, 'connectors'),
    url: options.url,
    secretKey: options.secretKey,
    logger,
    observe,
    fault,
  }),
);
