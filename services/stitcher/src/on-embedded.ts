/** The topology on the embedded runtime: log and state in the data folder. */
import { join } from 'node:path';
import { passFailpoint } from '@rosi/service-kit';
import type { Topology } from '@rosi/streams';
import { openCheckpoints, openEventLog, readPosition, runEmbedded } from '@rosi/streams-embedded';
import type { StitcherOptions } from './options.js';

export async function runOnEmbedded(
  topology: Topology,
  options: StitcherOptions,
  fault: (error: Error) => void,
): Promise<{ stop(): Promise<void> }> {
  const input = await openEventLog({ dir: join(options.dataDir, 'events'), readOnly: true });
  const loader = await openCheckpoints({ dir: join(options.dataDir, 'loader') });
  const runtime = await runEmbedded({
    topology,
    dir: join(options.dataDir, 'state'),
    input,
    partitions: options.partitions,
    ledgerRetention: options.ledgerRetention,
    ledgerConsumed: () => (topic, partition) => readPosition(loader, topic, partition),
    beforeCommit: () => passFailpoint('stitcher.before-commit'),
    onCommit: () => passFailpoint('stitcher.after-commit'),
    onFault: fault,
  });
  return {
    async stop() {
      await runtime.stop();
      await loader.close();
      await input.close();
    },
  };
}
