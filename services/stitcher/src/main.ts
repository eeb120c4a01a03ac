/** The stitcher as a worker thread: the topology on the embedded runtime. */
import { join } from 'node:path';
import { defaultSettings } from '@rosi/attribution';
import { type Logger, passFailpoint, serveWorker, suppressionHash } from '@rosi/service-kit';
import { openCheckpoints, openEventLog, readPosition, runEmbedded } from '@rosi/streams-embedded';
import { stitcherTopology } from './topology.js';

/** What the parent gives the worker. */
export interface StitcherOptions {
  readonly dataDir: string;
  readonly partitions: number;
  readonly logLevel: string;
  /** Of the suppression list, and of event ids in state. */
  readonly suppressionKey: string;
  /** Of the ledger topics; what the loader has still to read stays in any case. */
  readonly ledgerRetention: { readonly ageMs: number; readonly bytes: number };
}

serveWorker<StitcherOptions>(startStitcher);

async function startStitcher(
  options: StitcherOptions,
  logger: Logger,
  fault: (error: Error) => void,
  observe: (name: string, value: number) => void,
) {
  const input = await openEventLog({ dir: join(options.dataDir, 'events'), readOnly: true });
  const loader = await openCheckpoints({ dir: join(options.dataDir, 'loader') });
  const runtime = await runEmbedded({
    topology: stitcherTopology({
      attribution: defaultSettings,
      hash: suppressionHash(options.suppressionKey),
    }),
    dir: join(options.dataDir, 'state'),
    input,
    partitions: options.partitions,
    ledgerRetention: options.ledgerRetention,
    ledgerConsumed: () => (topic, partition) => readPosition(loader, topic, partition),
    beforeCommit: () => passFailpoint('stitcher.before-commit'),
    onCommit: ({ ms }) => {
      passFailpoint('stitcher.after-commit');
      observe('stitcher_commit_duration_seconds', ms / 1_000);
    },
    onFault: fault,
  });
  logger.info('stitcher started');
  return {
    async stop() {
      await runtime.stop();
      await loader.close();
      await input.close();
    },
  };
}
