/** The topology on the embedded runtime: log and state in the data folder. */
import { join } from 'node:path';
import { passFailpoint } from '@rosi/service-kit';
import type { Topology } from '@rosi/streams';
import { openCheckpoints, openEventLog, readPosition, runEmbedded } from '@rosi/streams-embedded';
import type { StitcherOptions } from './options.js';

/** A figure by name, in seconds. */
export type Observe = (name: string, value: number) => void;

export interface Surroundings {
  fault(error: Error): void;
  readonly observe: Observe;
}

export async function runOnEmbedded(
  topology: Topology,
  options: StitcherOptions,
  { fault, observe }: Surroundings,
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
    onCommit: ({ ms }) => {
      passFailpoint('stitcher.after-commit');
      observe('stitcher_commit_duration_seconds', ms / 1_000);
    },
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
