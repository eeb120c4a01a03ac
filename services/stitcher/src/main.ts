/** The stitcher as a worker thread: the topology on the embedded runtime, or on Kafka. */
import { defaultSettings } from '@rosi/attribution';
import { type Logger, serveWorker, suppressionHash } from '@rosi/service-kit';
import type { Topology } from '@rosi/streams';
import { type Observe, runOnEmbedded } from './on-embedded.js';
import type { StitcherOptions } from './options.js';
import { stitcherTopology } from './topology.js';

serveWorker<StitcherOptions>(startStitcher);

async function startStitcher(
  options: StitcherOptions,
  logger: Logger,
  fault: (error: Error) => void,
  observe: Observe,
) {
  const topology = stitcherTopology({
    attribution: defaultSettings,
    hash: suppressionHash(options.suppressionKey),
  });
  const runtime = await run(topology, options, { logger, fault, observe });
  logger.info('stitcher started');
  return runtime;
}

interface Surroundings {
  readonly logger: Logger;
  fault(error: Error): void;
  readonly observe: Observe;
}

async function run(topology: Topology, options: StitcherOptions, around: Surroundings) {
  const { logger, fault, observe } = around;
  if (options.kafka === null) return runOnEmbedded(topology, options, { fault, observe });
  // Loaded here: without Kafka nobody pays for its client.
  const { runOnKafka } = await import('./on-kafka.js');
  return runOnKafka(topology, options, options.kafka, logger, fault);
}
