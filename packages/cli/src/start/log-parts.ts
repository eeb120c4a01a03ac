/** What the product's log and stitcher are to its other parts, whichever runtime they are on. */

import { join } from 'node:path';
import { eventsCollected, replayEvent } from '@rosi/events';
import type { LifecyclePart, Logger } from '@rosi/service-kit';
import type { TopicWriter } from '@rosi/streams';
import { openCheckpoints } from '@rosi/streams-embedded';
import type { KafkaCluster } from '@rosi/streams-kafka';
import { askedReplay, type LoaderProgress } from '@rosi/warehouse-loader';
import type { StartConfig } from './config.js';
import type { FoundKeys } from './keys.js';
import type { PipelineReaders } from './pipeline-status.js';

export const workspace = 'default';

export interface LogParts {
  /** The log and the stitcher, to be started before the loader. */
  readonly parts: readonly LifecyclePart[];
  /** To be started after the loader. */
  readonly upkeep: readonly LifecyclePart[];
  /** Once all have started. */
  writer(): TopicWriter;
  readers(): PipelineReaders;
  /** As it was found when the parts started; null: the embedded log. */
  cluster(): KafkaCluster | null;
  /** Whether the log takes events now. */
  isReady(): Promise<boolean>;
  /** Whether this process's stitcher has come to work. */
  isStitching(): boolean;
}

/** What they are given; the functions are to be called once the parts named there have started. */
export interface LogPartsContext {
  readonly config: StartConfig;
  readonly logger: Logger;
  fault(error: Error): void;
  keys(): FoundKeys;
  loader(): LoaderProgress;
  /** A figure that a thread tells. */
  observe(name: string, value: number): void;
}

/** A replay that was asked for while nothing ran: the stitcher learns of it as ever, by the log. */
export async function continueReplay(log: TopicWriter, dataDir: string): Promise<void> {
  const checkpoints = await openCheckpoints({ dir: join(dataDir, 'loader') });
  const at = askedReplay(checkpoints);
  await checkpoints.close();
  if (at === null) return;
  const value = replayEvent({ workspace, at });
  await log.append(eventsCollected, [{ value, timestamp: at }]);
}
