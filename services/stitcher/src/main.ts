/** The stitcher as a worker thread: the topology on the embedded runtime. */
import { join } from 'node:path';
import { defaultSettings } from '@rosi/attribution';
import { type Logger, serveWorker } from '@rosi/service-kit';
import { openEventLog, runEmbedded } from '@rosi/streams-embedded';
import { stitcherTopology } from './topology.js';

/** What the parent gives the worker. */
export interface StitcherOptions {
  readonly dataDir: string;
  readonly partitions: number;
  readonly logLevel: string;
}

serveWorker<StitcherOptions>(startStitcher);

async function startStitcher(options: StitcherOptions, logger: Logger) {
  const input = await openEventLog({ dir: join(options.dataDir, 'events'), readOnly: true });
  const runtime = await runEmbedded({
    topology: stitcherTopology(defaultSettings),
    dir: join(options.dataDir, 'state'),
    input,
    partitions: options.partitions,
    onFault: (error) => {
      // Thrown outside of any promise, so that the parent is told and the worker ends.
      setImmediate(() => {
        throw error;
      });
    },
  });
  logger.info('stitcher started');
  return {
    async stop() {
      await runtime.stop();
      await input.close();
    },
  };
}
